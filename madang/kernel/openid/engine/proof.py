"""When, how and how surely the person of this session proved who they are."""

import secrets
from datetime import UTC, datetime
from time import time

from django.http import HttpRequest

from ..rules import amr_of

# In the session: since when somebody is signed in, and a random mark that stays the same while they are.
SINCE, BROWSER = "openid_since", "openid_browser"
# Where the sign-in notes by which means somebody came in.
METHODS = "account_authentication_methods"


def proved_at(request: HttpRequest) -> float:
    """The last moment at which the person proved who they are in this session, in seconds."""
    noted = [float(one.get("at") or 0) for one in request.session.get(METHODS, [])]
    since = request.session.get(SINCE) or getattr(request.user, "last_login", None) or datetime.fromtimestamp(0, UTC)
    return max([since.timestamp() if isinstance(since, datetime) else float(since), *noted])


def note_sign_in(request: HttpRequest) -> None:
    """Notes in the session that somebody has just signed in."""
    request.session[SINCE] = time()


def methods(request: HttpRequest) -> list[str]:
    """By which means (`amr`); by password where the sign-in noted nothing else."""
    return amr_of(request.session.get(METHODS) or [{"method": "password"}])


def browser(request: HttpRequest) -> str:
    """The mark of this session."""
    mark: str = request.session.get(BROWSER) or secrets.token_hex(16)
    request.session[BROWSER] = mark
    return mark
