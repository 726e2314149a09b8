"""How programs say who they are."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import DomainError

from .models import Person
from .queries import by_token


class NotSignedIn(DomainError):
    """The request names nobody, or somebody whose token is not (or no longer) good."""

    status = 401
    code = "not-signed-in"
    message = _("This needs a valid access token.")
    remedy = _("Send the header “Authorization: Bearer …” with a token of yours.")


def caller(request: HttpRequest) -> Person | None:
    """Whose token the request carries; None when it carries none. Raises NotSignedIn for a token that is no good."""
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return None
    person = by_token(token.strip()) if scheme.lower() == "bearer" else None
    if person is None:
        raise NotSignedIn()
    return person


def signed_in(request: HttpRequest) -> Person:
    """The person who calls. Raises NotSignedIn when nobody says so."""
    person = caller(request)
    if person is None:
        raise NotSignedIn()
    return person
