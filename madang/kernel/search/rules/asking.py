"""What a person asks for, in the words they typed: all words, "a phrase", -without."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

from .texts import folded, is_dense, normal, pairs, runs

LONGEST = 200
MOST_WORDS = 8
# A word of one letter is searched alone and with one of these behind it (물, 물이, 물을 ...): the particles of Korean.
_PARTICLES = "이가을를은는의에도만로와과"
# A compound of 4 to 8 letters may be written in pieces of two letters or more: 도로점용허가, 도로 점용 허가.
_COMPOUND = range(4, 9)
_MOST_CUTS = 2
# From so many letters on, a word in a script with spaces also finds words that begin with it.
_BEGINNING = 4

_TOKEN = re.compile(r'(-?)"([^"]*)"?|(-?)([^\s"]+)')


@dataclass(frozen=True)
class Word:
    """One word of a question, in small letters; `exact` where it stands in quotes."""

    text: str
    exact: bool = False

    @property
    def dense(self) -> bool:
        return is_dense(self.text)

    @property
    def is_compound(self) -> bool:
        """Whether it may stand in pieces in a text."""
        return self.dense and not self.exact and len(self.text) in _COMPOUND


@dataclass(frozen=True)
class Question:
    """All `words` and `phrases` must be there, and none of the groups in `without` (a group: all its words)."""

    words: tuple[Word, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[tuple[Word, ...], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)


@dataclass(frozen=True)
class Piece:
    """A piece of a shown text; `hit` where it is what was asked for."""

    text: str
    hit: bool = False


def parse(text: str) -> Question:
    """Reads what was typed. Any input is a question; one without a word to look for is empty (false).

    Only the first 200 characters and the first 8 words count.
    """
    words: dict[Word, None] = {}
    phrases: list[str] = []
    without: list[tuple[Word, ...]] = []
    for minus, phrase, dash, token in _TOKEN.findall(folded(text[:LONGEST])):
        exact = not token
        group = tuple(Word(run, exact) for run in runs(phrase or token))
        if not group:
            continue
        if minus or dash:
            without.append(group)
            continue
        words |= dict.fromkeys(group)
        if exact and (len(group) > 1 or len(phrase) > 2):
            phrases.append(normal(phrase))
    return Question(tuple(words)[:MOST_WORDS], tuple(phrases[:MOST_WORDS]), tuple(without[:MOST_WORDS]))


def tsquery(question: Question) -> str:
    """The question as PostgreSQL reads it. It finds every text that fits and, for long words and phrases, some that do not."""
    parts = [_matches(word) for word in question.words]
    parts += [f"!({_all(_matches(word) for word in group)})" for group in question.without]
    return _all(parts)


def needles(question: Question) -> list[str]:
    """What a text that fits is expected to hold, word by word, longest first."""
    return sorted({word.text for word in question.words}, key=lambda text: (-len(text), text))


def _matches(word: Word) -> str:
    text = word.text
    if not word.dense:
        begins = len(text) >= _BEGINNING and not word.exact and not text.isdigit()
        return f"'{text}':*" if begins else f"'{text}'"
    if len(text) == 1 and not word.exact:
        return _any([f"'{text}'", *(f"'{text}{particle}'" for particle in _PARTICLES)])
    if word.is_compound:
        return _any(_all(f"'{pair}'" for piece in way for pair in pairs(piece)) for way in _ways(text))
    return _all(f"'{pair}'" for pair in pairs(text))


def _ways(text: str) -> Iterator[list[str]]:
    """The ways to write a compound: whole, or cut once or twice into pieces of two letters or more."""
    for cuts in range(_MOST_CUTS + 1):
        for places in combinations(range(2, len(text) - 1), cuts):
            ends = (0, *places, len(text))
            pieces = [text[start:end] for start, end in zip(ends, ends[1:], strict=False)]
            if all(len(piece) > 1 for piece in pieces):
                yield pieces


def _all(parts: "Iterator[str] | list[str]") -> str:
    return " & ".join(parts)


def _any(parts: "Iterator[str] | list[str]") -> str:
    return "(" + " | ".join(f"({part})" for part in parts) + ")"


def pieces(text: str, question: Question, length: int = 160) -> list[Piece]:
    """An extract of a text around the first thing that was asked for, its hits marked; the beginning when there is none.

    Letters are compared without regard to case, and compounds whether or not they are written in pieces.
    """
    text = normal(text)
    wanted = [*question.phrases, *needles(question)]
    patterns = [r"\s?".join(map(re.escape, word)) if is_dense(word) else re.escape(word) for word in wanted]
    pattern = re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)
    first = pattern.search(text)
    start = max(0, first.start() - length // 3) if first and len(text) > length else 0
    start = min(start, max(0, len(text) - length))
    shown = text[start : start + length]
    found = [Piece("…")] if start else []
    end = 0
    for hit in pattern.finditer(shown):
        if hit.start() > end:
            found.append(Piece(shown[end : hit.start()]))
        found.append(Piece(hit[0], hit=True))
        end = hit.end()
    if end < len(shown):
        found.append(Piece(shown[end:]))
    if start + length < len(text):
        found.append(Piece("…"))
    return found
