"""A load generator that costs little: requests are built beforehand and sent over kept connections by one thread."""

import gc
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from time import perf_counter, process_time

PATIENCE = 30.0


@dataclass
class Answer:
    """One answer: its status (0: the connection broke), its body, and when it was asked and had arrived."""

    status: int
    body: bytes
    asked: float
    arrived: float


@dataclass
class Load:
    """What came of a time under load. Rates and times are of the answers that arrived in the time itself."""

    seconds: float
    answers: list[Answer]
    everything: list[Answer]
    cpu_seconds: float
    times: list[float] = field(init=False)

    def __post_init__(self) -> None:
        self.times = sorted((one.arrived - one.asked) * 1000 for one in self.answers)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.answers) / self.seconds

    def part(self, share: float) -> float:
        """Within so many milliseconds this share of the answers came: `part(0.95)` is p95."""
        return self.times[min(int(len(self.times) * share), len(self.times) - 1)] if self.times else float("nan")

    def errors(self, expected: int) -> list[Answer]:
        """Every answer with another status than the expected one, warming up and coming to an end included."""
        return [one for one in self.everything if one.status != expected]


def request(method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> bytes:
    """An HTTP request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{k}: {v}" for k, v in (headers or {}).items())]
    if body:
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class _Connection:
    """One kept connection: sends a request, gathers the answer."""

    def __init__(self, port: int, requests: Iterator[bytes]) -> None:
        self.port, self.requests = port, requests
        self.connect()

    def connect(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        self.received = b""
        following = next(self.requests)
        self.asked = perf_counter()
        self.socket.sendall(following)

    def gather(self) -> Answer | None:
        """The answer when it is complete, None when more of it is to come."""
        part = self.socket.recv(262_144)
        now = perf_counter()
        if not part:
            return Answer(0, b"", self.asked, now)
        self.received += part
        head, separator, body = self.received.partition(b"\r\n\r\n")
        if not separator:
            return None
        place = head.lower().find(b"content-length:")
        if place < 0 or len(body) < int(head[place + 15 :].partition(b"\r\n")[0]):
            return None
        return Answer(int(head[9:12]), body, self.asked, now)


def drive(port: int, requests: Sequence[Iterator[bytes]], seconds: float, warm: float = 2.0) -> Load:
    """Asks without a pause over as many connections as there are sequences of requests, each its own in turn.

    After `warm` seconds the time begins that counts; at its end every request that is under way is waited for.
    """
    selector = DefaultSelector()
    connections = [_Connection(port, one) for one in requests]
    everything: list[Answer] = []
    gc.disable()
    try:
        for one in connections:
            selector.register(one.socket, EVENT_READ, one)
            one.ask()
        begin = perf_counter() + warm
        end, busy, cpu = begin + seconds, len(connections), 0.0
        while busy:
            ready = selector.select(PATIENCE)
            if not ready:
                raise TimeoutError(f"The server has not answered for {PATIENCE:.0f} seconds.")
            if not cpu and perf_counter() >= begin:
                cpu = process_time()
            for key, _events in ready:
                connection: _Connection = key.data
                answer = connection.gather()
                if answer is None:
                    continue
                everything.append(answer)
                if answer.status == 0:
                    selector.unregister(connection.socket)
                    connection.connect()
                    selector.register(connection.socket, EVENT_READ, connection)
                if answer.arrived < end:
                    connection.ask()
                else:
                    busy -= 1
        cpu = process_time() - cpu
    finally:
        gc.enable()
        for one in connections:
            one.socket.close()
    counted = [one for one in everything if begin <= one.arrived < end]
    return Load(seconds, counted, everything, cpu)


def in_turn(port: int, requests: Sequence[bytes], times: int, warm: int = 10) -> Load:
    """Asks the requests one after another over one connection, each `times` times on the whole, as one person would."""
    connection = _Connection(port, cycle(requests))
    answers, cpu = [], process_time()
    for _count in range(warm + times):
        connection.ask()
        while (answer := connection.gather()) is None:
            pass
        if answer.status == 0:
            connection.connect()
        answers.append(answer)
    connection.socket.close()
    counted = answers[warm:]
    return Load(counted[-1].arrived - counted[0].asked, counted, answers, process_time() - cpu)
