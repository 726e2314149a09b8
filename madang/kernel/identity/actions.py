"""What happens to persons and accounts."""

from datetime import date, datetime
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils.translation import gettext as _

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Conflict, Invalid, Refused
from madang.kernel.common.moment import now

from .models import Account, Identification, Person, PersonalNumber, Secret, Token
from .queries import by_login, by_personal_number
from .rules import digest, new_token


@action("identity.register")
def register(
    person: Person,
    *,
    by: Person | None,
    login: str,
    password: str | None,
    is_operator: bool = False,
    verified: bool = True,
    account: Account | None = None,
) -> Account:
    """Registers a person with an account; without a password, whoever vouches for them lets them in.

    Whoever registers for themselves has yet to prove that the e-mail is theirs (`verified`).
    Raises Invalid when the login is taken or the password is weak.
    """
    if is_operator and by is not None:
        raise Refused()
    taken = Invalid(fields={"login": [_("There is already an account with this e-mail. Sign in instead.")]})
    if by_login(login):
        raise taken
    account = account or Account()
    account.login, account.is_operator, account.called = login.lower(), is_operator, person.name
    try:
        if password is not None:
            validate_password(password, account)
    except ValidationError as error:
        raise Invalid(fields={"password": error.messages}) from error
    account.set_password(password)
    person.save()
    account.person = person
    try:
        account.save()
    except IntegrityError as error:
        # Somebody registered it at the same moment.
        raise taken from error
    if verified:
        EmailAddress.objects.create(user=account, email=account.login, primary=True, verified=True)
    record(account, by=by)
    return account


@action("identity.sign_in")
def sign_in(account: Account, *, by: Person) -> None:
    """Somebody proved that this account is theirs, and came in."""
    if by != account.person:
        raise Refused()
    record(account, by=by)


@action("identity.sign_out")
def sign_out(account: Account, *, by: Person) -> None:
    """Somebody left."""
    if by != account.person:
        raise Refused()
    record(account, by=by)


@action("identity.end_session")
def end_session(session: UserSession, *, by: Person) -> None:
    """Signs a person out of a device that they do not hold in their hands."""
    if by != session.user.person:
        raise Refused()
    record(session.user, by=by)
    session.end()


@action("identity.change_sign_in")
def change_sign_in(account: Account, *, by: Person, what: str) -> None:
    """What opens the account was changed; word of it goes to its e-mail.

    With the password all tokens end: whoever changes it because somebody was in wants nobody in any more.
    """
    if by != account.person:
        raise Refused()
    if what == "password":
        for token in account.person.tokens.all():
            revoke_token(token, by=by)
    if what in ("factor_removed", "recovery_codes"):
        factors = Authenticator.objects.filter(user=account)
        used = [text for one in factors for text in one.data.values() if isinstance(text, str)]
        account.secrets.exclude(key__in=used).delete()
    if what == "email":
        account.person.email = account.login
        account.person.save(update_fields=["email"])
    record(account, by=by, what=what)


@action("identity.keep_secret")
def keep_secret(account: Account, *, by: Person, text: str) -> str:
    """Keeps what a second factor is checked with, and returns the key under which it is found again."""
    if by != account.person:
        raise Refused()
    kept = Secret.objects.create(account=account, key=uuid4().hex, value=text)
    record(account, by=by)
    return kept.key


@action("identity.identify")
def identify(
    person: Person, *, by: Person | None, provider: str, level: int, name: str = "", birth_date: date | None = None
) -> None:
    """Somebody who knows vouched that this is who they say: name and date of birth are theirs from now on."""
    if by is not None and by != person:
        raise Refused()
    Identification.objects.update_or_create(
        person=person, provider=provider, ended_at=None, defaults={"level": level, "at": now()}
    )
    person.name, person.birth_date = name or person.name, birth_date or person.birth_date
    person.save(update_fields=["name", "birth_date"])
    person.__dict__.pop("assurance", None)
    record(person, by=by, provider=provider, level=level)


@action("identity.end_identification")
def end_identification(person: Person, *, by: Person | None, provider: str) -> None:
    """A provider vouches no longer."""
    if by is not None and by != person:
        raise Refused()
    person.identifications.filter(provider=provider, ended_at=None).update(ended_at=now())
    person.__dict__.pop("assurance", None)
    record(person, by=by, provider=provider)


@action("identity.issue_token")
def issue_token(person: Person, *, by: Person | None, name: str, expires_at: datetime | None = None) -> str:
    """Gives a person a token for their programs, good as far as they are known now; the only moment it can be read."""
    if by is not None and by != person:
        raise Refused()
    token = new_token()
    row = Token.objects.create(
        person=person, name=name, digest=digest(token), expires_at=expires_at, level=person.ceiling
    )
    record(row, by=by)
    return token


@action("identity.revoke_token")
def revoke_token(token: Token, *, by: Person) -> None:
    """Takes a token out of use at once."""
    if by != token.person:
        raise Refused()
    record(token, by=by)
    token.delete()


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
    row.value, row.verified_at = value, now()
    row.save()
    record(row, by=by, person=person.pk, kind=kind)
    return row
