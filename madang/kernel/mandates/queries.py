"""Which mandates somebody has given or holds, and for whom they may act."""

from collections.abc import Iterator

from django.apps import apps
from django.db.models import Q, QuerySet
from django.utils.translation import get_language

from madang.kernel.common.errors import Refused
from madang.kernel.common.kept import Kept
from madang.kernel.common.memory import Lately
from madang.kernel.common.numbers import parse
from madang.kernel.identity.models import Company, Person
from madang.kernel.institutions.models import Post
from madang.kernel.institutions.queries import posts_of
from madang.kernel.procedures.queries import catalogue, current_versions

from .models import Mandate
from .rules import FILING, covers

# A first mandate is good in every process within so many seconds; one that ends is over at once.
FRESH = 5.0
# Whom a page or a program is told of beside the mandate itself.
NEEDED = ("principal", "company", "agent", "proposed_by", "confirmed_at")

_agreed = Kept(
    lambda key: (
        Mandate.objects.filter(agent=key, accepted_at__isnull=False)
        .select_related("principal", "company")
        .order_by("id")
    ),
    int,
)
_never_held_one = Lately(FRESH)


def ever_held(person: Person | None) -> list[Mandate]:
    """Every mandate that a person holds or held, over ones too: asked anew each time, for one may end at any moment.

    Most people never hold one, and are not asked again for some seconds.
    """
    if person is None or person.pk is None or person.pk in _never_held_one:
        return []
    ever = _agreed.all(person.pk)
    if not ever:
        _never_held_one.add(person.pk)
    return ever


def held(person: Person | None) -> list[Mandate]:
    """The mandates under which a person may act, or read, now."""
    return [one for one in ever_held(person) if one.holds]


def for_filing(person: Person | None, procedure: str) -> list[Mandate]:
    """The mandates under which a person may file this procedure now."""
    return [one for one in held(person) if one.may in FILING and covers(one.scope, procedure)]


def represented(person: Person | None) -> dict[int, Company]:
    """The companies that a person represents now, by their keys: for these they appoint others."""
    return {
        one.company.pk: one.company for one in held(person) if one.company and one.post == Mandate.Post.REPRESENTATIVE
    }


def visible_to(person: Person | None) -> QuerySet[Mandate]:
    """The mandates a person has given, holds, proposed or is asked for, and those of the companies they represent."""
    if person is None:
        return Mandate.objects.none()
    mine = Q(principal=person) | Q(agent=person) | Q(proposed_by=person) | Q(company__in=list(represented(person)))
    return Mandate.objects.filter(mine).select_related(*NEEDED)


def by_number(person: Person | None, number: str) -> Mandate:
    """The mandate with this number for those whose it is; 404 for everyone else."""
    found = visible_to(person).filter(number=str(parse(number))).first()
    if found is None:
        raise Refused()
    return found


def held_by_number(person: Person | None, number: str) -> Mandate:
    """A mandate that this person holds or held; 404 for every other one."""
    wanted = str(parse(number))
    found = next((one for one in ever_held(person) if one.number == wanted), None)
    if found is None:
        raise Refused()
    return found


def desk_post(person: Person | None) -> Post | None:
    """The post of a desk by which an officer compares papers, and confirms."""
    return next((post for post in posts_of(person) if post.role == Post.Role.DESK), None)


def to_confirm(person: Person | None, number: str) -> Mandate:
    """A proposal that waits for an officer, by the number its proposer shows at the desk; 404 for everything else.

    No list of them is shown to anybody: who has not been given the number learns of no child and no company.
    """
    found = Mandate.objects.select_related(*NEEDED).filter(number=str(parse(number))).first()
    if desk_post(person) is None or found is None or not found.asks_officer or found.state() != "proposed":
        raise Refused()
    return found


def representatives(company_id: int) -> Iterator[Person]:
    """Who represents a company now."""
    rows = Mandate.objects.filter(company=company_id, post=Mandate.Post.REPRESENTATIVE, accepted_at__isnull=False)
    return (one.agent for one in rows.select_related("agent") if one.agent and one.holds)


def scopes() -> list[tuple[str, str]]:
    """What a mandate can be narrowed to: each service, and each procedure that may be filed for another, by name."""
    versions = current_versions()
    open_ones = [one for one in catalogue(get_language() or "") if versions[one.id].definition.sign_in.delegate]
    services = dict.fromkeys(one.service for one in open_ones)
    return [(name, str(apps.get_app_config(name).verbose_name)) for name in services if _is_app(name)] + [
        (one.id, one.title) for one in open_ones
    ]


def _is_app(name: str) -> bool:
    return name in apps.app_configs
