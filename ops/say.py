"""What a person sees while the machine works: one line a step, with the seconds it took."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Stop(Exception):
    """The command cannot go on; the text says what happened and what to do next."""


def line(text: str) -> None:
    """Print one line at once, also through a pipe."""
    print(text, flush=True)


@contextmanager
def step(title: str, every: float = 10.0) -> Iterator[None]:
    """Announce a step, say every ten seconds that it still goes on, and tell the seconds when done."""
    began = time.monotonic()
    done = threading.Event()

    def remind() -> None:
        while not done.wait(every):
            line(f"  {title} ... {time.monotonic() - began:.0f} s")

    line(f"> {title}")
    reminder = threading.Thread(target=remind, daemon=True)
    reminder.start()
    try:
        yield
    except BaseException:
        line(f"  {title}: stopped after {time.monotonic() - began:.1f} s")
        raise
    finally:
        done.set()
        reminder.join()
    line(f"  {title}: {time.monotonic() - began:.1f} s")


def fail(problem: Stop) -> int:
    """Print a problem where errors belong and return the exit code of a failed command."""
    print(f"\n{problem}", file=sys.stderr, flush=True)
    return 1
