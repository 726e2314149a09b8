"""Reading files."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from madang.kernel.identity.models import Person

from .models import File
from .rules import UNCLAIMED_DAYS


def visible_to(person: Person | None) -> QuerySet[File]:
    """The files a person sent, seen by them alone. What a file belongs to decides who else may see it."""
    return File.objects.visible_to(person)


def own_files(person: Person | None, tokens: Iterable[str | UUID]) -> list[File]:
    """A person's own files by their tokens, each once, in the order given; others' are left out."""
    wanted = list(dict.fromkeys(_uuids(tokens)))
    found = {file.token: file for file in visible_to(person).filter(token__in=wanted)} if wanted else {}
    return [found[token] for token in wanted if token in found]


def unclaimed(older_than: timedelta = timedelta(days=UNCLAIMED_DAYS)) -> QuerySet[File]:
    """Files that nothing points at: sent with a form that nobody finished."""
    return pointed_at_by_nothing(File.objects.filter(uploaded_at__lt=timezone.now() - older_than))


def pointed_at_by_nothing(files: QuerySet[File]) -> QuerySet[File]:
    """Of these files those that belong to nothing."""
    for relation in File._meta.related_objects:
        pointing = relation.related_model._default_manager.filter(**{relation.field.name: OuterRef("pk")})
        files = files.exclude(Exists(pointing))
    return files


def _uuids(tokens: Iterable[str | UUID]) -> Iterator[UUID]:
    for token in tokens:
        try:
            yield token if isinstance(token, UUID) else UUID(str(token))
        except ValueError:
            continue
