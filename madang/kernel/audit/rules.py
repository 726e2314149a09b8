"""How the log names what it speaks of, and how it is sealed. The format is told in docs/reference/sealed-log.md."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

# The purpose of the keys that seal, and what the first seal follows.
PURPOSE, NOTHING = "audit", bytes(32)


def name_of(subject: Any) -> str:
    """A row by its public number where it has one, else by table and key; a text is a name already."""
    if isinstance(subject, str):
        return subject
    return getattr(subject, "number", None) or f"{subject._meta.label_lower}:{subject.pk}"


def canonical(value: Any) -> bytes:
    """A value as the bytes that are hashed: JSON, keys sorted, no spaces, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_written)
    return text.encode()


def line_of(record: Any) -> list[Any]:
    """A record as it is sealed: `[id, at, action, actor, institution, subject, details, request]`."""
    return [
        record.pk, record.at, record.action, record.actor_id, record.institution_id, record.subject, record.details,
        record.request,
    ]  # fmt: skip


def leaf(line: bytes) -> bytes:
    """The hash of one record (RFC 6962, 2.1)."""
    return sha256(b"\x00" + line).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root of the Merkle tree over the hashes of one or more records (RFC 6962, 2.1)."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + root(leaves[:half]) + root(leaves[half:])).digest()


def head(statement: Mapping[str, Any]) -> bytes:
    """The hash of a seal, by which the next one follows it."""
    return sha256(canonical(statement)).digest()


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, bytes):
        return value.hex()
    raise TypeError(f"{type(value).__name__} has no written form.")
