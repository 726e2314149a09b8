"""Who is asking?"""

from django.http import HttpRequest

from .models import Account, Person
from .rules import digest


def person_of(request: HttpRequest) -> Person | None:
    """The person behind a request: by session or by access token; None for a passer-by."""
    person = getattr(request, "_person", None)
    if person is None and request.user.is_authenticated:
        person = request._person = request.user.person  # type: ignore[attr-defined]
    return person


def by_token(token: str) -> Person | None:
    """The person whose access token this is; None for an unknown, expired or disabled one.

    Asked at each request of a program, so the statement is written out: preparing it costs more than carrying it out.
    """
    found = Person.objects.raw(
        "SELECT p.* FROM identity_token t JOIN identity_person p ON p.id = t.person_id"
        " JOIN identity_account a ON a.person_id = p.id"
        " WHERE t.digest = %s AND a.is_active AND (t.expires_at IS NULL OR t.expires_at > now())",
        [digest(token)],
    )
    return next(iter(found), None)


def by_login(login: str) -> Account | None:
    """The account with this login."""
    return Account.objects.select_related("person").filter(login__iexact=login).first()
