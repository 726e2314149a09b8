"""The keys that sign for agencies, and the secret behind pairwise names: files outside the database.

A new key is published at once and signs a little later, when agencies have had time to fetch it; an old one stays
published until the last thing it signed has expired.
"""

import logging
import os
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from django.utils import timezone
from jwcrypto import jwk, jwt
from jwcrypto.common import JWException, json_decode

log = logging.getLogger("madang.openid")

ALGORITHM = "RS256"
# How long an agency may remember the list of keys, and so how long a new one waits before it signs.
FRESH = timedelta(minutes=10)
# Longer than anything lives that is signed here.
KEPT = timedelta(minutes=15)

_STAMP = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class _Key:
    file: Path
    made_at: datetime

    @property
    def signs_from(self) -> datetime:
        return self.made_at + FRESH


def new_key() -> str:
    """Makes the key that signs in ten minutes (the first of all: now); returns its name."""
    folder = _folder()
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    name = f"{timezone.now().astimezone(UTC):{_STAMP}}"
    _write(folder / f"{name}.pem", private)
    return name


def published() -> list[dict[str, Any]]:
    """The public keys that may have signed what is still good, and the one that will sign next (a JWK Set's `keys`)."""
    now = timezone.now()
    keys = _keys()
    successors = [*keys[1:], None]
    lasting = [key for key, after in zip(keys, successors, strict=True) if not after or now < after.signs_from + KEPT]
    return [
        _read(key.file).export_public(as_dict=True) | {"use": "sig", "alg": ALGORITHM, "kid": _read(key.file).thumbprint()}
        for key in lasting
    ]  # fmt: skip


def sign(claims: dict[str, Any], *, kind: str) -> str:
    """The claims as a signed token; `kind` is its `typ`."""
    now = timezone.now()
    ripe = [key for key in _keys() if key.signs_from <= now] or _keys()[:1]
    key = _read(ripe[-1].file)
    token = jwt.JWT(header={"alg": ALGORITHM, "kid": key.thumbprint(), "typ": kind}, claims=claims)
    token.make_signed_token(key)
    return str(token.serialize())


def claims_of(token: str) -> dict[str, Any] | None:
    """What an ID token says that was signed here at any time, expired or not; None when it was not signed here."""
    for key in reversed(_keys()):
        try:
            read = jwt.JWT(jwt=token, key=_read(key.file), algs=[ALGORITHM], check_claims={})
        except (JWException, ValueError):
            continue
        claims: dict[str, Any] = json_decode(read.claims)
        return claims
    return None


def secret() -> bytes:
    """The secret of pairwise names; made when there is none. Lost, everybody is a stranger to every agency."""
    file = _folder() / "pairwise.secret"
    if not file.exists():
        log.warning("the secret of pairwise names was made anew: whoever was known to an agency is a stranger now")
        _write(file, secrets.token_bytes(32))
    return file.read_bytes()


def _folder() -> Path:
    folder = Path(settings.KEYS_DIR) / "openid"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _keys() -> list[_Key]:
    files = sorted(_folder().glob("*.pem"))
    if not files:
        new_key()
        files = sorted(_folder().glob("*.pem"))
    return [_Key(file, datetime.strptime(file.stem, _STAMP).replace(tzinfo=UTC)) for file in files]


@lru_cache(maxsize=16)
def _read(file: Path) -> jwk.JWK:
    return jwk.JWK.from_pem(file.read_bytes())


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all, and whoever is first is right: another process may do the same at this moment."""
    new = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(new, file)
    except FileExistsError:
        pass
    finally:
        new.unlink()
