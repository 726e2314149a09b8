"""What happens to institutions and posts. Operators keep the list; it is no secret, and nobody else's to change."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.common.memory import forget
from madang.kernel.events.actions import publish
from madang.kernel.identity.actions import identify
from madang.kernel.identity.models import Person
from madang.kernel.identity.rules import BY_POST, VERIFIED

from ..contracts import DayOffAnnounced
from ..models import DayOff, Department, Institution, Post


def _require_operator(by: Person | None) -> None:
    if by is not None and not getattr(getattr(by, "account", None), "is_operator", False):
        raise Refused()


@action("institutions.found")
def found(institution: Institution, *, by: Person | None, desk_name: str = "", desk_name_en: str = "") -> Institution:
    """Takes a new institution into service, with a desk, so that what arrives there is seen by somebody."""
    _require_operator(by)
    if Institution.objects.filter(code=institution.code).exists():
        raise Invalid(fields={"code": [_("Another institution has this code.")]})
    institution.save()
    Department.objects.create(
        institution=institution, code="desk", is_desk=True, name=desk_name or _("Petition desk"), name_en=desk_name_en
    )
    forget()
    record(institution, by=by, institution_id=institution.pk, code=institution.code)
    return institution


@action("institutions.revise")
def revise(institution: Institution, *, by: Person | None, **changes: Any) -> Institution:
    """Changes what is known of an institution; the log keeps which fields."""
    _require_operator(by)
    for name, value in changes.items():
        setattr(institution, name, value)
    institution.save(update_fields=[*changes])
    forget()
    record(institution, by=by, institution_id=institution.pk, changed=sorted(changes))
    return institution


@action("institutions.arrange")
def arrange(department: Department, *, by: Person | None) -> Department:
    """Sets up a department, or changes what is known of it; an institution has one desk."""
    _require_operator(by)
    if department.is_desk:
        Department.objects.filter(institution=department.institution).exclude(pk=department.pk).update(is_desk=False)
    department.save()
    record(department, by=by, institution_id=department.institution_id)
    return department


@action("institutions.appoint")
def appoint(
    person: Person, *, by: Person | None, institution: Institution, role: str, department: Department | None = None,
    until: date | None = None,
) -> Post:  # fmt: skip
    """Gives a person a post in an institution, or in one of its departments, which so vouches for who they are."""
    _require_operator(by)
    if department is not None and department.institution_id != institution.pk:
        raise Invalid(fields={"department": [_("This department belongs to another institution.")]})
    post, _created = Post.objects.update_or_create(
        person=person, institution=institution, department=department, role=role, defaults={"until": until}
    )
    record(post, by=by, institution_id=institution.pk, role=role)
    identify(person, by=None, provider=BY_POST, level=VERIFIED)
    forget()
    return post


@action("institutions.announce_day_off")
def announce_day_off(
    day: date, *, by: Person | None, name: str, source: str, name_en: str = "", announced_on: date | None = None,
    institution: Institution | None = None,
) -> DayOff:  # fmt: skip
    """Announces a day on which nobody (or one institution) works; the clocks that run over it are wound anew.

    Of a day that is known already only what is said of it is brought up to date.
    """
    _require_operator(by)
    said = {"name": name, "name_en": name_en, "announced_on": announced_on, "source": source}
    off, is_new = DayOff.objects.update_or_create(date=day, institution=institution, defaults=said)
    record(off, by=by, institution_id=off.institution_id, date=day)
    forget()
    if is_new:
        publish(DayOffAnnounced(date=day, institution_id=off.institution_id))
    return off
