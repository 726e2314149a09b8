"""How often one may ask: each person, each address, and each costly page, counted in the memory of each process.

This keeps one caller from taking the time of all. What must not be tried often (passwords, codes) is counted by the
sign-in library for all processes together.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from .errors import TooMany
from .memory import keep
from .middleware import Handler, answer

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Rate:
    """So many at once, and as many again in so many seconds."""

    most: int
    seconds: float


# Behind one address there may be a whole town hall, so those who say who they are are counted by themselves.
ADDRESS, STRANGER, PERSON = Rate(6000, 60), Rate(1200, 60), Rate(1200, 60)
STRANGERS_WRITES, PERSONS_WRITES = Rate(60, 60), Rate(240, 60)
# What costs as much as a search.
SEARCHES = Rate(120, 60)
# Who shows a token that is none guesses.
GUESS = 100
REMEMBERED = 100_000
# For so many seconds a caller who proved to be somebody is one.
TRUSTED = 600.0

_full_at: dict[tuple[str, str], float] = keep({})
_proved: dict[str, tuple[float, str]] = keep({})
_lock = Lock()


def take(kind: str, who: str, rate: Rate, cost: int = 1) -> float:
    """Counts one request of this kind; returns how many seconds to wait before it may be made, 0 for none.

    What must wait is not counted, unless it costs more than one: that is a penalty.

    A bucket that refills steadily (GCRA, ITU-T I.371): only the moment at which it is full again is kept.
    """
    now, each = monotonic(), rate.seconds / rate.most
    with _lock:
        if len(_full_at) > REMEMBERED:
            for key in [key for key, at in _full_at.items() if at <= now]:
                del _full_at[key]
        full = max(_full_at.get((kind, who), now), now) + each * cost
        wait = full - now - rate.seconds
        if wait <= 0 or cost > 1:
            _full_at[(kind, who)] = min(full, now + 2 * rate.seconds)
    return max(wait, 0.0)


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: behind a proxy what that adds to X-Forwarded-For, and nothing that was there before."""
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "") if settings.BEHIND_PROXY else ""
    return forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR", "")


def named_by(request: HttpRequest) -> str:
    """Whose the token or session is that a request shows, if it proved true in this process; empty for a stranger.

    Whoever makes one up for each request would otherwise be a new caller each time, and whoever has many, many.
    """
    until, person = _proved.get(_shown(request), (0.0, ""))
    return person if until > monotonic() else ""


def _shown(request: HttpRequest) -> str:
    return request.META.get("HTTP_AUTHORIZATION", "") or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")


def _prove(request: HttpRequest) -> None:
    """What the request shows is true: from now on its caller is counted by themselves."""
    person = getattr(request, "_person", None)
    if person is not None:
        with _lock:
            if len(_proved) > REMEMBERED:
                _proved.clear()
            _proved[_shown(request)] = (monotonic() + TRUSTED, f"person {person.pk}")


class Limits:
    """Answers 429 with Retry-After to who asks too often."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.RATE_LIMITS:
            return self.get_response(request)
        address, who = address_of(request), named_by(request)
        wait = max(
            take("address", address, ADDRESS),
            take("asks", who or address, PERSON if who else STRANGER),
            0.0
            if request.method in ("GET", "HEAD", "OPTIONS")
            else take("writes", who or address, PERSONS_WRITES if who else STRANGERS_WRITES),
        )
        if wait:
            return answer(request, TooMany(retry_after=math.ceil(wait)))
        response = self.get_response(request)
        _prove(request)
        if response.status_code == 401:
            take("address", address, ADDRESS, GUESS)
        return response


def limited(name: str, rate: Rate) -> Callable[[View], View]:
    """A view or an API function that costs much: each caller may ask for it so often. Raises TooMany."""

    def decorate(view: View) -> View:
        @wraps(view)
        def ask(request: HttpRequest, *args: Any, **rest: Any) -> Any:
            if settings.RATE_LIMITS and (wait := take(name, named_by(request) or address_of(request), rate)):
                raise TooMany(retry_after=math.ceil(wait))
            return view(request, *args, **rest)

        return ask  # type: ignore[return-value]

    return decorate
