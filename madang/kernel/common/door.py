"""The door of the site: a request is taken in as a whole before anybody works on it, and few work at a time.

Slow senders so hold no thread that others need, and a process needs no more connections to the database than work at once.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from threading import BoundedSemaphore, Lock
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

# What the threads of one process do at most at once (ops/run.py gives it 16): work on requests, take bodies in, and
# take them in from one address. Four work best together; the rest costs next to nothing while it waits.
WORKING, RECEIVING, OF_ONE = 4, 12, 6
# The largest form with its files, and what is kept in memory of it.
MOST, IN_MEMORY = 64 * 2**20, 2 * 2**20
# After so many seconds a body must have come at so many bytes a second.
PATIENCE, PACE = 20.0, 1024

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]


class Door:
    """The site as a WSGI application, behind its door."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self._working = BoundedSemaphore(WORKING)
        self._lines: list[BaseDatabaseWrapper] = []
        self._lock = Lock()
        self._receiving: Counter[str] = Counter()

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        if environ.get("CONTENT_LENGTH") in (None, "", "0") and "HTTP_TRANSFER_ENCODING" not in environ:
            return self._work(environ, start_response)
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            trouble = self._receive(environ, body)
            if trouble:
                start_response(trouble, [("Content-Length", "0"), ("Connection", "close"), ("Retry-After", "5")])
                return []
            environ["CONTENT_LENGTH"] = str(body.tell())
            body.seek(0)
            environ["wsgi.input"] = body
            return self._work(environ, start_response)

    def _work(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Works on a request as one of few, on one of few connections to the database, the one that was used last."""
        with self._working:
            if self._lines:
                connections[DEFAULT_DB_ALIAS] = self._lines.pop()
            else:
                connections[DEFAULT_DB_ALIAS].inc_thread_sharing()
            try:
                return self.application(environ, start_response)
            finally:
                self._lines.append(connections[DEFAULT_DB_ALIAS])
                del connections[DEFAULT_DB_ALIAS]

    def _receive(self, environ: Environ, body: Any) -> str:
        """Takes the body in; returns the status line of what is wrong with it, if anything is."""
        length = environ.get("CONTENT_LENGTH") or ""
        if length and not length.isdecimal():
            return "400 Bad Request"
        if length and int(length) > MOST:
            return "413 Content Too Large"
        address = environ.get("REMOTE_ADDR", "")
        if not self._take_turn(address):
            return "503 Service Unavailable"
        try:
            return _read(environ["wsgi.input"], body, int(length) if length else None)
        finally:
            with self._lock:
                self._receiving -= Counter([address])

    def _take_turn(self, address: str) -> bool:
        with self._lock:
            free = self._receiving.total() < RECEIVING and self._receiving[address] < OF_ONE
            self._receiving[address] += free
            return free


def _read(source: Any, body: Any, length: int | None) -> str:
    """Copies a body of this length, or to its end where that was not told."""
    began = time.monotonic()
    while length is None or body.tell() < length:
        part = source.read(65536 if length is None else min(65536, length - body.tell()))
        if not part:
            return "" if length is None else "400 Bad Request"
        body.write(part)
        if body.tell() > MOST:
            return "413 Content Too Large"
        passed = time.monotonic() - began
        if passed > PATIENCE and body.tell() / passed < PACE:
            return "408 Request Timeout"
    return ""
