"""How a token is made and recognised."""

import hashlib
import secrets

PREFIX = "madang_"


def new_token() -> str:
    """A token of 256 random bits; its prefix lets scanners for leaked secrets recognise it."""
    return PREFIX + secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is stored of a token. It has 256 random bits, so a plain hash cannot be guessed back."""
    return hashlib.sha256(token.encode()).hexdigest()
