"""What happens to persons and accounts."""

from datetime import datetime, timedelta

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common import moment
from madang.kernel.common.errors import Conflict, Invalid, Refused, TooMany

from .models import Account, FailedSignIn, Person, PersonalNumber, Token
from .queries import by_login, by_personal_number
from .rules import digest, new_token

ATTEMPTS, WINDOW = 10, timedelta(minutes=10)


@action("identity.register")
def register(person: Person, *, by: Person | None, login: str, password: str, is_operator: bool = False) -> Account:
    """Registers a person with an account. Raises Invalid when the login is taken or the password is weak."""
    if is_operator and by is not None:
        raise Refused()
    if by_login(login):
        raise Invalid(fields={"login": [_("There is already an account with this e-mail. Sign in instead.")]})
    account = Account(login=login.lower(), person=person, is_operator=is_operator)
    try:
        validate_password(password, account)
    except ValidationError as error:
        raise Invalid(fields={"password": error.messages}) from error
    account.set_password(password)
    person.save()
    account.person = person
    account.save()
    record(account, by=by)
    return account


@action("identity.issue_token")
def issue_token(person: Person, *, by: Person | None, name: str, expires_at: datetime | None = None) -> str:
    """Gives a person a token for their programs; the only moment at which the token can be read."""
    if by is not None and by != person:
        raise Refused()
    token = new_token()
    row = Token.objects.create(person=person, name=name, digest=digest(token), expires_at=expires_at)
    record(row, by=by)
    return token


@action("identity.revoke_token")
def revoke_token(token: Token, *, by: Person) -> None:
    """Takes a token out of use at once."""
    if by != token.person:
        raise Refused()
    record(token, by=by)
    token.delete()


@action("identity.sign_in")
def _enter(account: Account, *, by: Person) -> None:
    """Somebody proved who they are and came in; earlier failed attempts are forgotten."""
    FailedSignIn.objects.filter(login=account.login).delete()
    record(account, by=by)


def sign_in(login: str, *, by: Person | None, password: str) -> Account:
    """The account that this login and password open.

    Raises Invalid, with the same words and in the same time whether login or password is wrong; TooMany after
    `ATTEMPTS` wrong passwords in `WINDOW`. A failed attempt is kept although nothing else happens.
    """
    login = login.strip().lower()
    since = timezone.now() - WINDOW
    if FailedSignIn.objects.filter(login=login, at__gte=since).count() >= ATTEMPTS:
        raise TooMany(retry_after=int(WINDOW.total_seconds()))
    account = by_login(login)
    if account is None:
        Account().set_password(password)
    if account is None or not account.check_password(password) or not account.is_active:
        FailedSignIn.objects.create(login=login)
        raise Invalid(
            "wrong-password",
            _("E-mail or password is wrong."),
            remedy=_("Try again, or register if you have no account yet."),
        )
    _enter(account, by=account.person)
    return account


@action("identity.verify_number")
def verify_number(person: Person, *, by: Person | None, kind: str, value: str) -> PersonalNumber:
    """Keeps a number of a person, in its one spelling, that somebody who knows has just confirmed.

    Only the system does so, when an identity provider or a register told it. A number belongs to one person.
    """
    if by is not None:
        raise Refused()
    owner = by_personal_number(kind, value)
    if owner is not None and owner != person:
        raise Conflict("identity.number-taken", _("This number was verified of another person."))
    row = PersonalNumber.objects.filter(person=person, kind=kind).first() or PersonalNumber(person=person, kind=kind)
    row.value, row.verified_at = value, moment.now()
    row.save()
    record(row, by=by, person=person.pk, kind=kind)
    return row
