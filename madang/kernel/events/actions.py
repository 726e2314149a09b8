"""Telling: `publish` writes into the outbox, `deliver` tells what is in it."""

import hmac
import logging
from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from functools import cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import TypeAdapter
from uuid_utils.compat import uuid7

from madang.kernel.audit.actions import action, record
from madang.kernel.common import work
from madang.kernel.common.discretion import in_short
from madang.kernel.common.errors import Conflict, Invalid, Refused

from .contracts import LISTENERS, Listener, name_of
from .models import Event, Failure, Receipt
from .rules import FIRST_PAUSE, next_attempt

log = logging.getLogger("madang.events")

# An event, and one who listens to it.
Heard = tuple[Event, Listener]


def publish(event: Any) -> None:
    """Tells what happened: the event is written with the action under way and delivered after its commit."""
    work.current().rows.append(Event(id=uuid7(), name=name_of(type(event)), payload=asdict(event)))


def deliver(limit: int = 200) -> int:
    """Tells up to `limit` waiting events to everyone who listens; returns how many. One that fails stops no other.

    Who listens in batches hears all of theirs at once, and before the others; these hear one event after another.
    """
    with transaction.atomic():
        events = list(Event.objects.select_for_update(skip_locked=True).filter(told=False).order_by("id")[:limit])
        heard = [(event, listener) for event in events for listener in LISTENERS[event.name]]
        batches: defaultdict[str, list[Heard]] = defaultdict(list)
        for event, listener in heard:
            if listener.batch:
                batches[listener.name].append((event, listener))
        alone = [one for batch in batches.values() if len(batch) == 1 or _tell(batch) for one in batch]
        alone += [one for one in heard if not one[1].batch]
        for event, listener in alone:
            if error := _tell([(event, listener)]):
                Failure.objects.update_or_create(
                    event=event,
                    handler=listener.name,
                    defaults={"error": error, "attempts": 1, "next_at": timezone.now() + FIRST_PAUSE},
                )
        Event.objects.filter(pk__in=[event.pk for event in events]).update(told=True)
    return len(events)


def retry(limit: int = 50) -> int:
    """Tells again what failed and is due; after the last attempt it waits for an operator. Returns how many."""
    with transaction.atomic():
        failures = list(
            Failure.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_at__lte=timezone.now())
            .select_related("event")[:limit]
        )
        for failure in failures:
            listener = next((one for one in LISTENERS[failure.event.name] if one.name == failure.handler), None)
            error = _tell([(failure.event, listener)]) if listener else None
            if error is None:
                failure.delete()
                continue
            failure.attempts += 1
            failure.error = error
            wait = next_attempt(failure.attempts)
            failure.next_at = timezone.now() + wait if wait else None
            failure.save()
    return len(failures)


@action("events.retry_now")
def retry_now(failure: Failure, *, by: Any) -> None:
    """Has a handler tried again within seconds, a given-up one too, because an operator has mended the cause."""
    if not getattr(getattr(by, "account", None), "is_operator", False):
        raise Refused()
    if not Failure.objects.filter(pk=failure.pk).update(next_at=timezone.now(), attempts=0):
        raise Conflict(
            "events.told",
            _("The handler has succeeded in the meantime."),
            remedy=_("Load the list again: there is nothing left to do."),
        )
    record(failure, by=by, event=failure.event_id, handler=failure.handler, attempts=failure.attempts)


def forget(older_than: timedelta) -> int:
    """Clears told events that no failure still needs."""
    old = Event.objects.filter(told=True, at__lt=timezone.now() - older_than, failure=None)
    return old.delete()[0]


def _tell(heard: list[Heard]) -> str | None:
    """Has one handler hear events, all or none of them; returns what went wrong."""
    event, handler = heard[0]
    try:
        with transaction.atomic():
            told = [_adapter(listener.contract).validate_python(event.payload) for event, listener in heard]
            handler.handle(told if handler.batch else told[0])
    except Exception as error:
        log.exception("%s failed on %s events, the first of them %s %s", handler.name, len(heard), event.name, event.pk)
        return in_short(error)[:2000]
    return None


@cache
def _adapter(contract: type) -> TypeAdapter[Any]:
    return TypeAdapter(contract)


def once(
    person: Any,
    key: str,
    request_body: bytes,
    route: str,
    respond: Callable[[], dict[str, Any]],
    *,
    single: bool = False,
) -> dict[str, Any]:
    """Carries out a request that may arrive twice: the second time it gets the first answer, and nothing happens.

    `respond` acts and returns the body of the answer, which is kept with the key in the same transaction; `single` when
    it does nothing but one single action.
    Raises Invalid when the key was used for a different request.
    """
    # With a key that is not in the database: who knows all of a request but a number could try which one gives its hash.
    request = route.encode() + b"\0" + request_body
    fingerprint = hmac.digest(settings.SECRET_KEY.encode(), request, "sha256").hex()
    try:
        with work.begin(route, whole=True, single=single) as piece:
            body = respond()
            piece.rows.append(Receipt(person_id=person.pk, key=key[:200], fingerprint=fingerprint, body=body))
        return body
    except IntegrityError:
        receipt = Receipt.objects.filter(person_id=person.pk, key=key[:200]).first()
        if receipt is None:
            raise
    if receipt.fingerprint != fingerprint:
        raise Invalid(
            "idempotency-key-reused",
            _("This idempotency key was used for a different request."),
            remedy=_("Use a new key for each new request."),
        )
    return receipt.body
