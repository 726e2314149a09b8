"""What was written is not lost when the session has ended, or a surer sign-in is wanted: it waits for its writer.

Forms carry a mark of who writes them. Text that arrives without a session, but with such a mark, is held in the new
session and given back on the page it belongs to, to that person alone.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core import signing
from django.http import HttpRequest, HttpResponse, QueryDict

from madang.kernel.common.errors import StepUp
from madang.kernel.common.middleware import step_up
from madang.kernel.identity.models import Person

FIELD = "writer"
HELD = "held"
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
            if request.method == "POST":
                _hold(request, goal)
            return way

        return ask_first

    return decorate


def _hold(request: HttpRequest, goal: str) -> None:
    try:
        writer = signing.loads(request.POST.get(FIELD, ""), salt="portal.writer", max_age=DAYS * 86400)
    except signing.BadSignature:
        return
    data = request.POST.copy()
    for name in (FIELD, "csrfmiddlewaretoken"):
        data.pop(name, None)
    if sum(len(text) for texts in data.lists() for text in texts[1]) <= MOST:
        request.session[HELD] = {"writer": writer, "goal": goal, "sent_to": request.path, "data": data.urlencode()}


def give_back(request: HttpRequest, person: Person | None) -> tuple[str, QueryDict] | None:
    """What this person had sent from this page when their session was over: the address and the data, once only."""
    held = request.session.get(HELD) if person and request.method == "GET" else None
    if not held or held["goal"] != request.get_full_path():
        return None
    del request.session[HELD]
    # Who writes on a shared machine is not shown what another had begun.
    return (held["sent_to"], QueryDict(held["data"])) if person and held["writer"] == person.pk else None
