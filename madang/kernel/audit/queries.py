"""Reading the log, and proving it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db.models import QuerySet

from madang.kernel.common.keys import public_keys

from .models import Record, Seal
from .rules import NOTHING, PURPOSE, canonical, head, leaf, line_of, name_of, root


def about(subject: object) -> QuerySet[Record]:
    """What was done to this subject, oldest first."""
    return Record.objects.filter(subject=name_of(subject)).order_by("id")


MOST_COUNTED = 100_000


def unsealed() -> tuple[int, datetime | None]:
    """How many records wait to be sealed, counted to a hundred thousand, and since when the oldest does."""
    newest = Seal.objects.order_by("-number").first()
    waiting = Record.objects.filter(id__gt=newest.last if newest else 0)
    oldest = waiting.order_by("id").values_list("at", flat=True).first()
    return waiting.values("pk")[:MOST_COUNTED].count(), oldest


@dataclass(frozen=True)
class Verified:
    """A seal that holds, with all its records; `head` is what the next one follows."""

    seal: int
    records: int
    head: bytes


@dataclass(frozen=True)
class Broken:
    """What does not hold, and where: `record` is None when it is the seal itself."""

    seal: int
    record: int | None
    what: str

    def __str__(self) -> str:
        where = f"record {self.record} under seal {self.seal}" if self.record else f"seal {self.seal}"
        return f"{where}: {self.what}"


def verify() -> Iterator[Verified | Broken]:
    """Proves every seal in turn, and every record under it; tells each that holds and each thing that does not."""
    keys = public_keys(PURPOSE)
    number, after, previous = 1, 0, NOTHING
    for seal in Seal.objects.order_by("number").iterator(chunk_size=20):
        broken = list(_broken(seal, number, previous, after, keys))
        yield from broken
        if not broken:
            yield Verified(seal.number, len(seal.records), head(seal.statement))
        number, after, previous = seal.number + 1, seal.last, head(seal.statement)


def _broken(
    seal: Seal, number: int, previous: bytes, after: int, keys: dict[str, Ed25519PublicKey]
) -> Iterator[Broken]:
    if seal.number != number:
        yield Broken(seal.number, None, f"seal {number} should come before it and is missing")
    elif bytes(seal.previous) != previous:
        yield Broken(seal.number, None, "it does not follow the seal before it")
    if not _is_signed(seal, keys):
        yield Broken(seal.number, None, "its signature is not good")
    leaves = [bytes(seal.leaves)[at : at + 32] for at in range(0, len(seal.leaves), 32)]
    if not leaves or len(leaves) != len(seal.records) or root(leaves) != bytes(seal.root):
        yield Broken(seal.number, None, "its list of records was changed")
    sealed = dict(zip(seal.records, leaves, strict=False))
    found = set()
    for record in Record.objects.filter(id__gt=after, id__lte=seal.last).order_by("id").iterator():
        found.add(record.pk)
        if record.pk not in sealed:
            yield Broken(seal.number, record.pk, "it was added after sealing")
        elif leaf(canonical(line_of(record))) != sealed[record.pk]:
            yield Broken(seal.number, record.pk, "it was changed after sealing")
    for missing in sorted(sealed.keys() - found):
        yield Broken(seal.number, missing, "it was deleted after sealing")


def _is_signed(seal: Seal, keys: dict[str, Ed25519PublicKey]) -> bool:
    if seal.key not in keys:
        return False
    try:
        keys[seal.key].verify(bytes(seal.signature), canonical(seal.statement))
    except InvalidSignature:
        return False
    return True


def waiting() -> QuerySet[Record]:
    """What is recorded and not sealed yet."""
    newest = Seal.objects.order_by("-number").first()
    return Record.objects.filter(id__gt=newest.last if newest else 0)
