"""What must not be read in the database is encrypted before it gets there, with keys that are files elsewhere.

AES-256-GCM-SIV (RFC 8452): who changes a ciphertext, or moves it to another row, is found out. A ciphertext begins with the
name of its key. Whatever key is there opens what was closed with it; the newest closes. A new key is known to every process
within seconds, so keys change while the site runs (`manage.py keys rotate`).
"""

import hmac
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV
from django.utils import timezone

from .keys import folder_of, write_key
from .memory import remembered

# What each is for, and the folder of its keys: values that are read again, and the index by which equal ones are found.
DATA, INDEX = "data", "index"
PURPOSES = (DATA, INDEX)
_STAMP = "%Y%m%dT%H%M%S%f"
# So long a process may go on with what it knows of the keys.
FRESH = 5.0
# How an encrypted answer stands among others: no field of a form can have this name.
SEALED = "$sealed"


class Unreadable(RuntimeError):
    """A ciphertext that cannot be opened here: its key is missing, or it was changed or moved from its place."""


def encrypt(text: str, place: str) -> str:
    """A text that can be opened with `decrypt` at this place only: `table.column` and what names the row for ever."""
    name, key = _newest(DATA)
    nonce = os.urandom(12)
    return f"{name}:{b64encode(nonce + AESGCMSIV(key).encrypt(nonce, text.encode(), place.encode())).decode()}"


def decrypt(ciphertext: str, place: str) -> str:
    """The text again. Raises Unreadable, which names place and key and never the text."""
    name, _colon, body = ciphertext.partition(":")
    try:
        sealed = b64decode(body)
        return AESGCMSIV(key_named(DATA, name)).decrypt(sealed[:12], sealed[12:], place.encode()).decode()
    except (InvalidTag, ValueError):
        raise Unreadable(f"What stands in {place} was not encrypted for this place.") from None


def blind(text: str, place: str) -> str:
    """What stands beside a ciphertext so that equal texts are found without opening any: 160 bits, by the newest key."""
    return _blind(text, place, *_newest(INDEX))


def blinds(text: str, place: str) -> list[str]:
    """The same by every key there is, to look up while keys change."""
    return [_blind(text, place, name, key) for name, key in key_ring(INDEX).items()]


def _blind(text: str, place: str, name: str, key: bytes) -> str:
    digest = hmac.digest(key, f"{place}\0{text}".encode(), "sha256")
    return f"{name}:{digest[:20].hex()}"


def key_named(purpose: str, name: str) -> bytes:
    """The key of this name; looked for once more in the folder when this process does not know it yet."""
    key = _ring(purpose).get(name) or key_ring(purpose).get(name)
    if key is None:
        raise Unreadable(f"The {purpose} key {name} is missing. Bring it back from where keys are kept.")
    return key


def key_ring(purpose: str) -> dict[str, bytes]:
    """Every key of a purpose by its name, the oldest first. A file that is damaged is not read over in silence."""
    ring = {}
    for file in key_files(purpose):
        key = bytes.fromhex(file.read_text())
        if _name_of(key) != name_in(file):
            raise Unreadable(f"The key file {file.name} is damaged. Bring it back from where keys are kept.")
        ring[name_in(file)] = key
    return ring


def key_files(purpose: str) -> list[Path]:
    """The files of a purpose, the oldest first."""
    return sorted(folder_of(purpose).glob("*.key"))


def name_in(file: Path) -> str:
    """The name of the key in a file."""
    return file.stem.rpartition("-")[2]


def new_key(purpose: str) -> str:
    """Makes the key that closes from now on, and returns its name."""
    key, files = AESGCMSIV.generate_key(256), key_files(purpose)
    # It is the newest even where the clock of this machine is behind that of the last.
    made = max([timezone.now(), *(made_at(file) + timedelta(microseconds=1) for file in files[-1:])])
    write_key(folder_of(purpose) / f"{made:{_STAMP}}-{_name_of(key)}.key", key.hex())
    return _name_of(key)


def made_at(file: Path) -> datetime:
    """When the key in a file was made."""
    return datetime.strptime(file.stem.partition("-")[0], _STAMP).replace(tzinfo=UTC)


def newest_key(purpose: str) -> str | None:
    """The name of the key that closes; None before the first."""
    files = key_files(purpose)
    return name_in(files[-1]) if files else None


@remembered(FRESH)
def _ring(purpose: str) -> dict[str, bytes]:
    return key_ring(purpose)


def _newest(purpose: str) -> tuple[str, bytes]:
    ring = _ring(purpose)
    if not ring:
        new_key(purpose)
        # Somebody else may have made one at the same time: both are kept, and the newer one closes.
        ring |= key_ring(purpose)
    return list(ring.items())[-1]


def _name_of(key: bytes) -> str:
    return sha256(b"madang key name\0" + key).hexdigest()[:16]


def is_sealed(value: Any) -> bool:
    """Whether this stands for an encrypted answer."""
    return isinstance(value, Mapping) and SEALED in value


def each_sealed(value: Any, turn: Callable[[str, str], Any], path: str = "") -> Any:
    """A copy of JSON with `turn(path, ciphertext)` in place of every encrypted answer in it."""
    if is_sealed(value):
        return turn(path, value[SEALED])
    if isinstance(value, Mapping):
        return {key: each_sealed(part, turn, f"{path}.{key}" if path else key) for key, part in value.items()}
    if isinstance(value, list):
        return [each_sealed(part, turn, f"{path}.{at}") for at, part in enumerate(value)]
    return value
