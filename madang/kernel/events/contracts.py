"""How one app tells another: frozen dataclasses in a `contracts.py`, and `@on` to listen to them in a `handlers.py`."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

Handle = Callable[..., None]


@dataclass(frozen=True)
class Listener:
    """A handler and the contract it listens to; its name is what failures are filed under.

    One that listens in batches is called with a list of events.
    """

    name: str
    contract: type
    handle: Handle
    batch: bool = False


LISTENERS: dict[str, list[Listener]] = defaultdict(list)


def name_of(contract: type) -> str:
    """`madang.kernel.cases.contracts.CaseFiled` is told as `cases.CaseFiled`."""
    return f"{contract.__module__.split('.')[-2]}.{contract.__name__}"


def on(*contracts: type, batch: bool = False) -> Callable[[Handle], Handle]:
    """Listens: the function is called with each event of these kinds, after the commit, at least once.

    Its writes are committed together with the note that it was told, so that a crash repeats neither or both;
    what it does outside the database must bear repetition. With `batch` it is called with a list of events, in the
    order in which they happened; should it fail, it is called anew with each of them alone.
    """

    def listen(handle: Handle) -> Handle:
        for contract in contracts:
            name = f"{handle.__module__.split('.')[-2]}.{handle.__name__}"
            LISTENERS[name_of(contract)].append(Listener(name, contract, handle, batch))
        return handle

    return listen
