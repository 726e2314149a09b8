"""Who is asking?"""

from django.db.models import Q
from django.db.models.functions import Now
from django.http import HttpRequest

from madang.kernel.common.kept import Kept

from .models import Account, Person, PersonalNumber
from .rules import digest


def person_of(request: HttpRequest) -> Person | None:
    """The person behind a request: by session or by access token; None for a passer-by."""
    person = getattr(request, "_person", None)
    if person is None and request.user.is_authenticated:
        person = request._person = request.user.person  # type: ignore[attr-defined]
    return person


_by_token = Kept(
    lambda digested: Person.objects.filter(
        Q(tokens__expires_at=None) | Q(tokens__expires_at__gt=Now()), tokens__digest=digested, account__is_active=True
    ),
    str,
)


def by_token(token: str) -> Person | None:
    """The person whose access token this is; None for an unknown, expired or disabled one."""
    return _by_token.first(digest(token))


def by_login(login: str) -> Account | None:
    """The account with this login."""
    return Account.objects.select_related("person").filter(login__iexact=login).first()


def by_personal_number(kind: str, value: str) -> Person | None:
    """The person of whom this number, in its one spelling, was verified."""
    entries = PersonalNumber._meta.get_field("index").entries(value)
    found = PersonalNumber.objects.select_related("person").filter(kind=kind, index__in=entries).first()
    return found.person if found else None
