"""Which procedures there are, as they are published now and as they were."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from time import monotonic

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Refused
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution

from .models import Draft, DraftQuerySet, Version
from .rules import Procedure

# A new version reaches every process within this time; filing a case asks the database nothing about it.
FRESH = timedelta(seconds=5)


@dataclass
class _Shelf:
    """The current versions by their keys, as this process knows them."""

    versions: dict[int, Version]
    until: float


_shelf = _Shelf({}, 0.0)


@lru_cache(maxsize=4096)
def definition(version_id: int) -> Procedure:
    """The procedure of a version. Versions never change, so each process reads one once."""
    version = _shelf.versions.get(version_id) or Version.objects.only("body").get(pk=version_id)
    return version.definition


def forget() -> None:
    """Makes this process ask the database again; done by whoever publishes."""
    _shelf.until = 0.0


def current_versions() -> dict[str, Version]:
    """The current version of every procedure by its id; at most five seconds old."""
    versions = _shelf.versions
    if monotonic() >= _shelf.until:
        newest = set(
            Version.objects.values("procedure").annotate(last=Max("id")).values_list("last", flat=True)
        )
        versions = {key: version for key, version in versions.items() if key in newest}
        versions |= Version.objects.in_bulk(newest - versions.keys())
        # What was published a moment ago may still be rolled back: only what has settled is kept in mind.
        settled = timezone.now() - FRESH
        if all(version.published_at < settled for version in versions.values()):
            _shelf.versions, _shelf.until = versions, monotonic() + FRESH.total_seconds()
    return {version.procedure: version for version in versions.values()}


def current(procedure: str) -> Version:
    """The version by which a case is filed today. Refused (404) when there is no such procedure."""
    version = current_versions().get(procedure)
    if version is None:
        raise Refused(
            "procedures.unknown", _("There is no procedure “%(procedure)s”."), procedure=procedure[:80]
        )
    return version


def offered_by(institution: Institution) -> list[Procedure]:
    """What one can ask of an institution."""
    return [
        version.definition
        for version in current_versions().values()
        if version.definition.offered_by.includes(institution.kind, institution.code)
    ]


@dataclass(frozen=True)
class Entry:
    """A line of the directory, in one language."""

    id: str
    service: str
    title: str
    summary: str
    law: str
    deadline: str | None


def catalogue(language: str) -> list[Entry]:
    """The directory of procedures in one language, by service and title."""
    entries = [
        Entry(
            id=one.id,
            service=one.service,
            title=one.title.text(language),
            summary=one.summary.text(language) if one.summary else "",
            law=one.law,
            deadline=one.deadline,
        )
        for one in (version.definition for version in current_versions().values())
    ]
    return sorted(entries, key=lambda entry: (entry.service, entry.title))


def drafts_visible_to(person: Person | None) -> DraftQuerySet:
    """A person's own drafts, the newest first."""
    return Draft.objects.visible_to(person).select_related("version").order_by("-updated_at")
