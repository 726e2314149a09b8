"""What of the kernel can be found: cases, institutions with their departments, procedures, divisions."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from madang.kernel.cases import queries as cases
from madang.kernel.cases.models import Case, Result, Transfer
from madang.kernel.identity.models import Person
from madang.kernel.institutions import queries as institutions
from madang.kernel.institutions.models import Division, Institution
from madang.kernel.procedures.models import Version
from madang.kernel.procedures.queries import current_versions

from ..contracts import EVERYONE, Entry, Kind, searchable

BATCH = 500


def case_entries(ids: Sequence[int] | None) -> Iterator[Entry]:
    """Cases, with what everyone may read of them."""
    rows = Case.objects.order_by("pk") if ids is None else Case.objects.filter(pk__in=ids).order_by("pk")
    batch: list[Case] = []
    for case in rows.iterator(BATCH):
        batch.append(case)
        if len(batch) == BATCH:
            yield from _entries_of(batch)
            batch = []
    yield from _entries_of(batch)


def _entries_of(batch: list[Case]) -> Iterator[Entry]:
    answered = set(
        Result.objects.filter(case__in=batch, sent_at__isnull=False).exclude(text="").values_list("case_id", flat=True)
    )
    referrers: dict[int, set[str]] = defaultdict(set)
    for case_id, institution_id in Transfer.objects.filter(case__in=batch).values_list(
        "case_id", "from_institution_id"
    ):
        referrers[case_id].add(f"referrer-{institution_id}")
    for case in batch:
        audience = {f"institution-{case.institution_id}", *referrers[case.pk]}
        if case.is_public:
            audience.add(EVERYONE)
        if case.applicant_id:
            audience.add(f"person-{case.applicant_id}")
        if case.department_id:
            audience.add(f"department-{case.department_id}")
        yield Entry(
            case.pk, case.number, case.public_title, case.public_text, frozenset(audience), case.received_at,
            case.institution_id, case.pk in answered,
        )  # fmt: skip


def shown_cases(person: Person | None, ids: Sequence[int]) -> dict[int, str]:
    """Of these cases those a person may see, with their titles; what is only public, masked."""
    found = {case.pk: case.public_title for case in cases.public().filter(pk__in=ids).only("title")}
    missing = [key for key in ids if key not in found]
    if missing and person is not None:
        found |= {case.pk: case.public_title for case in cases.visible_to(person).filter(pk__in=missing).only("title")}
    return found


def institution_entries(ids: Sequence[int] | None) -> Iterator[Entry]:
    """Institutions, by their names, competences and departments."""
    rows = Institution.objects.filter(is_active=True).select_related("division").prefetch_related("departments")
    rows = rows.order_by("pk") if ids is None else rows.filter(pk__in=ids).order_by("pk")
    for one in rows.iterator(BATCH):
        departments = [f"{d.name} {d.name_en} {d.competence}" for d in one.departments.all()]
        place = one.division.full_name if one.division else ""
        text = "\n".join(filter(None, [one.name_en, one.competence, place, *departments]))
        yield Entry(one.pk, one.code, one.name, text, institution_id=one.pk)


def shown_institutions(person: Person | None, ids: Sequence[int]) -> dict[int, str]:
    """Of these institutions the active ones, with their names in the reader's language."""
    return {one.pk: str(one) for one in institutions.visible_to(person).filter(pk__in=ids).only("name", "name_en")}


def procedure_entries(ids: Sequence[int] | None) -> Iterator[Entry]:
    """Procedures as published now, in all languages; the number is the procedure's id, the subject its first version."""
    first = dict(Version.objects.filter(number=1).values_list("procedure", "pk"))
    for key, version in sorted(current_versions().items(), key=lambda item: first[item[0]]):
        if ids is None or first[key] in ids:
            one = version.definition
            texts = [*one.title.root.values(), *(one.summary.root.values() if one.summary else ()), one.law]
            yield Entry(first[key], key, one.title.text(), "\n".join(texts))


def shown_procedures(person: Person | None, ids: Sequence[int]) -> dict[int, str]:
    """Of these procedures those that are published, with their titles in the reader's language."""
    current = current_versions()
    named = Version.objects.filter(pk__in=ids).values_list("pk", "procedure")
    return {key: current[name].definition.title.text(get_language()) for key, name in named if name in current}


def division_entries(ids: Sequence[int] | None) -> Iterator[Entry]:
    """Provinces, districts and towns that exist today."""
    rows = Division.objects.filter(until=None).order_by("pk")
    for one in (rows if ids is None else rows.filter(pk__in=ids)).iterator(BATCH):
        yield Entry(one.pk, one.code, one.full_name, one.name_en)


def shown_divisions(person: Person | None, ids: Sequence[int]) -> dict[int, str]:
    """These divisions, with their names in the reader's language."""
    return {one.pk: str(one) for one in Division.objects.filter(pk__in=ids)}


searchable(Kind("procedure", _("Services"), procedure_entries, shown_procedures))
searchable(Kind("institution", _("Institutions"), institution_entries, shown_institutions))
searchable(Kind("division", _("Places"), division_entries, shown_divisions))
searchable(Kind("case", _("Cases"), case_entries, shown_cases))
