"""Whoever sends a letter a minute keeps nobody else waiting."""

import contextlib
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.kernel.common.door import MOST, OF_ONE

from .machine import status_of, web_server
from .stage import Stage

pytestmark = pytest.mark.slow

FORM = "application/x-www-form-urlencoded"


def sending(port: int, path: str, length: int, begun: bytes = b"a", *, address: str = "127.0.0.1") -> socket.socket:
    """A request under way: its head is sent, and the beginning of its body."""
    line = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(address, 0))
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nCookie: csrftoken={'A' * 32}\r\nContent-Type: {FORM}\r\n"
    line.sendall(f"{head}Content-Length: {length}\r\n\r\n".encode() + begun)
    return line


def status_on(line: socket.socket) -> int:
    return int(line.recv(200).split()[1])


@pytest.fixture
def port(stage: Stage, tmp_path: Path) -> Iterator[int]:
    with web_server("", tmp_path / "web.log") as (_process, site):
        yield int(site.rpartition(":")[2])


def test_forty_slow_senders_stop_neither_readers_nor_senders(port: int):
    with contextlib.ExitStack() as crowd:
        lines = [crowd.enter_context(sending(port, "/account/password/reset/", 100_000)) for _ in range(40)]
        time.sleep(0.5)
        waits = []
        for _ in range(10):
            began = time.monotonic()
            assert status_of(f"http://127.0.0.1:{port}/services/") == 200
            waits.append(time.monotonic() - began)
        assert max(waits) < 5, "a reader waited for the slow"
        with sending(port, "/account/password/reset/", 1, address="127.0.0.2") as neighbour:
            assert status_on(neighbour) == 403, "the neighbour's form is looked at: it lacks its token"
        answered = [line for line in lines if _has_answer(line)]
        assert {status_on(line) for line in answered} == {503}
        assert len(lines) - len(answered) <= 2 * OF_ONE


def _has_answer(line: socket.socket) -> bool:
    line.settimeout(0.2)
    try:
        return bool(line.recv(1, socket.MSG_PEEK))
    except TimeoutError:
        return False


def test_what_is_too_large_is_refused_before_it_is_sent(port: int):
    with sending(port, "/account/password/reset/", MOST + 1) as line:
        assert status_on(line) == 413
    with sending(port, "/account/password/reset/", -1) as line:
        assert status_on(line) == 400
