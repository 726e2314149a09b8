"""What happens to notices: told, delivered, read, sent again."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from madang.kernel.audit.actions import action, record
from madang.kernel.common.errors import Conflict, Refused
from madang.kernel.common.privacy import mask
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution

from .engine import Message, NotSentError, channel
from .engine.texts import compose
from .models import Delivery, DemoMessage, Notice, Preference
from .queries import channels_of, wishes
from .rules import KEEP_DEMO_MESSAGES, KEEP_NOTICES, STALE, next_attempt

log = logging.getLogger("madang.notices")

State = Delivery.State


@action("notices.notify")
def notify(
    person: Person, template: str, context: Mapping[str, Any], *, key: str, by: Person | None = None,
    link: str = "", case_number: str = "", institution: Institution | None = None,
) -> Notice:  # fmt: skip
    """Tells a person something, once: the same `key` again changes nothing and returns the first notice.

    The text is `notices/<template>.<language>.txt` in the person's language, its blanks filled from `context`, in which
    `person`, `link` and `case_number` are always there. It lies in the inbox at once; what the person wants sent leaves
    after the commit. `link` is a path on this site. Only the system tells; raises MissingFactError for a blank without
    a fact.
    """
    if by is not None:
        raise Refused()
    if link and not (link.startswith("/") and not link.startswith("//")):
        raise ValueError(f"The link of a notice is a path on this site, not {link!r}.")
    facts = {"person": person, "link": link, "case_number": case_number} | dict(context)
    subject, body = compose(template, person.language, facts)
    notice, is_new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "person": person, "template": template, "language": person.language, "subject": subject, "body": body,
            "link": link, "case_number": case_number,
        },
    )  # fmt: skip
    place = institution.pk if institution else None
    record(notice, by=by, institution_id=place, template=template, is_new=is_new)
    if is_new:
        _send_out(notice, person)
    return notice


def _send_out(notice: Notice, person: Person) -> None:
    """Puts the notice on its way through every channel its person wants."""
    deliveries = []
    for one in channels_of(person):
        address = one.address_of(person)
        state = State.WAITING if address else State.SKIPPED
        deliveries.append(Delivery(notice=notice, channel=one.name, address=mask(address), state=state))
    Delivery.objects.bulk_create(deliveries)
    for delivery in deliveries:
        if delivery.state == State.WAITING:
            _defer(delivery)


def _defer(delivery: Delivery, **when: Any) -> None:
    """Has the delivery carried out by a job, which begins after the commit. One waiting job a delivery is enough."""
    lock = f"notices.deliver:{delivery.pk}"
    with suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task("notices.deliver", queueing_lock=lock, **when).defer(delivery=str(delivery.pk))


def deliver(delivery_id: UUID | str) -> None:
    """Sends a delivery that waits, and notes what came of it. Whoever else tries at the same time does nothing.

    That it is being sent is committed before anything is sent: if this process dies in between, it is not sent again by
    itself (see `doubt_stale`), so nobody gets the same message twice.
    """
    with transaction.atomic(durable=True):
        claimed = Delivery.objects.filter(pk=delivery_id, state=State.WAITING, next_at__lte=Now()).update(
            state=State.SENDING, attempts=F("attempts") + 1, started_at=Now()
        )
    if not claimed:
        return
    delivery = Delivery.objects.select_related("notice__person").get(pk=delivery_id)
    notice = delivery.notice
    try:
        carrier = channel(delivery.channel)
        address = carrier.address_of(notice.person)
        provider_id = carrier.send(
            Message(delivery.pk, address, notice.subject, notice.body, full(notice.link), notice.language)
        )
    except NotSentError as error:
        _not_sent(delivery, error)
    except Exception as error:
        log.exception("delivery %s: nobody knows whether it was sent", delivery.pk)
        _settle(delivery, state=State.UNCERTAIN, error=_in_short(error))
    else:
        _settle(
            delivery, state=State.SENT, error="", sent_at=Now(), provider_id=provider_id[:200], address=mask(address)
        )


def _not_sent(delivery: Delivery, error: NotSentError) -> None:
    """Has it tried again later, or gives up."""
    pause = None if error.final else next_attempt(delivery.attempts)
    if pause is None:
        _settle(delivery, state=State.FAILED, error=_in_short(error))
        return
    again = timezone.now() + pause
    with transaction.atomic():
        _settle(delivery, state=State.WAITING, error=_in_short(error), next_at=again)
        _defer(delivery, schedule_at=again)


def _settle(delivery: Delivery, **outcome: Any) -> None:
    # A slow delivery may have come into doubt meanwhile; what it says itself is more than doubt.
    Delivery.objects.filter(pk=delivery.pk, state__in=(State.SENDING, State.UNCERTAIN)).update(**outcome)


def _in_short(error: Exception) -> str:
    return mask(f"{type(error).__name__}: {error}")[:500]


def full(path: str) -> str:
    """The full address of a path on this site, for messages that are read elsewhere."""
    site: str = getattr(settings, "SITE_URL", "http://localhost:8000")
    return site.rstrip("/") + path if path else ""


@action("notices.resend")
def resend(delivery: Delivery, *, by: Person) -> None:
    """Sends again what failed or is in doubt, because an operator decided so."""
    if not getattr(getattr(by, "account", None), "is_operator", False):
        raise Refused()
    again = Delivery.objects.filter(pk=delivery.pk, state__in=(State.FAILED, State.UNCERTAIN)).update(
        state=State.WAITING, attempts=0, next_at=Now()
    )
    if not again:
        raise Conflict(
            "notices.not_resendable",
            _("Only what failed, or may not have arrived, can be sent again."),
            remedy=_("Load the list again to see its present state."),
        )
    record(delivery, by=by, state=delivery.state, attempts=delivery.attempts)
    _defer(delivery)


@action("notices.mark_read")
def mark_read(notice: Notice, *, by: Person) -> None:
    """Notes that a person has read a notice of theirs; the first time counts."""
    if notice.person_id != by.pk:
        raise Refused()
    Notice.objects.filter(pk=notice.pk, read_at=None).update(read_at=Now())
    record(notice, by=by)


@action("notices.mark_all_read")
def mark_all_read(person: Person, *, by: Person) -> int:
    """Notes that a person has read all their notices; returns how many were unread."""
    if person != by:
        raise Refused()
    read = Notice.objects.visible_to(person).unread().update(read_at=Now())
    record(person, by=by, notices=read)
    return read


@action("notices.choose_channels")
def choose_channels(person: Person, *, by: Person, wanted: Mapping[str, bool]) -> None:
    """Notes which channels a person wants. Those not named, and not ready here, stay as they were."""
    if person != by:
        raise Refused()
    chosen = {name: wish for name, wish in wanted.items() if name in wishes(person)}
    for name, wish in chosen.items():
        Preference.objects.update_or_create(person=person, channel=name, defaults={"wanted": wish})
    record(person, by=by, **chosen)


@action("notices.destroy_about")
def destroy_about(numbers: Sequence[str], *, by: Person | None = None) -> int:
    """Destroys what people were told about cases, by the numbers of these; only the system does so."""
    if by is not None:
        raise Refused()
    found = Notice.objects.filter(case_number__in=numbers)
    destroyed = found.count()
    found.delete()
    record("notices", by=by, destroyed=destroyed)
    return destroyed


def doubt_stale() -> int:
    """Puts in doubt what has been on its way too long: a process died while it sent. Returns how many."""
    stale = Delivery.objects.filter(state=State.SENDING, started_at__lt=timezone.now() - STALE)
    return stale.update(state=State.UNCERTAIN, error="The process ended while this was being sent.")


def pick_up(limit: int = 1000) -> int:
    """Has deliveries carried out whose job was lost; returns how many were overdue."""
    overdue = Delivery.objects.filter(state=State.WAITING, next_at__lt=timezone.now() - STALE)
    deliveries = list(overdue.order_by("next_at")[:limit])
    for delivery in deliveries:
        _defer(delivery)
    return len(deliveries)


def clear_old(limit: int = 10_000) -> int:
    """Removes notices and demonstration messages that are past keeping; returns how many rows went."""
    DemoMessage.objects.filter(at__lt=timezone.now() - KEEP_DEMO_MESSAGES).delete()
    old = Notice.objects.filter(created_at__lt=timezone.now() - KEEP_NOTICES).order_by("created_at")
    return Notice.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]
