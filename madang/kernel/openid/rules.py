"""What an agency may be told, where it may be called back, and who somebody is to it. Pure: no Django, no clock."""

import base64
import hashlib
import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

# What each scope lets an agency learn. What is not here is never told.
CLAIMS: dict[str, tuple[str, ...]] = {
    "openid": (),
    "profile": ("name", "locale", "birthdate"),
    "email": ("email",),
    "phone": ("phone_number",),
}

# How sure it is who somebody is, as an agency reads it; the number is the level of the account.
ACR = "urn:madang:assurance:"

BACK_CHANNEL_EVENT = "http://schemas.openid.net/event/backchannel-logout"

_MOST = 500


def pairwise(secret: bytes, sector: int, person: int) -> str:
    """Who a person is to the agencies of one sector: always the same there, and without the secret unrelated elsewhere."""
    return _keyed(secret, f"sub:{sector}:{person}")


def session_name(secret: bytes, client: str, browser: str) -> str:
    """What a person's session in one browser is called towards one client (`sid`)."""
    return _keyed(secret, f"sid:{client}:{browser}")


def _keyed(secret: bytes, what: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(secret, what.encode(), "sha256")).rstrip(b"=").decode()


def digest(secret: str) -> str:
    """What is stored of a code or a client's secret. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(secret.encode()).hexdigest()


def is_address(uri: str, *, loopback: bool) -> bool:
    """Whether an agency may be called at this address: https, or http to one's own machine where that is allowed.

    No fragment, no password, no wildcard, nothing that a policy or a header would read as two words.
    """
    try:
        parts = urlsplit(uri)
        host, _port = parts.hostname or "", parts.port
    except ValueError:
        return False
    plain = uri.isascii() and uri.isprintable() and len(uri) <= _MOST and not set(uri) & set(" \"'<>\\^`{|};,*#")
    if not plain or not host or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (loopback and parts.scheme == "http" and is_loopback(host))


def is_loopback(host: str) -> bool:
    """Whether a host is one's own machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def origin(uri: str) -> str:
    """The part of an address that a content security policy names."""
    parts = urlsplit(uri)
    return f"{parts.scheme}://{parts.netloc}"


def amr_of(methods: list[dict[str, object]]) -> list[str]:
    """How somebody proved who they are, in the words of RFC 8176, from what the sign-in noted in the session."""
    found: list[str] = []
    for one in methods:
        kind = str(one.get("type") or one.get("method") or "")
        found += _AMR.get(kind, [])
    several = len({"pwd", "otp", "hwk"} & set(found)) > 1
    return [*dict.fromkeys(found), *(["mfa"] if several else [])]


_AMR = {"password": ["pwd"], "totp": ["otp"], "recovery_codes": ["otp"], "webauthn": ["hwk"]}
