"""What happens to definitions and to forms that were begun."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.common.parameters import parameter
from madang.kernel.identity.models import Person

from .models import Draft, Version, seal_answers
from .queries import forget, is_published, latest
from .rules import Procedure
from .rules.answers import check
from .rules.changes import forbidden_changes

# How many old drafts one action deletes: short transactions, whatever piled up.
BATCH = 500


@action("procedures.publish")
def publish(definition: Procedure, *, by: Person | None = None) -> Version:
    """Publishes a definition: new cases follow it from now on. What is published already is not published again.

    Only operators and the system publish. Raises Invalid when it changes what must stay as it was.
    """
    if by is not None and not getattr(getattr(by, "account", None), "is_operator", False):
        raise Refused()
    with connection.cursor() as cursor:
        # One publisher at a time for each procedure: version numbers have neither gaps nor twins.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"procedures.{definition.id}"])
    last = latest(definition.id)
    if last is not None and is_published(definition, last):
        record(last, by=by, number=last.number, unchanged=True)
        return last
    if last is not None:
        problems = forbidden_changes(last.definition, definition)
        if problems:
            raise Invalid("procedures.forbidden_change", fields={"form": [one.text(_) for one in problems]})
    version = Version.objects.create(
        procedure=definition.id,
        number=last.number + 1 if last else 1,
        digest=definition.digest,
        body=definition.body,
        published_by=by,
    )
    record(version, by=by, procedure=definition.id, number=version.number, digest=version.digest)
    forget()
    return version


@action("procedures.save_draft")
def save_draft(version: Version, *, by: Person, data: dict[str, Any], page: int = 0) -> Draft:
    """Keeps a begun form for later, as far as it can be kept: wrong answers and those of unknown fields are left out.

    A person has one draft of each procedure; what was kept before is replaced. Raises Invalid when nothing fits.
    """
    if by is None:
        raise Refused()
    checked = check(version.definition.form, data, timezone.localdate(), complete=False)
    if "form" in checked.wrong:
        raise Invalid(fields={"form": [checked.wrong["form"].text(_)]})
    whose = Draft(person=by, procedure=version.procedure)
    draft, _created = Draft.objects.update_or_create(
        person=by,
        procedure=version.procedure,
        defaults={
            "version": version,
            "data": seal_answers(whose, version.definition, checked.data),
            "page": min(max(page, 0), len(version.definition.pages) - 1),
            "updated_at": timezone.now(),
        },
    )
    record(draft, by=by, procedure=version.procedure, page=draft.page)
    return draft


@action("procedures.discard_draft")
def discard_draft(draft: Draft, *, by: Person | None) -> None:
    """Throws a begun form away, because its person wants so, filed it, or did not come back."""
    if by is not None and by.pk != draft.person_id:
        raise Refused()
    record(draft, by=by, procedure=draft.procedure)
    draft.delete()


@action("procedures.clear_drafts")
def _clear(drafts: QuerySet[Draft], *, by: Person | None = None) -> int:
    """Deletes forms that were begun and not touched for long, some hundreds at a time."""
    if by is not None:
        raise Refused()
    deleted, _tables = Draft.objects.filter(pk__in=drafts.order_by("pk").values("pk")[:BATCH]).delete()
    record("drafts", by=by, deleted=deleted)
    return deleted


def clear_drafts() -> int:
    """Deletes the drafts that nobody touched for so long as the parameter says; returns how many."""
    days = parameter("procedures.draft_days", timezone.localdate())
    old = Draft.objects.filter(updated_at__lt=timezone.now() - timedelta(days=days))
    total = 0
    while old.exists():
        total += _clear(old)
    return total
