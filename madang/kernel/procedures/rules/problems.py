"""What is wrong with a definition, in words that say where, what, and what to do next."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

Path = tuple[str | int, ...]
MOST_LISTED = 20


def _(text: str) -> str:
    """Marks a text for translation; the languages are chosen where it is shown."""
    return text


@dataclass(frozen=True)
class Problem:
    """One thing to mend: `path` leads to it, `message` says what is wrong, `remedy` what to do about it."""

    message: str
    remedy: str
    path: Path = ()
    words: dict[str, Any] = field(default_factory=dict)
    # The problem lies in the name of the key, not in its value.
    at_key: bool = False

    def within(self, prefix: Path) -> "Problem":
        """The same problem, seen from further outside."""
        return replace(self, path=prefix + self.path)

    def text(self, translate: Callable[[str], str] = _) -> str:
        """`message — remedy` in one language."""
        words = {
            # A word that is a sentence itself is translated and filled as well.
            key: translate(value) % self.words if key.startswith("t_") and value else value
            for key, value in self.words.items()
        }
        parts = [part and translate(part) % words for part in (self.message, self.remedy)]
        return " — ".join(part for part in parts if part)


def wrong(message: str, remedy: str, *path: str | int, at_key: bool = False, **words: Any) -> Problem:
    """A problem, its words by name."""
    return Problem(message, remedy, path, words, at_key)


class DefinitionError(ValueError):
    """A part of a definition contradicts itself; carries every problem found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(problem.text() for problem in self.problems))


def refuse(problems: Iterable[Problem]) -> None:
    """Raises DefinitionError when there are any."""
    found = tuple(problems)
    if found:
        raise DefinitionError(found)


def listed(names: Iterable[object]) -> str:
    """Names in a row, for a message."""
    known = [str(name) for name in names]
    return ", ".join(known[:MOST_LISTED]) + (" …" if len(known) > MOST_LISTED else "")


def choose(wrong: object, known: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """The remedy for a name that does not exist: the one that was probably meant, or all there are."""
    names = list(known)
    close = get_close_matches(str(wrong), names, n=1, cutoff=0.6)
    if close:
        return _("did you mean “%(close)s”?"), {"close": close[0]}
    if not names:
        return _("there is none to choose from: remove it."), {}
    return _("choose one of: %(names)s."), {"names": listed(names)}
