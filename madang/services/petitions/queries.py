"""Where a petition should go, as far as past cases and the competences of institutions tell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from madang.kernel.analytics.queries.learned import Example, Report, Text, evaluate, router, trained
from madang.kernel.analytics.queries.names import topics
from madang.kernel.cases.models import Case, Transfer
from madang.kernel.institutions.models import Department, Institution

INSTITUTIONS, DEPARTMENTS = "petitions.institutions", "petitions.departments"

MOST_EXAMPLES = 200_000


@dataclass(frozen=True)
class Proposal:
    """An institution, or a department of one, and how sure the router is of it (0 to 1)."""

    institution: Institution
    department: Department | None
    confidence: float


def suggest(title: str, body: str) -> list[Proposal]:
    """The likeliest institutions for a text, the surest first; none before the first training."""
    return suggest_institutions([(title, body)])[0]


def suggest_institutions(texts: Sequence[Text]) -> list[list[Proposal]]:
    """The likeliest institutions for each of some texts."""
    known = router(INSTITUTIONS)
    if known is None:
        return [[] for _text in texts]
    found = known.suggest_all(texts)
    codes = {one.label for likeliest in found for one in likeliest}
    rows = Institution.objects.filter(is_active=True).in_bulk(codes, field_name="code")
    return [
        [Proposal(rows[one.label], None, one.confidence) for one in likeliest if one.label in rows]
        for likeliest in found
    ]


def suggest_departments(institution: Institution, texts: Sequence[Text]) -> list[list[Proposal]]:
    """The likeliest departments of an institution for each of some texts."""
    known = router(DEPARTMENTS)
    departments = {f"{institution.code}/{one.code}": one for one in institution.departments.all()}
    if known is None or not departments:
        return [[] for _text in texts]
    found = known.suggest_all(texts, among=list(departments))
    return [[Proposal(institution, departments[one.label], one.confidence) for one in likeliest] for likeliest in found]


def lessons(days: int = 1095) -> tuple[list[Example], list[Example]]:
    """What past petitions teach: where each was in the end, once a person had sent, assigned or answered it there.

    What only the router itself decided, and nobody confirmed, teaches nothing.
    """
    since = timezone.now() - timedelta(days=days)
    passed_on = Transfer.objects.filter(case=OuterRef("pk"))
    confirmed = (
        Q(closed_at__isnull=False)
        | Q(assignee__isnull=False)
        | Exists(passed_on.filter(by__isnull=False))
        | Q(channel=Case.Channel.IMPORT) & ~Exists(passed_on)
    )
    settled = (
        Case.objects.filter(
            confirmed, procedure__startswith="petitions.", received_at__gte=since, institution__parent__isnull=False
        )
        .exclude(stage="withdrawn")
        .select_related("institution", "department")
        .order_by("-id")
    )
    institutions, departments = [], []
    for case in settled[:MOST_EXAMPLES].iterator(2000):
        institutions.append(Example(case.title, case.text, case.institution.code))
        if case.department:
            departments.append(Example(case.title, case.text, f"{case.institution.code}/{case.department.code}"))
    return institutions, departments


def competences() -> tuple[dict[str, str], dict[str, str]]:
    """The words by which institutions, and their departments, say what they answer for."""
    institutions = {
        one.code: f"{one.name}. {one.competence}"
        for one in Institution.objects.filter(is_active=True).exclude(competence="")
    }
    departments = {
        f"{one.institution.code}/{one.code}": f"{one.name}. {one.competence}"
        for one in Department.objects.exclude(competence="").select_related("institution")
    }
    return institutions, departments


def topic_codes() -> dict[str, str]:
    """The code of each topic by its code and by its name."""
    return {topic[key]: topic["code"] for topic in topics() for key in ("code", "name")}


def evaluation(examples: Sequence[Example]) -> Report:
    """How good the router is: learned from the older petitions, judged on the newest fifth, which it has not seen."""
    newest = max(len(examples) // 5, 1)
    return evaluation_of(examples[newest:], examples[:newest], competences()[0])


def evaluation_of(
    known: Sequence[Example], unseen: Sequence[Example], about: Mapping[str, str] | None = None
) -> Report:
    """How good a router that learned from some texts is on others; where nothing is said of labels, their names speak."""
    about = about if about is not None else {one.label: one.label for one in known}
    return evaluate(trained(known, about), unseen)
