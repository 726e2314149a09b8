"""Mandates of the demo country: a mother who lets her son act for her, and a company with an employee."""

from datetime import timedelta

from django.utils import timezone

from madang.kernel.identity.models import Person
from madang.kernel.identity.queries import by_login

from .actions import accept, confirm, propose
from .models import Mandate

ORDER = 15
Kind = Mandate.Kind


def load(size: str) -> None:
    """Proposed by one side and accepted by the other, as people would do it; done twice, it changes nothing."""
    if Mandate.objects.exists():
        return
    son, mother, owner, desk = (_person(name) for name in ("citizen", "mother", "citizen2", "desk"))
    until = timezone.localdate() + timedelta(days=365)
    power = propose(
        Mandate(kind=Kind.POWER, principal=mother, may=Mandate.May.ALL, until=until), by=mother, to="citizen@demo"
    )
    accept(power, by=son)
    stated = {"name": "마당건설 주식회사", "number": "123-45-67891"}
    owned = confirm(propose(Mandate(kind=Kind.COMPANY, agent=owner, stated=stated), by=owner), by=desk)
    employee = Mandate(kind=Kind.COMPANY, company=owned.company, post=Mandate.Post.EMPLOYEE, may=Mandate.May.ALL)
    accept(propose(employee, by=owner, to="citizen@demo"), by=son)


def _person(name: str) -> Person:
    account = by_login(f"{name}@demo")
    assert account is not None  # noqa: S101  (the cast is there: see `institutions.demo`)
    return account.person
