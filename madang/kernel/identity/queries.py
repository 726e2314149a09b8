"""Who is asking, and how surely?"""

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from madang.kernel.audit.models import Record
from madang.kernel.audit.queries import about
from madang.kernel.common.kept import Kept

from .models import Account, Person, PersonalNumber, Token
from .rules import STRONG, VERIFIED, Provider, digest


def person_of(request: HttpRequest) -> Person | None:
    """The person behind a request: by session or by access token; None for a passer-by."""
    person = getattr(request, "_person", None)
    if person is None and request.user.is_authenticated:
        person = request._person = request.user.person  # type: ignore[attr-defined]
        person.ceiling = STRONG if is_strong(request) else VERIFIED
    return person


def is_strong(request: HttpRequest) -> bool:
    """Whether they showed, in this session, something that is theirs alone: a passkey, or a code that only they can make."""
    return any(one["method"] == "mfa" for one in get_authentication_records(request, request.user))


_by_token = Kept(
    lambda digested: Token.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=Now()), digest=digested, person__account__is_active=True
    ).select_related("person"),
    str,
)


def by_token(token: str) -> Person | None:
    """The person whose access token this is; None for an unknown, expired or disabled one."""
    found = _by_token.first(digest(token))
    if found is None:
        return None
    found.person.ceiling = found.level
    return found.person


def by_login(login: str) -> Account | None:
    """The account with this login."""
    return Account.objects.select_related("person").filter(login=login.lower()).first()


def provider(name: str) -> Provider | None:
    """Who vouches for people under this name."""
    return next((one for one in settings.IDENTITY_PROVIDERS if one.id == name), None)


def happened_to(account: Account) -> QuerySet[Record]:
    """What was done to one's account, the newest first."""
    return about(account).order_by("-id")


def by_personal_number(kind: str, value: str) -> Person | None:
    """The person of whom this number, in its one spelling, was verified."""
    entries = PersonalNumber._meta.get_field("index").entries(value)
    found = PersonalNumber.objects.select_related("person").filter(kind=kind, index__in=entries).first()
    return found.person if found else None
