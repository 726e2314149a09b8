"""Scanners that look for viruses. None is built in; ClamAV is used where its daemon listens."""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from .refusals import ScannerAwayError, infected

# A scanner reads the content and returns the name of what it found, or nothing.
Scanner = Callable[[BinaryIO], str]
SCANNERS: list[Scanner] = []

_CHUNK = 256 * 1024
_PATIENCE = 60
_SOCKET: str = getattr(settings, "CLAMAV_SOCKET", "")


def scan(content: BinaryIO, name: str) -> None:
    """Lets every scanner look. Raises Invalid when one finds something, ScannerAwayError when silent."""
    for scanner in SCANNERS:
        content.seek(0)
        try:
            virus = scanner(content)
        except OSError as error:
            raise ScannerAwayError() from error
        if virus:
            raise infected(name, virus)


def clamav(content: BinaryIO) -> str:
    """Asks ClamAV's daemon at the socket CLAMAV_SOCKET."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as daemon:
        daemon.settimeout(_PATIENCE)
        daemon.connect(_SOCKET)
        daemon.sendall(b"zINSTREAM\0")
        while chunk := content.read(_CHUNK):
            daemon.sendall(len(chunk).to_bytes(4, "big") + chunk)
        daemon.sendall(b"\0\0\0\0")
        answer = b""
        while not answer.endswith(b"\0"):
            part = daemon.recv(4096)
            if not part:
                raise ConnectionError("The scanner hung up.")
            answer += part
    verdict = answer.rstrip(b"\0").decode(errors="replace").removeprefix("stream: ")
    if verdict == "OK":
        return ""
    if verdict.endswith(" FOUND"):
        return verdict.removesuffix(" FOUND")
    raise ConnectionError(verdict)


if _SOCKET:
    SCANNERS.append(clamav)


@register()
def scanner_is_there(**_options: Any) -> list[CheckMessage]:
    """CLAMAV_SOCKET, where it is set, is a socket."""
    if not _SOCKET or Path(_SOCKET).is_socket():
        return []
    return [
        Error(
            f"CLAMAV_SOCKET is “{_SOCKET}”, where no scanner listens: no files are taken.",
            hint="Start clamd and give the path of its LocalSocket; or leave it out, then files are not scanned.",
            id="documents.E001",
        )
    ]
