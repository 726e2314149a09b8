"""How long chance looks for faults: bounded and the same each time in `./test`, by the clock in `./bench --fuzz`."""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings

MINUTES = float(os.environ.get("MADANG_FUZZ_MINUTES", "0"))

QUIET = (
    HealthCheck.too_slow,
    HealthCheck.function_scoped_fixture,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
)


def bounded(examples: int, *, in_rounds: bool = False, **more: Any) -> settings:
    """So many examples, the same each time; in a long run others each time, and ten times as many or round after round."""
    if MINUTES and not in_rounds:
        examples *= 10
    return settings(
        max_examples=examples,
        derandomize=not MINUTES,
        deadline=None,
        database=None,
        suppress_health_check=QUIET,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        print_blob=True,
        **more,
    )


@pytest.fixture
def one_connection() -> Iterator[None]:
    """The site is asked within the transaction of the test, and leaves its connection open, as Django's own client has it."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def again() -> Callable[[], Iterator[int]]:
    """Rounds of a test: one in `./test`, as many as fit into half of the time in a long run."""

    def rounds() -> Iterator[int]:
        end, count = time.monotonic() + MINUTES * 30, 0
        while not count or time.monotonic() < end:
            yield count
            count += 1

    return rounds
