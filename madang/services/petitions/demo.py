"""Petitions of the demo country: some months of them, answered, rated, asked about again; the newest to be routed."""

import os
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from ruamel.yaml import YAML

from madang.kernel.cases.actions import assign, decide, file, follow_up, rate
from madang.kernel.cases.models import Case
from madang.kernel.cases.queries import central_desk
from madang.kernel.common import moment
from madang.kernel.events.actions import deliver
from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import by_login
from madang.kernel.institutions.actions import appoint, revise
from madang.kernel.institutions.models import Institution, Post
from madang.kernel.mandates.queries import for_filing
from madang.kernel.procedures.queries import current

from .actions import train

ORDER = 20
DAYS = 120
NEW = 12  # so many of the unanswered ones arrive at the central desk only now


def load(size: str) -> None:
    """Files the sample petitions as though over the last months, trains the router, and files the newest; once only."""
    if not Case.objects.filter(key__startswith="demo:").exists():
        _samples()
    if size == "full":
        _real()


def _samples() -> None:
    with (settings.COUNTRY_PACK / "sample_petitions.yaml").open(encoding="utf-8") as text:
        samples: list[dict[str, Any]] = YAML(typ="safe").load(text)
    dice = random.Random(2026)
    codes = {sample["institution"] for sample in samples}
    institutions = Institution.objects.in_bulk(codes, field_name="code")
    officers = {code: _officer(institutions[code]) for code in sorted(codes)}
    citizens = [by_login("citizen@demo").person, by_login("citizen2@demo").person]  # type: ignore[union-attr]
    new = [sample for sample in samples if "answer" not in sample][:NEW]
    past = [sample for sample in samples if sample not in new]
    begin = timezone.now() - timedelta(days=DAYS)
    for number, sample in enumerate(past):
        received = begin + timedelta(days=number * (DAYS - 2) / len(past), hours=dice.uniform(0, 20))
        _live(sample, received, institutions[sample["institution"]], officers[sample["institution"]], citizens, dice)
    _tell()
    train(by=None)
    for sample in new:
        _file(sample, timezone.now(), central_desk(), dice.choice(citizens))
    _for_another(samples[0])
    _tell()
    _approving()


def _approving() -> None:
    """Where a manager of the cast sits, answers are approved from now on, so that one can see how that goes."""
    managers = Post.objects.filter(role=Post.Role.MANAGER, person__account__login__endswith="@demo")
    for post in managers.select_related("institution"):
        revise(post.institution, by=None, requires_approval=True)


def _officer(institution: Institution) -> Person:
    """Somebody who answers there. They have no account: nobody signs in as them."""
    post = institution.posts.filter(role=Post.Role.OFFICER, person__account=None).select_related("person").first()
    if post:
        return post.person
    person = Person.objects.create(name=_("Officer in charge"))
    appoint(person, by=None, institution=institution, role=Post.Role.OFFICER)
    return person


def _live(
    sample: dict[str, Any],
    received: datetime,
    institution: Institution,
    officer: Person,
    citizens: list[Person],
    dice: random.Random,
) -> None:
    """One petition from reception as far as the sample tells; roughly one answer in twelve comes late."""
    citizen = dice.choice(citizens)
    case = _file(sample, received, institution, citizen)
    if "answer" not in sample:
        return
    hours = dice.uniform(1, 3) if sample["procedure"] == "other" else dice.uniform(20, 150)
    when = min(received + timedelta(hours=hours * (4 if dice.random() < 0.08 else 1)), timezone.now())
    with moment.as_of(received + (when - received) / 4):
        assign(case, by=officer, to=officer)
    with moment.as_of(when):
        decide(case, by=officer, text=sample["answer"])
    if "rating" in sample:
        with moment.as_of(min(when + timedelta(hours=dice.uniform(1, 40)), timezone.now())):
            rate(case, by=citizen, score=sample["rating"], comment=sample.get("comment", ""))
            if "additional_question" in sample:
                follow_up(case, by=citizen, text=sample["additional_question"])
                if "additional_answer" in sample:
                    decide(case, by=officer, text=sample["additional_answer"])


def _file(sample: dict[str, Any], received: datetime, institution: Institution, citizen: Person) -> Case:
    data: dict[str, Any] = {name: sample[name] for name in ("title", "body", "place") if name in sample}
    return file(
        current(f"petitions.{sample['procedure']}"),
        by=citizen,
        data=data,
        institution=institution,
        is_public=sample["public"],
        topic=sample["topic"],
        key=f"demo:{sample['id']}",
        received_at=received,
    )


@transaction.atomic
def _for_another(sample: dict[str, Any]) -> None:
    """One petition that a son has filed for his mother."""
    son = by_login("citizen@demo").person  # type: ignore[union-attr]
    version = current(f"petitions.{sample['procedure']}")
    power = [one for one in for_filing(son, version.procedure) if one.principal]
    if power:
        data: dict[str, Any] = {name: sample[name] for name in ("title", "body", "place") if name in sample}
        file(version, by=son, data=data, institution=central_desk(), key="demo:for-another", mandate=power[0])


def _tell() -> None:
    while deliver():
        pass


def _real() -> None:
    """The archive of real petitions, where there is one: in MADANG_PETITIONS, or in shared/ beside the checkout."""
    folder = Path(os.environ.get("MADANG_PETITIONS", settings.BASE_DIR.parent / "shared" / "data" / "petitions"))
    files = sorted(folder.glob("*.jsonl"))
    if files:
        call_command("import_petitions", *files)
        _tell()
