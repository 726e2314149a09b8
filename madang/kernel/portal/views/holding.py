"""What was written is not lost when the session has ended, or a surer sign-in is wanted: it waits for its writer.

Forms carry a mark of who writes them. Text that arrives without a session, but with such a mark, is held in the new
session and given back on the page it belongs to, to that person alone. It lies there encrypted, and the key is in the
browser only: forms ask for what must not be read in the database.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from madang.kernel.common.errors import StepUp
from madang.kernel.common.middleware import step_up
from madang.kernel.identity.models import Person

FIELD = "writer"
HELD = "held"
COOKIE = f"{settings.COOKIE_PREFIX}{HELD}"
MOST = 100_000
DAYS = 7

View = Callable[..., HttpResponse]


def writer_mark(person: Person) -> str:
    """The mark that a form of this person carries."""
    return signing.dumps(person.pk, salt="portal.writer")


def signed_in(back: Callable[..., str] | None = None) -> Callable[[View], View]:
    """The view is for those signed in, and surely enough for what it does; what they sent before is held.

    `back` is the page to return to.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def ask_first(request: HttpRequest, *args: Any, **rest: Any) -> HttpResponse:
            goal = back(*args, **rest) if back else request.get_full_path()
            if request.user.is_authenticated:
                try:
                    return view(request, *args, **rest)
                except StepUp as error:
                    way = step_up(error.level, goal)
            else:
                way = redirect_to_login(goal)
            key = _hold(request, goal) if request.method == "POST" else None
            if key:
                way.set_cookie(COOKIE, key, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
            return way

        return ask_first

    return decorate


def _hold(request: HttpRequest, goal: str) -> str | None:
    """Holds what was sent, if it bears a mark; returns the key that opens it."""
    try:
        writer = signing.loads(request.POST.get(FIELD, ""), salt="portal.writer", max_age=DAYS * 86400)
    except signing.BadSignature:
        return None
    data = request.POST.copy()
    for name in (FIELD, "csrfmiddlewaretoken"):
        data.pop(name, None)
    if sum(len(text) for texts in data.lists() for text in texts[1]) > MOST:
        return None
    key = Fernet.generate_key()
    closed = Fernet(key).encrypt(data.urlencode().encode()).decode()
    request.session[HELD] = {"writer": writer, "goal": goal, "sent_to": request.path, "data": closed}
    return key.decode()


def give_back(request: HttpRequest, person: Person | None) -> tuple[str, QueryDict] | None:
    """What this person had sent from this page when their session was over: the address and the data, once only."""
    held = request.session.get(HELD) if person and request.method == "GET" else None
    if not held or held["goal"] != request.get_full_path():
        return None
    del request.session[HELD]
    # Who writes on a shared machine is not shown what another had begun.
    if person is None or held["writer"] != person.pk:
        return None
    try:
        return held["sent_to"], QueryDict(Fernet(request.COOKIES.get(COOKIE, "")).decrypt(held["data"]).decode())
    except (InvalidToken, ValueError):
        return None
