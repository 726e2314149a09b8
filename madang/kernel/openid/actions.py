"""What happens between people and agencies: an agency is registered, consent given and withdrawn, sign-ins and their end."""

import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import get_access_token_model, get_grant_model
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Invalid, Refused
from madang.kernel.identity.models import Person

from .engine import keys
from .engine.reach import may_call_loopback
from .models import SCOPES, Client, Consent, SignIn
from .queries import consent_of
from .rules import digest, is_address, session_name

# What an operator may change of a client; its institution would make everybody a stranger to it.
CHANGEABLE = frozenset({"name", "name_en", "redirect_uris", "post_logout_redirect_uris", "backchannel_uri", "scopes"})


@action("openid.register")
def register(client: Client, *, by: Person | None) -> str:
    """Registers an agency's client; returns its secret, at the only moment at which it can be read ("" if it is public)."""
    _for_operators(by)
    client.client_id = secrets.token_urlsafe(18)
    client.authorization_grant_type, client.algorithm = Client.GRANT_AUTHORIZATION_CODE, Client.RS256_ALGORITHM
    check(client)
    secret = _new_secret(client)
    client.save(force_insert=True)
    record(client, by=by, institution_id=client.institution_id, kind=client.client_type, scopes=client.scopes)
    return secret


@action("openid.revise")
def revise(client: Client, *, by: Person | None, **changes: Any) -> Client:
    """Changes names, addresses or what may be asked for. What people consented to before stays as narrow as it was."""
    _for_operators(by)
    client = Client.objects.select_for_update().get(pk=client.pk)
    if strange := changes.keys() - CHANGEABLE:
        raise ValueError(f"These never change: {sorted(strange)}")
    for name, value in changes.items():
        setattr(client, name, value)
    check(client)
    client.save()
    record(client, by=by, institution_id=client.institution_id, changed=sorted(changes))
    return client


@action("openid.renew_secret")
def renew_secret(client: Client, *, by: Person | None) -> str:
    """Gives a client another secret; the old one is no good from now on."""
    _for_operators(by)
    secret = _new_secret(client)
    if not secret:
        raise Invalid("openid.public", _("A public client has no secret."))
    client.save(update_fields=["client_secret", "updated"])
    record(client, by=by, institution_id=client.institution_id)
    return secret


@action("openid.disable")
def disable(client: Client, *, by: Person | None) -> None:
    """Takes a client out of use at once: nobody signs in to it, and what it holds of codes and tokens is no good."""
    _for_operators(by)
    client.is_active = False
    client.save(update_fields=["is_active", "updated"])
    for model in (get_grant_model(), get_access_token_model()):
        model.objects.filter(application=client).delete()
    record(client, by=by, institution_id=client.institution_id)


@action("openid.enable")
def enable(client: Client, *, by: Person | None) -> None:
    """Takes a client into use again."""
    _for_operators(by)
    client.is_active = True
    client.save(update_fields=["is_active", "updated"])
    record(client, by=by, institution_id=client.institution_id)


@action("openid.consent")
def consent(client: Client, *, by: Person, scopes: list[str]) -> Consent:
    """A person lets an agency know what these scopes tell, besides what it may know already."""
    _in_use(client, scopes)
    asked = {"scopes": sorted(set(scopes))}
    given, is_new = Consent.objects.get_or_create(person=by, client=client, withdrawn_at=None, defaults=asked)
    if not is_new:
        given.scopes = sorted({*given.scopes, *scopes})
        given.save(update_fields=["scopes"])
    record(given, by=by, institution_id=client.institution_id, client=client.client_id, scopes=given.scopes)
    return given


@action("openid.withdraw")
def withdraw(given: Consent, *, by: Person) -> None:
    """A person takes their consent back: tokens are no good any more, and the agency is told to sign them out."""
    if by.pk != given.person_id:
        raise Refused()
    given.withdrawn_at = Now()
    given.save(update_fields=["withdrawn_at"])
    get_grant_model().objects.filter(application=given.client, user__person=by).delete()
    for one in SignIn.objects.open().filter(person=by, client=given.client).order_by("pk"):
        end(one, by=by)
    record(given, by=by, institution_id=given.client.institution_id, client=given.client.client_id)


@action("openid.sign_in")
def sign_in(
    client: Client, *, by: Person, scopes: list[str], code: str, browser: str, session: str, proved_at: datetime,
    assurance: int, methods: list[str],
) -> SignIn:  # fmt: skip
    """A person goes on to an agency with a code, by a consent that covers all that is asked. Raises Refused without."""
    _in_use(client, scopes)
    given = consent_of(by, client)
    if given is None or not set(scopes) <= set(given.scopes):
        raise Refused()
    entered = SignIn.objects.create(
        person=by, client=client, proved_at=proved_at, assurance=assurance, methods=methods, browser=browser,
        session=session, sid=session_name(keys.secret(), client.client_id, browser), code=digest(code),
    )  # fmt: skip
    record(entered, by=by, institution_id=client.institution_id, client=client.client_id, scopes=scopes)
    return entered


@action("openid.end")
def end(entered: SignIn, *, by: Person | None) -> None:
    """A sign-in ends here: its token is no good any more, and the agency, if it asked for that, is told."""
    if by is not None and by.pk != entered.person_id:
        raise Refused()
    entered.ended_at = Now()
    entered.save(update_fields=["ended_at"])
    get_grant_model().objects.filter(code=entered.code).delete()
    if entered.token:
        get_access_token_model().objects.filter(token_checksum=entered.token).delete()
        _tell(entered)
    record(entered, by=by, institution_id=entered.client.institution_id, client=entered.client.client_id)


def _tell(entered: SignIn) -> None:
    """Has the agency told by a job, which begins after the commit; once for all sign-ins of one session."""
    if entered.client.backchannel_uri:
        lock = f"openid.tell:{entered.sid}"
        with suppress(AlreadyEnqueued), transaction.atomic():
            app.configure_task("openid.tell", queueing_lock=lock).defer(sign_in=entered.pk)


def _for_operators(by: Person | None) -> None:
    if by is not None and not getattr(getattr(by, "account", None), "is_operator", False):
        raise Refused()


def _in_use(client: Client, scopes: list[str]) -> None:
    if not client.is_active or not set(scopes) <= {"openid", *client.scopes}:
        raise Refused()


def _new_secret(client: Client) -> str:
    secret = secrets.token_urlsafe(32) if client.client_type == Client.CLIENT_CONFIDENTIAL else ""
    client.client_secret, client.hash_client_secret = digest(secret) if secret else "", False
    return secret


def check(client: Client) -> None:
    """Refuses addresses that lead nowhere good, and what may not be asked for."""
    wrong = _("Use an address that begins with https:// and has no #, * or password.")
    addresses = {
        "redirect_uris": (client.redirect_uris.split(), True),
        "post_logout_redirect_uris": (client.post_logout_redirect_uris.split(), True),
        "backchannel_uri": (client.backchannel_uri.split(), may_call_loopback()),
    }
    fields = {
        name: wrong
        for name, (uris, loopback) in addresses.items()
        if not all(is_address(uri, loopback=loopback) for uri in uris)
    }
    fields |= {name: _("Say what people call it.") for name in ("name", "name_en") if not getattr(client, name).strip()}
    if not client.redirect_uris.split():
        fields["redirect_uris"] = _("Give at least one address to which people come back.")
    if not set(client.scopes) <= {name for name, _label in SCOPES}:
        fields["scopes"] = _("This cannot be asked for.")
    if fields:
        raise Invalid(fields=fields)
