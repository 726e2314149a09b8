"""Who somebody is to an agency, and what it is told."""

from typing import Any

from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from oauth2_provider.settings import oauth2_settings

from madang.kernel.identity.models import Person

from .engine import keys
from .models import Client, Consent, SignIn
from .rules import CLAIMS, pairwise


def issuer() -> str:
    """The name of this provider, which is also where its pages begin."""
    return str(oauth2_settings.OIDC_ISS_ENDPOINT)


def subject(client: Client, person: Person) -> str:
    """Who the person is to this client, and to all others of its institution (`sub`, OpenID Connect Core 8.1)."""
    return pairwise(keys.secret(), client.institution_id, person.pk)


def told(person: Person, scopes: list[str]) -> dict[str, str]:
    """What these scopes tell of a person, with today's values; what is not known is left out."""
    known = {
        "name": person.name,
        "locale": person.language,
        "birthdate": person.birth_date.isoformat() if person.birth_date else "",
        "email": person.email,
        "phone_number": person.phone,
    }
    asked = [claim for scope, claims in CLAIMS.items() if scope in scopes for claim in claims]
    return {claim: known[claim] for claim in asked if known[claim]}


def consent_of(person: Person, client: Client) -> Consent | None:
    """The consent in force."""
    return Consent.objects.visible_to(person).in_force().filter(client=client).first()


def agencies_of(person: Person) -> QuerySet[Consent]:
    """The agencies that know a person, the newest first."""
    found = Consent.objects.visible_to(person).in_force().select_related("client__institution")
    return found.order_by("-given_at", "-pk")


def sign_ins_of(person: Person) -> QuerySet[SignIn]:
    """Each time the person went on to an agency, the newest first."""
    return SignIn.objects.visible_to(person).select_related("client__institution").order_by("-at", "-pk")


def ended_elsewhere() -> QuerySet[SignIn]:
    """Sign-ins whose session here is gone (ended from another device, or expired), or whose account was closed."""
    living = Session.objects.filter(session_key=OuterRef("session"), expire_date__gt=timezone.now())
    return SignIn.objects.open().filter(~Exists(living) | Q(person__account__is_active=False)).order_by("pk")


def hinted(token: str) -> dict[str, Any] | None:
    """What an ID token says that an agency shows as a hint; None unless it was made here for one of the clients."""
    claims = keys.claims_of(token)
    return claims if claims and claims.get("iss") == issuer() else None
