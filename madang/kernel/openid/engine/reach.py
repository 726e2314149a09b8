"""Calling an agency: one POST to a public address, or to nowhere.

An operator types the address in, so it must not lead into the inside of the network. The name is resolved once, every
address it has is looked at, and the connection goes to one that was looked at; no redirect is followed, no proxy asked.
"""

import socket
import ssl
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from ..rules import is_address

PATIENCE = 10.0


class UnreachableError(Exception):
    """The agency was not reached, or did not take what it was told."""


def may_call_loopback() -> bool:
    """Only a demo, or a site on one's own machine, calls its own machine."""
    return bool(settings.DEMO or settings.PLAIN_HTTP)


def post(uri: str, data: dict[str, str]) -> None:
    """Sends a form to an agency. Raises UnreachableError unless it answers 200 or 204."""
    if not is_address(uri, loopback=may_call_loopback()):
        raise UnreachableError("it may not be called at this address")
    parts = urlsplit(uri)
    kind, usual = (_Secure, 443) if parts.scheme == "https" else (_Plain, 80)
    connection = kind(parts.hostname or "", parts.port or usual, timeout=PATIENCE)
    path = parts.path or "/"
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, urlencode(data), headers)
        status = connection.getresponse().status
    except (OSError, HTTPException) as error:
        raise UnreachableError(f"it does not answer: {type(error).__name__}") from error
    finally:
        connection.close()
    if status not in (200, 204):
        raise UnreachableError(f"it answered {status}")


class _Plain(HTTPConnection):
    def connect(self) -> None:
        self.sock = _reach(self.host, self.port)


class _Secure(HTTPSConnection):
    def connect(self) -> None:
        self.sock = ssl.create_default_context().wrap_socket(_reach(self.host, self.port), server_hostname=self.host)


def _reach(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [str(one[4][0]) for one in found]
    if not addresses or not all(_is_public(one) for one in addresses):
        raise UnreachableError("its name leads into a private network")
    return socket.create_connection((addresses[0], port), timeout=PATIENCE)


def _is_public(address: str) -> bool:
    place = ip_address(address.partition("%")[0])
    mapped = getattr(place, "ipv4_mapped", None) or place
    if mapped.is_loopback:
        return may_call_loopback()
    return mapped.is_global and not mapped.is_multicast
