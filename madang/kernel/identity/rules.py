"""How a token is made and recognised, and who may vouch for people."""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

PREFIX = "madang_"

# How surely somebody is who they say: by their own word; because one who knows has vouched for it; and, on top of that,
# because they hold something that is theirs alone (ISO/IEC 29115 and eIDAS article 8 have levels like these).
DECLARED, VERIFIED, STRONG = 1, 2, 3
# An institution vouches for whom it gives a post.
BY_POST = "post"


def new_token() -> str:
    """A token of 256 random bits; its prefix lets scanners for leaked secrets recognise it."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class Provider:
    """One who vouches for people: a mobile identity card, a bank, another state."""

    id: str
    name: Mapping[str, str]
    level: int
    # What the sign-in library needs to know of an OpenID provider; empty for the one of the demo.
    app: Mapping[str, Any]

    @property
    def origin(self) -> str:
        """Where people are sent to; empty when it is this site itself."""
        address = urlsplit(self.app["settings"]["server_url"] if self.app else "")
        return f"{address.scheme}://{address.netloc}" if address.netloc else ""


DEMO_CARD = Provider("demo", {"ko": "데모 모바일 신분증", "en": "Demo mobile identity card"}, VERIFIED, {})


def providers(text: str, secret_of: Mapping[str, str], *, demo: bool = False) -> tuple[Provider, ...]:
    """The providers that a file lists, as docs/how-to/identity-providers.md tells. Raises ValueError for what is wrong in it.

    `[{"id": "bank", "name": {"ko": "...", "en": "..."}, "server": "https://...", "client": "madang", "secret": "BANK_SECRET",
    "level": 2}]`. `secret` names the variable of the environment that holds it.
    """
    found = [DEMO_CARD] if demo else []
    for one in json.loads(text) if text else []:
        missing = {"id", "name", "server", "client", "secret", "level"} - one.keys()
        if missing:
            raise ValueError(f"The identity provider {one.get('id', '?')} lacks: {', '.join(sorted(missing))}.")
        if one["secret"] not in secret_of:
            raise ValueError(f"The identity provider {one['id']} wants its secret in the variable {one['secret']}.")
        app = {
            "provider_id": one["id"],
            "name": one["name"]["en"],
            "client_id": one["client"],
            "secret": secret_of[one["secret"]],
            "settings": {"server_url": one["server"], "scope": ["openid", "profile", "email"]},
        }
        found.append(Provider(one["id"], one["name"], one["level"], app))
    return tuple(found)
