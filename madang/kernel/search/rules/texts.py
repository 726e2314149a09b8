"""What a text is found by: the pairs of letters in scripts that do not part their words, whole words in the others."""

import re
import unicodedata

# Scripts whose words run together or take endings: Hangul, Han, Kana, Thai, Lao, Tibetan, Burmese, Khmer.
_DENSE = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3040-\u30fa\u30fc-\u30ff\u3130-\u318f\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
# Signs that belong to the letter before them, as the vowels of Devanagari do.
_MARKS = "".join(chr(code) for code in range(0x300, 0x3000) if unicodedata.category(chr(code))[0] == "M")
_WORD = rf"[^\W_{_DENSE}](?:[^\W_{_DENSE}]|[{_MARKS}])*"

_RUN = re.compile(rf"[{_DENSE}]+|{_WORD}")
_PAIR = re.compile(rf"(?=([{_DENSE}][{_DENSE}]))")
_ALONE = re.compile(rf"(?<![{_DENSE}])[{_DENSE}](?![{_DENSE}])|{_WORD}")
_UNTYPED = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]+")

# Nobody searches for more of a word than this, and PostgreSQL refuses lexemes of 2 kB.
LONGEST_WORD = 40


def normal(text: str) -> str:
    """The text in one spelling: letters composed, wide signs narrow; space and control characters are single spaces."""
    if not unicodedata.is_normalized("NFKC", text):
        text = unicodedata.normalize("NFKC", text)
    return " ".join(_UNTYPED.sub(" ", text).split())


def folded(text: str) -> str:
    """The normal text with all letters small, so that it can be compared."""
    return normal(normal(text).casefold())


def runs(text: str) -> list[str]:
    """The words and runs of dense script in a folded text, in their order: "5g망 설치" is 5g, 망, 설치."""
    return [run[:LONGEST_WORD] for run in _RUN.findall(text)]


def is_dense(run: str) -> bool:
    """Whether a run is of a script that is searched by pairs of letters."""
    return _PAIR_OR_ONE.match(run) is not None


_PAIR_OR_ONE = re.compile(rf"[{_DENSE}]")


def pairs(run: str) -> list[str]:
    """The pairs of neighbouring letters in a dense run; a single letter stands for itself."""
    return [run[at : at + 2] for at in range(len(run) - 1)] or [run]


def bigrams(text: str) -> set[str]:
    """Everything a text is found by: {가로, 로등, 고장} of 가로등 고장; a lone letter or a word of other scripts is whole.

    Lexemes hold letters, digits and marks only, never a quote, a sign or a space.
    """
    text = folded(text)
    found = set(_PAIR.findall(text))
    found.update([word[:LONGEST_WORD] for word in _ALONE.findall(text)])
    return found
