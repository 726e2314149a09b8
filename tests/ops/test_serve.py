"""The web server takes up new code under load, and loses no request; code that does not start changes nothing."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.places import ROOT
from ops.processes import group
from ops.reload import exchange
from ops.say import Stop

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="elsewhere Granian reloads its way")]

APPLICATION = """
import time
VERSION = b"%s"
print("loaded", flush=True)

def application(environ, start_response):
    environ["wsgi.input"].read()
    if environ["PATH_INFO"] == "/slow":
        time.sleep(4)
    told = VERSION + (b", ending" if environ.get("madang.ending") else b"")
    start_response("200 OK", [("Content-Length", str(len(told)))])
    return [told]
"""


class Web:
    """A web server on a port of its own, and the code it serves."""

    def __init__(self, folder: Path) -> None:
        self.log, self.code = folder / "web.log", folder / "made_up_application.py"
        self.bring("1")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = [
            sys.executable,
            "-B",
            "-m",
            "ops.serve",
            "127.0.0.1",
            str(self.port),
            "2",
            "made_up_application:application",
        ]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": f"{ROOT}:{folder}"},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        deadline = time.monotonic() + 30
        while self.log.read_text().count("loaded") < 2:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.05)

    def bring(self, version: str) -> None:
        self.code.write_text(APPLICATION % version)

    def connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, path: str = "/", over: http.client.HTTPConnection | None = None) -> str:
        connection = over or self.connect()
        connection.request("POST", path, body=b"a body")
        said = connection.getresponse().read().decode()
        if over is None:
            connection.close()
        return said

    def workers(self) -> set[int]:
        return {*group(self.process.pid)} - {self.process.pid}


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    web = Web(tmp_path)
    yield web
    web.process.terminate()
    assert web.process.wait(20) == 0
    assert group(web.process.pid) == []


def test_no_request_is_lost_while_workers_are_exchanged(web: Web):
    stop, lost, seen = threading.Event(), [], Counter()

    def visit(*, keeps: bool) -> None:
        connection = web.connect()
        while not stop.is_set():
            try:
                connection.request("POST", "/", body=b"x")
                answer = connection.getresponse()
                seen[answer.read().decode().partition(",")[0]] += 1
                if answer.will_close or not keeps:
                    connection.close()
            except (OSError, http.client.HTTPException) as error:
                lost.append(repr(error))
                connection = web.connect()

    visitors = [threading.Thread(target=visit, kwargs={"keeps": number % 3 > 0}) for number in range(6)]
    for visitor in visitors:
        visitor.start()
    slow: list[str] = []
    patient = threading.Thread(target=lambda: slow.append(web.ask("/slow")))
    try:
        for version in ("2", "3"):
            before = web.workers()
            web.bring(version)
            if version == "3":
                patient.start()
            exchange(web.process.pid, web.log)
            assert len(web.workers()) == 2
            assert not before & web.workers()
            assert web.ask() == version
    finally:
        stop.set()
        for visitor in visitors:
            visitor.join()
    patient.join()
    assert lost == []
    assert set(seen) == {"1", "2", "3"}
    assert slow == ["2"], "what was in hand came to its end"


def test_a_kept_connection_is_told_before_it_ends(web: Web):
    kept = [web.connect() for _count in range(6)]
    assert {web.ask(over=one) for one in kept} == {"1"}
    os.kill(web.process.pid, signal.SIGHUP)
    deadline = time.monotonic() + 20
    while (said := web.ask(over=kept[0])) == "1":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert said == "1, ending"
    assert kept[0].sock is None, "the answer said Connection: close"


def test_code_that_does_not_start_leaves_the_old_in_place(web: Web):
    before = web.workers()
    web.code.write_text("import nothing_of_this_name")
    with pytest.raises(Stop, match="nothing_of_this_name"):
        exchange(web.process.pid, web.log)
    assert web.workers() == before
    assert web.ask() == "1"
    web.bring("2")
    exchange(web.process.pid, web.log)
    assert web.ask() == "2"


def test_a_worker_that_dies_is_replaced_also_after_a_reload(web: Web):
    exchange(web.process.pid, web.log)
    victim = web.workers().pop()
    os.kill(victim, signal.SIGKILL)
    deadline = time.monotonic() + 20
    while victim in web.workers() or len(web.workers()) < 2:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert {web.ask() for _count in range(5)} == {"1"}
