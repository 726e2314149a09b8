"""What the running system counts of itself for its operators: requests, actions and jobs. No label tells of a person.

Prometheus adds up what each process has counted: with PROMETHEUS_MULTIPROC_DIR in the environment, as `./run` sets it,
through files that all processes of the machine share. A label takes one of few values: routes, never addresses.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from time import perf_counter
from typing import Any

from prometheus_client import REGISTRY, CollectorRegistry, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from .errors import DomainError

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
LONG = (0.01, 0.1, 1, 10, 60, 600)

_requests = Histogram(
    "madang_request_seconds", "Requests by route, method and class of status.", ["route", "method", "status"],
    buckets=QUICK,
)  # fmt: skip
_actions = Histogram(
    "madang_action_seconds", "Actions by name: done, refused, or failed.", ["action", "outcome"], buckets=QUICK
)
_jobs = Histogram("madang_job_seconds", "Jobs by name: done or failed.", ["job", "outcome"], buckets=LONG)

# The child of a set of labels is looked up once: prometheus-client takes a lock for it each time.
_child: Callable[..., Any] = cache(lambda histogram, *labels: histogram.labels(*labels))


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Counts an answered request; `route` is the pattern of its address, never the address itself."""
    _child(_requests, route, method if method in METHODS else "other", f"{status // 100}xx").observe(seconds)


@contextmanager
def counted_job(name: str) -> Iterator[None]:
    """Counts a job, and how it ended."""
    begin, outcome = perf_counter(), "failed"
    try:
        yield
        outcome = "done"
    finally:
        _child(_jobs, name, outcome).observe(perf_counter() - begin)


class CountedAction:
    """Counts an action: done; refused, when a domain error was the answer; or failed."""

    __slots__ = ("begin", "name")

    def __init__(self, name: str) -> None:
        self.name = name

    def __enter__(self) -> None:
        self.begin = perf_counter()

    def __exit__(self, kind: type[BaseException] | None, *_rest: object) -> None:
        outcome = "done" if kind is None else "refused" if issubclass(kind, DomainError) else "failed"
        _child(_actions, self.name, outcome).observe(perf_counter() - self.begin)


def told(now: Collector) -> bytes:
    """Everything that was counted by all processes, and what `now` finds at this moment, as Prometheus reads it."""
    counted: CollectorRegistry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)
    moment = CollectorRegistry(auto_describe=False)
    moment.register(now)
    return generate_latest(counted) + generate_latest(moment)
