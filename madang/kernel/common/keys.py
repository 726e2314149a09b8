"""Keys are files outside the database, so that whoever owns that owns no key. Those that sign, and how any is written."""

import os
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.conf import settings
from django.utils import timezone


def signing_key(purpose: str) -> tuple[str, Ed25519PrivateKey]:
    """The newest key for a purpose and its name; made when there is none."""
    found = sorted(folder_of(purpose).glob("*.key"))
    file = found[-1] if found else new_key(purpose)
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(file.read_text()))
    return name_of(key.public_key()), key


def new_key(purpose: str) -> Path:
    """Makes the key that signs from now on. What older ones signed stays good: their public halves are kept.

    A pair of files in hexadecimal digits, raw as in RFC 8032, whose names rise with time.
    """
    key = Ed25519PrivateKey.generate()
    file = folder_of(purpose) / f"{timezone.now():%Y%m%dT%H%M%S%f}-{name_of(key.public_key())}.key"
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    file.with_suffix(".pub").write_text(key.public_key().public_bytes_raw().hex())
    write_key(file, key.private_bytes_raw().hex())
    return file


def write_key(file: Path, digits: str) -> None:
    """Writes a key file that only its owner reads: there whole and for good, or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_suffix(".part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(digits)
        out.flush()
        os.fsync(out.fileno())
    part.rename(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def public_keys(purpose: str) -> dict[str, Ed25519PublicKey]:
    """Every key that ever signed for a purpose, by its name."""
    read = (bytes.fromhex(file.read_text()) for file in sorted(folder_of(purpose).glob("*.pub")))
    keys = [Ed25519PublicKey.from_public_bytes(one) for one in read]
    return {name_of(key): key for key in keys}


def name_of(key: Ed25519PublicKey) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of the raw public key."""
    return sha256(key.public_bytes_raw()).hexdigest()[:16]


def folder_of(purpose: str) -> Path:
    """Where the keys for a purpose lie."""
    return Path(settings.KEYS_DIR) / purpose
