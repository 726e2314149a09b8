"""What a process may remember for some seconds, so that what rarely changes is not asked for at each request."""

from collections.abc import Callable, Hashable
from functools import wraps
from time import monotonic
from typing import Any, ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_memories: list[dict[Hashable, tuple[float, Any]]] = []


def remembered(seconds: float) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Remembers each answer of a function for so long: a change is known to every process within that time."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        memory: dict[Hashable, tuple[float, Any]] = {}
        _memories.append(memory)

        @wraps(function)
        def ask(*args: P.args, **kwargs: P.kwargs) -> T:
            until, answer = memory.get(args, (0.0, None))
            if monotonic() >= until:
                answer = function(*args, **kwargs)
                memory[args] = (monotonic() + seconds, answer)
            return cast(T, answer)

        return ask

    return decorate


def keep(memory: dict[Any, Any]) -> dict[Any, Any]:
    """A memory of one's own, which is emptied with all others."""
    _memories.append(memory)
    return memory


class Lately:
    """Keys of which something was true a moment ago, so many at most: `add` them, and ask with `in`."""

    def __init__(self, seconds: float, most: int = 10_000) -> None:
        self.seconds, self.most = seconds, most
        self._memory: dict[Hashable, tuple[float, Any]] = {}
        _memories.append(self._memory)

    def add(self, key: Hashable) -> None:
        """Notes that it is true of this key now."""
        if len(self._memory) >= self.most:
            self._memory.clear()
        self._memory[key] = (monotonic() + self.seconds, True)

    def __contains__(self, key: Hashable) -> bool:
        until, _true = self._memory.get(key, (0.0, None))
        return monotonic() < until


def forget() -> None:
    """Forgets everything: for whoever has just changed what is remembered, and between tests."""
    for memory in _memories:
        memory.clear()
