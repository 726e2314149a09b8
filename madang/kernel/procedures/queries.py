"""Which procedures there are, as they are published now and as they were."""

from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from time import monotonic

from django.apps import apps
from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from madang.kernel.common.errors import Refused
from madang.kernel.identity.models import Person
from madang.kernel.institutions.models import Institution

from .models import Draft, DraftQuerySet, Version
from .rules import Procedure
from .rules.changes import forbidden_changes
from .rules.reading import Reading, World, read
from .rules.source import read_source

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
        newest = set(Version.objects.values("procedure").annotate(last=Max("id")).values_list("last", flat=True))
        versions = {key: version for key, version in versions.items() if key in newest}
        versions |= Version.objects.in_bulk(newest - versions.keys())
        # What was published a moment ago may still be rolled back: only what has settled is kept in mind.
        settled = timezone.now() - FRESH
        if all(version.published_at < settled for version in versions.values()):
            _shelf.versions, _shelf.until = versions, monotonic() + FRESH.total_seconds()
    return {version.procedure: version for version in versions.values()}


def latest(procedure: str) -> Version | None:
    """The newest version as the database has it at this moment; None for an unknown procedure."""
    return Version.objects.filter(procedure=procedure).order_by("-number").first()


def is_published(definition: Procedure, version: Version | None) -> bool:
    """Whether this version says the same as the definition.

    Compared in the language of today: a key that was added to it since then, with its default, is no difference.
    """
    return version is not None and version.definition.digest == definition.digest


def current(procedure: str) -> Version:
    """The version by which a case is filed today. Refused (404) when there is no such procedure."""
    version = current_versions().get(procedure)
    if version is None:
        raise Refused("procedures.unknown", _("There is no procedure “%(procedure)s”."), procedure=procedure[:80])
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


def draft_of(person: Person | None, procedure: str) -> Draft | None:
    """The form of this procedure that the person has begun."""
    return drafts_visible_to(person).filter(procedure=procedure).first()


@dataclass(frozen=True)
class DefinitionFile:
    """A definition in the folder `procedures` of an app; `service` is that app, None for a file from elsewhere."""

    path: Path
    service: str | None


def definition_files() -> list[DefinitionFile]:
    """The definitions that come with the software, by service and name."""
    found = []
    for config in apps.get_app_configs():
        if config.name.startswith("madang."):
            paths = sorted(Path(config.path, "procedures").glob("*.yaml"))
            found += [DefinitionFile(path, config.label) for path in paths]
    return found


def services() -> dict[str, Path]:
    """The services of the platform by their names, each with its folder."""
    found = [one for one in apps.get_app_configs() if one.name.startswith("madang.services.")]
    return {config.label: Path(config.path) for config in found}


def world(service: str | None = None) -> World:
    """What definitions must agree with here and now. Without institutions, theirs are not looked at."""
    institutions = list(Institution.objects.values_list("kind", "code"))
    return World(
        today=timezone.localdate(),
        languages=[code for code, _name in settings.LANGUAGES],
        service=service,
        kinds={kind for kind, _code in institutions} or None,
        institutions={code for _kind, code in institutions} or None,
    )


def examine(text: str, *, service: str | None = None) -> Reading:
    """Reads a definition and compares it with the institutions there are and with what is published already."""
    reading = read(text, world(service))
    if reading.procedure is None:
        return reading
    last = latest(reading.procedure.id)
    problems = forbidden_changes(last.definition, reading.procedure) if last else []
    if not problems:
        return reading
    source = read_source(text)
    return Reading(None, tuple((source.line(problem), problem) for problem in problems))
