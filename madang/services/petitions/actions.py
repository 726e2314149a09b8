"""What happens to petitions beyond the life of every case: they are sent where they belong."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.kernel.analytics.actions import learn
from madang.kernel.analytics.models import Learned
from madang.kernel.audit.actions import action, record
from madang.kernel.cases.actions import assign, file, transfer
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import central_desk
from madang.kernel.common.errors import DomainError, Invalid, Refused
from madang.kernel.common.parameters import parameter
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution
from madang.kernel.procedures.forms import clean_data
from madang.kernel.procedures.queries import current

from .models import Suggestion
from .queries import (
    DEPARTMENTS,
    INSTITUTIONS,
    Proposal,
    competences,
    lessons,
    suggest_departments,
    suggest_institutions,
    topic_codes,
)


@action("petitions.route")
def route(case_ids: Collection[int], *, by: Person | None = None) -> list[Suggestion]:
    """Suggests where petitions belong, and sends there those of which the router is sure; else the desk decides.

    At the central desk the router looks for an institution, in an institution for a department. Done twice, it does
    nothing the second time; what a person has already taken in hand it leaves alone.
    """
    if by is not None:
        raise Refused()
    cases = Case.objects.select_for_update(of=("self",)).select_related("institution").order_by("pk")
    found = list(cases.filter(pk__in=case_ids))
    if len(found) < len(case_ids):
        raise Case.DoesNotExist
    for case in found:
        record(case, by=by, institution_id=case.institution_id)
    shown = Suggestion.objects.filter(case__in=found, department__isnull=False)
    done = set(shown.values_list("case_id", "institution_id"))
    new = [
        case
        for case in found
        if case.is_open and not (case.department_id or case.assignee_id) and (case.pk, case.institution_id) not in done
    ]
    proposed = _proposals(new)
    rows = [
        Suggestion(
            case=case,
            rank=rank,
            institution=one.institution,
            department=one.department,
            confidence=round(one.confidence, 4),
        )
        for case, proposals in proposed
        for rank, one in enumerate(proposals, 1)
    ]
    Suggestion.objects.filter(case__in=new).delete()
    Suggestion.objects.bulk_create(rows)
    sure_from = parameter("petitions.sure_from", timezone.localdate())
    for case, proposals in proposed:
        if proposals and proposals[0].confidence >= sure_from:
            _send(case, proposals[0])
    return rows


def _proposals(cases: list[Case]) -> list[tuple[Case, list[Proposal]]]:
    there: defaultdict[Institution, list[Case]] = defaultdict(list)
    for case in cases:
        there[case.institution].append(case)
    proposed: list[tuple[Case, list[Proposal]]] = []
    for institution, some in there.items():
        texts = [(case.title, case.text) for case in some]
        if institution.parent_id is not None:
            proposed += zip(some, suggest_departments(institution, texts), strict=True)
            continue
        for case, found in zip(some, suggest_institutions(texts), strict=True):
            offer = case.definition.offered_by
            proposed.append(
                (case, [one for one in found if offer.includes(one.institution.kind, one.institution.code)])
            )
    return proposed


def _send(case: Case, surest: Proposal) -> None:
    if surest.institution.pk != case.institution_id:
        transfer(case, by=None, to=surest.institution, reason="routing")
    elif surest.department is not None:
        assign(case, by=None, department=surest.department)


@action("petitions.train")
def train(names: tuple[str, str] = (INSTITUTIONS, DEPARTMENTS), *, by: Person | None = None) -> list[Learned]:
    """Learns anew from past petitions and competences where petitions belong."""
    if by is not None:
        raise Refused()
    record("routers", by=by)
    return [
        learn(name, by=by, examples=examples, competences=texts)
        for name, examples, texts in zip(names, lessons(), competences(), strict=True)
    ]


@dataclass
class Taken:
    """What came of a batch: how many are new, how many were known, and which lines were refused and why."""

    new: int = 0
    known: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        return self.new + self.known + len(self.refused)


@action("petitions.take_over")
def take_over(lines: list[tuple[str, dict[str, Any]]], *, by: Person | None, procedure: str, is_public: bool) -> Taken:
    """Takes over petitions that were kept elsewhere: each line (place and fields) is filed by the rules for all.

    A line is known by a fingerprint of what it says, so that taking it over twice changes nothing. Lines without an
    institution arrive at the central desk and are routed.
    """
    if by is not None:
        raise Refused()
    taken = Taken()
    keys = {place: _key(line) for place, line in lines}
    known = set(Case.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    desk, topics = central_desk(), topic_codes()
    codes = {_code(line) for _place, line in lines if _code(line)}
    institutions = Institution.objects.filter(is_active=True).in_bulk(codes, field_name="code")
    for place, line in lines:
        if keys[place] in known:
            taken.known += 1
            continue
        try:
            version = current(f"petitions.{line.get('procedure') or procedure}")
            text = {name: line[name] for name in ("title", "body") if line.get(name) is not None}
            file(
                version, by=None, key=keys[place], channel=Case.Channel.IMPORT, is_public=is_public,
                language=settings.LANGUAGE_CODE, data=clean_data(version.definition, text, None),
                topic=_topic(line, topics), received_at=_moment(line),
                institution=_institution(line, institutions) or desk,
            )  # fmt: skip
        except DomainError as error:
            reasons = "; ".join(f"{name}: {' '.join(texts)}" for name, texts in error.fields.items())
            taken.refused.append((place, reasons or str(error)))
            continue
        known.add(keys[place])
        taken.new += 1
    record("import", by=by, new=taken.new, known=taken.known, refused=len(taken.refused))
    return taken


def _key(line: dict[str, Any]) -> str:
    text = json.dumps(line, ensure_ascii=False, sort_keys=True, default=str)
    return "import:" + hashlib.sha256(text.encode(errors="replace")).hexdigest()


def _topic(line: dict[str, Any], topics: dict[str, str]) -> str:
    name = str(line.get("topic") or "").strip()
    if name and name not in topics:
        raise Invalid(fields={"topic": [_("There is no topic “%(name)s”.") % {"name": name[:60]}]})
    return topics.get(name, "")


def _code(line: dict[str, Any]) -> str:
    """The code of an institution as it can be looked up, whatever stands in its place."""
    return str(line.get("institution") or "").replace("\0", "").encode(errors="ignore").decode()


def _institution(line: dict[str, Any], institutions: dict[str, Institution]) -> Institution | None:
    code = _code(line)
    if code and code not in institutions:
        raise Invalid(fields={"institution": [_("There is no institution “%(code)s”.") % {"code": code[:60]}]})
    return institutions[code] if code else None


def _moment(line: dict[str, Any]) -> datetime | None:
    text = line.get("received_at")
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Invalid(fields={"received_at": [_("“%(text)s” is not a date.") % {"text": str(text)[:40]}]}) from error
    return moment if moment.tzinfo else timezone.make_aware(moment)
