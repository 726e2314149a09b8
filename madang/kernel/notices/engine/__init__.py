"""Channels: ways to reach a person beside the inbox. Each is a module of this folder with a `CHANNEL`; a file more is
a channel more."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Protocol
from uuid import UUID

from madang.kernel.common.errors import Text
from madang.kernel.identity.models import Person


@dataclass(frozen=True)
class Message:
    """What a channel carries. `id` is the same however often it is tried; `link` is a full address or empty."""

    id: UUID
    address: str
    subject: str
    body: str
    link: str
    language: str


class NotSentError(Exception):
    """The message certainly did not go out, so it may be tried again; not when `final`, as with a wrong address."""

    def __init__(self, reason: str, *, final: bool = False) -> None:
        super().__init__(reason)
        self.final = final


class Channel(Protocol):
    """A way to reach a person."""

    name: str
    label: Text

    def is_ready(self) -> bool:
        """Whether this site has what the channel needs."""

    def address_of(self, person: Person) -> str:
        """Where the person is reached; empty when they are not."""

    def send(self, message: Message) -> str:
        """Sends, and returns the number the carrier gave it (or nothing).

        Raises NotSentError when it certainly was not sent. Any other error means that nobody knows.
        """


@cache
def _channels() -> dict[str, Channel]:
    modules = (import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__))
    found = (module.CHANNEL for module in modules if hasattr(module, "CHANNEL"))
    return {channel.name: channel for channel in found}


def channel(name: str) -> Channel:
    """The channel of this name. Raises KeyError when it was removed."""
    return _channels()[name]


def all_channels() -> list[Channel]:
    """Every channel there is, ready or not, by name."""
    return [one for _name, one in sorted(_channels().items())]


def channels() -> Iterator[Channel]:
    """The channels that are ready, by name."""
    return (one for one in all_channels() if one.is_ready())
