"""How programs say who they are."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from madang.kernel.common.errors import DomainError

from .models import Person
from .queries import by_token


class NotSignedIn(DomainError):
    """The request names nobody, or somebody whose token is not (or no longer) good."""

    status = 401
    code = "not-signed-in"
    message = _("This needs a valid access token.")
    remedy = _("Send the header “Authorization: Bearer …” with a token of yours.")


class Bearer(HttpBearer):
    """`Authorization: Bearer madang_…`: the person whose token it is."""

    def authenticate(self, request: HttpRequest, token: str) -> Person:
        person = by_token(token)
        if person is None:
            raise NotSignedIn()
        # For the logs, also where a token is welcome but not needed.
        request.auth = person  # type: ignore[attr-defined]
        request._person = person  # type: ignore[attr-defined]
        return person


signed_in = Bearer()


def caller(request: HttpRequest) -> Person | None:
    """Whose token the request carries; None when it carries none. Raises NotSignedIn for a token that is no good."""
    person: Person | None = signed_in(request)
    return person
