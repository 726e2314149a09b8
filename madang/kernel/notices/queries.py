"""Reading notices."""

from uuid import UUID

from django.db.models import QuerySet

from madang.kernel.identity.models import Person

from .engine import Channel, channels
from .models import Notice, Preference

PAGE = 20
# The number in the header says "99+" beyond this; counting further would serve nobody.
MOST_UNREAD = 100


def visible_to(person: Person | None) -> QuerySet[Notice]:
    """A person's own notices, newest first."""
    return Notice.objects.visible_to(person).order_by("-id")


def page_of(person: Person | None, before: UUID | None = None) -> tuple[list[Notice], UUID | None]:
    """A page of a person's notices, those older than `before`; and where the next page begins, if there is one."""
    notices = visible_to(person)
    if before is not None:
        notices = notices.filter(pk__lt=before)
    found = list(notices[: PAGE + 1])
    return found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None


def unread_count(person: Person | None) -> int:
    """How many notices a person has not read, counted to 100."""
    return Notice.objects.visible_to(person).unread()[:MOST_UNREAD].count() if person else 0


def wishes(person: Person) -> dict[str, bool]:
    """Which of the channels that are ready a person wants, by name."""
    refused = set(Preference.objects.filter(person=person, wanted=False).values_list("channel", flat=True))
    return {channel.name: channel.name not in refused for channel in channels()}


def channels_of(person: Person) -> list[Channel]:
    """The channels that a notice takes to this person."""
    wanted = wishes(person)
    return [channel for channel in channels() if wanted[channel.name]]
