"""What a person asks for, in the words they typed: all words, "a phrase", -without."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from .texts import folded, is_dense, normal, pairs, runs

LONGEST = 200
MOST_WORDS = 8
# So few texts are sooner read than sorted out by the index.
FEW = 300
# A word of one letter is searched alone and with one of these behind it (물, 물이, 물을 ...): the particles of Korean.
_PARTICLES = "이가을를은는의에도만로와과"
# A word of so many letters may be a compound that others write in pieces of two letters or more.
_COMPOUND = 4
# From so many letters on, a word in a script with spaces also finds words that begin with it.
_BEGINNING = 4
# Words of one question belong together: they meet about so many times as often as by chance.
_TOGETHER = 3

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
    def is_judged(self) -> bool:
        """Whether a text that is found must hold it letter by letter, so that not all of it need be looked up."""
        return self.dense and len(self.text) > 1


@dataclass(frozen=True)
class Question:
    """All `words` and `phrases` must be there, and none of the groups in `without` (a group: all its words).

    `wished` are words that need not be there, but are the better for it.
    """

    words: tuple[Word, ...] = ()
    phrases: tuple[str, ...] = ()
    without: tuple[tuple[Word, ...], ...] = ()
    wished: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.words)

    @property
    def needles(self) -> list[str]:
        """What a text is the better for holding, the longest first."""
        texts = {*self.wished, *(word.text for word in self.words)}
        return sorted(texts, key=lambda text: (-len(text), text))


@dataclass(frozen=True)
class Lookup:
    """How a question is looked up: the query that PostgreSQL reads, and in how many texts the words are expected to be.

    The query finds every text that fits, and some that do not: each is judged by its text.
    """

    query: str
    expected: float


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
        if exact and len(group) > 1:
            phrases.append(normal(phrase))
    return Question(tuple(words)[:MOST_WORDS], tuple(phrases[:MOST_WORDS]), tuple(without[:MOST_WORDS]))


def loosened(question: Question) -> Question:
    """The question with long words taken apart: 도로점용허가 may stand as 도로 점용 허가, which has its ends.

    The same question where no word is so long, or all such stand in quotes.
    """
    words: dict[Word, None] = {}
    for word in question.words:
        apart = word.is_judged and not word.exact and len(word.text) >= _COMPOUND
        words |= dict.fromkeys([Word(word.text[:2]), Word(word.text[-2:])] if apart else [word])
    taken = tuple(word.text for word in question.words if word not in words)
    return replace(question, words=tuple(words), wished=taken) if taken else question


def lexemes(question: Question) -> set[str]:
    """The lexemes by which the words of a question are known."""
    return {lexeme for word in question.words for lexeme in _lexemes(word)}


def lookup(question: Question, known: Mapping[str, int], total: int, rare: int) -> Lookup:
    """How to look a question up, by as few lexemes as it takes, the rarest: the index reads through all it is given.

    `known` is in how many of the `total` texts each lexeme is; those that are not in it are in about `rare`.
    """
    count = {lexeme: known.get(lexeme, rare) for lexeme in lexemes(question)}
    least = {word: min(count[lexeme] for lexeme in _lexemes(word)) for word in question.words}
    expected = float(total)
    parts: list[str] = []
    for number, word in enumerate(sorted(question.words, key=lambda word: least[word])):
        if not parts or expected > FEW or not word.is_judged:
            parts.append(_matches(word, count))
        expected *= min(1.0, least[word] * (_TOGETHER if number else 1) / max(total, 1))
    parts += [
        f"!({_all(_quoted(lexeme) for word in group for lexeme in _lexemes(word))})" for group in question.without
    ]
    return Lookup(_all(parts), expected)


def pieces(text: str, question: Question, length: int = 160) -> list[Piece]:
    """An extract of a text around the first thing that was asked for, its hits marked; the beginning when there is none.

    Letters are compared without regard to case, and long words whether or not they are written in pieces.
    """
    text = normal(text)
    wanted = [*question.phrases, *question.needles]
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


def _lexemes(word: Word) -> list[str]:
    return pairs(word.text) if word.dense else [word.text]


def _matches(word: Word, count: Mapping[str, int]) -> str:
    """The query for one word: the rarest one or two of its pairs."""
    text = word.text
    if word.is_judged:
        rarest = sorted(dict.fromkeys(pairs(text)), key=lambda pair: (count[pair], pair))
        return _all(map(_quoted, rarest[: 1 if count[rarest[0]] <= FEW else 2]))
    if word.exact:
        return _quoted(text)
    if word.dense:
        return _any([_quoted(text), *(_quoted(text + particle) for particle in _PARTICLES)])
    return _quoted(text) + ":*" if len(text) >= _BEGINNING and not text.isdigit() else _quoted(text)


def _quoted(lexeme: str) -> str:
    return f"'{lexeme}'"


def _all(parts: Iterable[str]) -> str:
    return " & ".join(parts)


def _any(parts: Iterable[str]) -> str:
    return f"({' | '.join(parts)})"
