"""What an action says when it does not do what was asked: one shape for the page and for the API.

Raise the subclass that fits, with a code, a message and what to do next. Messages are translated when they
are read, so they reach each person in their own language:

    raise Conflict("cases.closed", _("Case %(number)s is closed."), number=case.number,
                   remedy=_("File a new petition that names this one."))
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.functional import Promise, lazystr
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class _Filled:
    """A message with its blanks filled in at the moment it is read."""

    def __init__(self, message: Text, params: Mapping[str, object]) -> None:
        self.message, self.params = message, params

    def __str__(self) -> str:
        return str(self.message) % self.params


class DomainError(Exception):
    """What was asked is not done, nothing is changed, and the person is told why and what to do next.

    `code` is stable and for programs ("cases.closed"). `message` is a sentence for people, its %(name)s
    blanks filled from `params`. `remedy` says what to do next. `fields` holds the messages for single inputs,
    by id.
    """

    status = 400
    code = "error"
    message: Text = _("This could not be done.")
    remedy: Text = ""

    def __init__(
        self,
        code: str = "",
        message: Text = "",
        *,
        remedy: Text = "",
        fields: Mapping[str, Text | Iterable[Text]] | None = None,
        **params: object,
    ) -> None:
        self.title = self.message
        if code:
            self.code = code
        if message:
            self.message = lazystr(_Filled(message, params)) if params else message
        if remedy:
            self.remedy = lazystr(_Filled(remedy, params)) if params else remedy
        self.params = params
        self._fields = {
            name: [texts] if isinstance(texts, (str, Promise)) else list(texts)
            for name, texts in (fields or {}).items()
        }
        super().__init__(code, message)

    @property
    def fields(self) -> dict[str, list[str]]:
        return {name: [str(text) for text in texts] for name, texts in self._fields.items()}

    def __str__(self) -> str:
        return f"{self.message} {self.remedy}".strip()


class Refused(DomainError):
    """Not for this person: what one may not know does not exist (404).

    With `visible=True`: one may see the thing, but not do this to it (403).
    """

    status = 404
    code = "not-found"
    message = _("There is nothing here for you.")
    remedy = _("Check the address or the number. If it is yours, sign in first.")

    def __init__(self, code: str = "", message: Text = "", *, visible: bool = False, **rest: Any) -> None:
        if visible:
            self.status, self.code = 403, "not-allowed"
            self.message = _("You may see this, but you may not do this.")
            self.remedy = _("Ask the person in charge of it, or the operator of your institution.")
        super().__init__(code, message, **rest)


class Invalid(DomainError):
    """What was entered cannot be accepted; `fields` says where and why."""

    status = 422
    code = "invalid"
    message = _("Some of what you entered cannot be accepted.")
    remedy = _("Correct what is marked and send it again.")


class Conflict(DomainError):
    """The thing has changed, or is no longer in a state that allows this."""

    status = 409
    code = "conflict"
    message = _("This has changed in the meantime.")
    remedy = _("Load the page again, look at what changed, and decide again.")


class TooMany(DomainError):
    """Too often in too short a time; `retry_after` is the number of seconds to wait."""

    status = 429
    code = "too-many"
    message = _("There were too many attempts in a short time.")
    remedy = _("Wait %(retry_after)s seconds and try again.")

    def __init__(
        self, code: str = "", message: Text = "", *, retry_after: int = 60, remedy: Text = "", **rest: Any
    ) -> None:
        self.retry_after = retry_after
        super().__init__(code, message, remedy=remedy or type(self).remedy, retry_after=retry_after, **rest)


class StepUp(DomainError):
    """Who asks may well be allowed to, but is not known surely enough: `level` 2 wants an identity card or the like,
    3 a passkey or a code on top.
    """

    status = 403
    code = "step-up"
    message = _("For this we must know more surely who you are.")
    remedy = _("Confirm who you are on your account page, then try again. A program needs a token made after that.")

    def __init__(self, level: int) -> None:
        self.level = level
        super().__init__()


class Unavailable(DomainError):
    """The database does not answer. What was under way was either done as a whole or not at all."""

    status = 503
    code = "unavailable"
    message = _("The service does not answer at the moment.")
    remedy = _("Try again in a few seconds. If you were sending something, look first whether it has arrived.")
    retry_after = 5


class Unkeepable(Invalid):
    """What was entered holds characters, or numbers, that cannot be kept."""

    message = _("There are characters or numbers in it that cannot be kept.")
    remedy = _("Leave out control characters and numbers without end, and send it again.")


class WrongMethod(DomainError):
    """The address is there, but not for this method; the header Allow says for which."""

    status = 405
    code = "wrong-method"
    message = _("This cannot be done at this address.")
    remedy = _("Compare the request with the API documentation.")


class Failed(DomainError):
    """An error of ours; `number` finds it in the logs."""

    status = 500
    code = "failed"
    message = _("Something is wrong on our side.")
    remedy = _("Try again later. If it stays so, tell the operator this number: %(number)s")

    def __init__(self, *, number: str) -> None:
        super().__init__(remedy=self.remedy, number=number)


def problem(error: DomainError, *, instance: str = "") -> dict[str, Any]:
    """The error as an RFC 9457 problem, in the language of the moment, ready for JSON.

    `type` (a URN of the code), `title` (the kind of error), `status`, `detail` (the message), `instance` are
    of the RFC; `code`, `remedy`, `fields`, `retry_after` (seconds), `level` are ours. What says nothing is left out.
    """
    body: dict[str, Any] = {
        "type": f"urn:madang:problem:{error.code}",
        "title": str(error.title),
        "status": error.status,
        "detail": str(error.message),
        "instance": instance,
        "code": error.code,
        "remedy": str(error.remedy),
        "fields": error.fields,
        "retry_after": getattr(error, "retry_after", None),
        "level": getattr(error, "level", None),
    }
    return {key: value for key, value in body.items() if value not in ("", {}, None)}
