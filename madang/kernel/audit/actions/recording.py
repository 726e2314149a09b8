"""Every write of the platform goes through here: `@action` makes a function an act, `record` puts the act on record."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from madang.kernel.common import work
from madang.kernel.common.errors import StepUp
from madang.kernel.common.metrics import CountedAction
from madang.kernel.common.middleware import request_id

from ..models import Record
from ..rules import name_of

P = ParamSpec("P")
T = TypeVar("T")

ACTIONS: dict[str, Callable[..., Any]] = {}


class Unrecorded(RuntimeError):
    """An action came to its end without a line in the audit log: it is rolled back, for its author to mend."""


def action(name: str, *, single: bool = False) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Makes a function an act of the office: one transaction, refused unless it is put on record, known by its name.

    The first argument is the subject, `by=` the person who acts (None: the system itself), the rest keyword-only.
    A `single` action writes nothing but pending rows, all by one statement (see `common.work`).
    A domain error raised inside rolls everything back and reaches page and API in one shape.
    """

    def declare(function: Callable[P, T]) -> Callable[P, T]:
        if name in ACTIONS:
            raise RuntimeError(f"Two actions are named {name}.")

        @wraps(function)
        def act(*args: P.args, **kwargs: P.kwargs) -> T:
            with CountedAction(name), work.begin(name, single=single) as piece:
                result = function(*args, **kwargs)
                if not piece.recorded:
                    raise Unrecorded(f"{name} recorded nothing.")
            return result

        ACTIONS[name] = act
        return act

    return declare


def be_sure_of(person: Any, level: int) -> None:
    """Raises StepUp for a person who is not known so surely (1 to 3) in this session. None, the system, always is."""
    if level > 1 and person is not None and person.assurance < level:
        raise StepUp(level)


def record(subject: object, *, by: Any, institution_id: int | None = None, **details: object) -> None:
    """Puts the action under way on record: who did it to what. `details` holds keys and numbers, never texts."""
    piece = work.current()
    piece.recorded += 1
    piece.rows.append(
        Record(
            action=piece.name,
            actor_id=getattr(by, "pk", None),
            institution_id=institution_id,
            subject=name_of(subject),
            details=details,
            request=request_id.get(),
        )
    )
