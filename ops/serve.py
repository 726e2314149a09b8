"""The web server, so that new code takes over without a lost request: `python -m ops.serve HOST PORT WORKERS APPLICATION`.

Granian with three things added, for SIGHUP (Granian alone closes what nobody has asked a question on yet, with the
question perhaps on its way):

- The listening sockets are the parent's, one for each worker. A worker that ends takes nobody along who is in line.
- The new workers are all there before an old one is told to go. If one of them cannot start, the old ones go on.
- An old worker first turns deaf: it takes no new connection, and answers everything that still comes over those it has
  with `Connection: close`. Only when that time is over does it end.
"""

import contextlib
import multiprocessing
import os
import signal
import socket
import stat
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.net import SocketSpec
from granian.server.mp import MPServer, WorkerProcess

# Four of them work at a time; the others take in what is sent (kernel.common.door).
THREADS = 16
# Whoever keeps a connection asks again within this time, or looks whether it is still open.
FAREWELL = 3.0
STARTING = 120.0
# What an old worker has in hand it may bring to its end.
IN_HAND = 60.0

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Ending:
    """A WSGI application that can be told, by SIGUSR1, that its process will go."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.told = False
        signal.signal(signal.SIGUSR1, self._tell)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        if not self.told:
            return self.application(environ, start_response)
        environ["madang.ending"] = True

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("Connection", "close")], *rest)

        return self.application(environ, start)

    def _tell(self, *_signal: object) -> None:
        self.told = True
        turn_deaf()


def turn_deaf() -> None:
    """This process takes no more connections: its share of each listening socket is exchanged for one nobody knows.

    The sockets themselves are open in the parent, and whoever is in line there is taken by the next worker.
    """
    unknown = socket.socket()
    unknown.bind(("127.0.0.1", 0))
    unknown.listen()
    unknown.setblocking(False)
    for entry in list(Path("/dev/fd").iterdir()):
        with contextlib.suppress(OSError):
            number = int(entry.name)
            if number != unknown.fileno() and _listens(number):
                os.dup2(unknown.fileno(), number, inheritable=False)


def _listens(number: int) -> bool:
    if not stat.S_ISSOCK(os.fstat(number).st_mode):
        return False
    with socket.socket(fileno=os.dup(number)) as one:
        return bool(one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


class Server(MPServer):
    """Granian's server with a listening socket for each worker that outlives it, and a gentler way to reload."""

    def _init_shared_socket(self) -> None:
        self._sso = None
        # Several on the same port: the system hands connections to them in equal shares.
        self.doors = [SocketSpec(self.bind_addr, self.bind_port, self.backlog).build() for _ in range(self.workers)]

    def _spawn_worker(self, idx: int, target: Any, callback_loader: Any) -> WorkerProcess:  # type: ignore[override]
        self._ssp = None
        self._shd: Any = self.doors[idx]
        return super()._spawn_worker(idx, target, callback_loader)

    def _reload(self, spawn_target: Any, target_loader: Any) -> None:
        self.reload_signal = False
        self.main_loop_interrupt.clear()
        loaded = [multiprocessing.Event() for _ in range(self.workers)]
        fresh = [
            self._spawn_worker(idx, spawn_target, partial(_announce, target_loader, one))
            for idx, one in enumerate(loaded)
        ]
        for worker in fresh:
            worker.inner.start()
        deadline = time.monotonic() + STARTING
        while not all(one.is_set() for one in loaded):
            if time.monotonic() > deadline or not all(worker.is_alive() for worker in fresh):
                _end(fresh, patience=0)
                _say("not reloaded: the new code does not start, the old goes on")
                return
            time.sleep(0.05)
        old, self.wrks[:] = list(self.wrks), fresh
        for worker in fresh:
            worker._watch()
        _tell(old)
        time.sleep(FAREWELL)
        _end(old, patience=IN_HAND)
        _say("reloaded")

    def _stop_workers(self) -> None:
        _tell(self.wrks)
        # Both signals at the same instant, and Granian may not hear the second.
        time.sleep(0.2)
        super()._stop_workers()


def _announce(load: Callable[[], Any], loaded: Any) -> Any:
    application = load()
    loaded.set()
    return application


def _tell(workers: Iterable[WorkerProcess]) -> None:
    for worker in workers:
        # Its end is none that is to be mended.
        worker.interrupt_by_parent = True
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker.inner.pid, signal.SIGUSR1)


def _end(workers: Iterable[WorkerProcess], *, patience: float) -> None:
    for worker in workers:
        worker.terminate() if patience else worker.kill()
    deadline = time.monotonic() + patience
    for worker in workers:
        worker.join(max(0.1, deadline - time.monotonic()))
        if worker.is_alive():
            worker.kill()
            worker.join()


def _say(what: str) -> None:
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} web server {what}", file=sys.stderr, flush=True)


def load(name: str) -> Any:
    """The application of this name, `package.module:object`, in a worker."""
    module, _, attribute = name.partition(":")
    return Ending(getattr(import_module(module), attribute))


def main(words: Sequence[str]) -> int:
    """Serves until SIGTERM; returns the exit code.

    More than four requests at work only wait for one another (measured: eight answer no more and take three times as
    long at worst). What is more waits in line; connections to people are cheap and many.
    """
    host, port, workers, application = words
    kind = MPServer
    if sys.platform == "linux":
        # Elsewhere workers share one socket already, and are exchanged in Granian's own way.
        kind = Server
        multiprocessing.set_start_method("fork")
    kind(
        application,
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=int(workers),
        blocking_threads=THREADS,
        blocking_threads_idle_timeout=600,
        backpressure=512,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1,
        workers_kill_timeout=5,
        log_level=LogLevels.warning,
    ).serve(target_loader=load)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
