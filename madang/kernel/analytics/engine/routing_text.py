"""Turns a text of any language into counted features, as hashes: pairs and triples of characters, words, pairs of words.

Characters need no dictionary and no knowledge of a language's endings; whole words help scripts with an alphabet.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Features: TypeAlias = tuple[NDArray[np.uint32], NDArray[np.float32]]

# What a person writes after so many characters has not changed an answer; it only costs time.
LONGEST = 4000
LEAD = 150
TITLE_WEIGHT = 5.0

_MARKS = "".join(one for one in map(chr, range(0x300, 0x10000)) if unicodedata.category(one)[0] == "M")
_NOT_A_WORD = re.compile(rf"[^\w{_MARKS}]+")
_NUMBER = re.compile(r"\d+")
_SPACE = np.uint64(ord(" "))
_STEP, _PLACE = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD6E8FEB86659FD93)


def normalised(text: str) -> str:
    """The words alone: one width and case, every number the same, no punctuation, single spaces around each word."""
    text = unicodedata.normalize("NFKC", text[:LONGEST])[:LONGEST].lower()
    return f" {' '.join(_NOT_A_WORD.sub(' ', _NUMBER.sub('0', text)).split())} "


def features(title: str, body: str) -> Features:
    """The distinct features of a text, ascending, and how often each occurs: five times in the title, twice in the lead."""
    whole, heading = normalised(body), _hashes(normalised(title))
    found, times = np.unique(
        np.concatenate([heading, _hashes(f"{whole[:LEAD].rstrip()} "), _hashes(whole)]), return_counts=True
    )
    counts = times.astype(np.float32)
    np.add.at(counts, np.searchsorted(found, heading), TITLE_WEIGHT - 1)
    return found, counts


def table(texts: Sequence[Features], vocabulary: NDArray[np.uint32]) -> sparse.csr_matrix:
    """A row for each text, a column for each feature of the vocabulary (ascending): 1 + log of how often it occurs."""
    columns, values, ends = [], [], [0]
    for found, counts in texts:
        place = np.searchsorted(vocabulary, found)
        known = vocabulary[np.minimum(place, len(vocabulary) - 1)] == found if len(vocabulary) else found < 0
        columns.append(place[known].astype(np.int32))
        values.append(1 + np.log(counts[known]))
        ends.append(ends[-1] + len(columns[-1]))
    none: tuple[NDArray[np.int32], NDArray[np.float32]] = np.empty(0, np.int32), np.empty(0, np.float32)
    data = np.concatenate([none[1], *values]), np.concatenate([none[0], *columns]), np.array(ends)
    return sparse.csr_matrix(data, shape=(len(texts), len(vocabulary)), dtype=np.float32)


def unit(rows: sparse.csr_matrix) -> sparse.csr_matrix:
    """The same rows with length one; empty ones stay empty."""
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    rows.data /= np.repeat(np.maximum(length, 1e-9), np.diff(rows.indptr)).astype(np.float32)
    return rows


def vocabulary_of(texts: Sequence[Features], *, at_least: int) -> NDArray[np.uint32]:
    """Every feature that occurs in at least so many texts, ascending."""
    if not texts:
        return np.empty(0, np.uint32)
    found, times = np.unique(np.concatenate([one for one, _counts in texts]), return_counts=True)
    return found[times >= at_least]


def _hashes(words: str) -> NDArray[np.uint32]:
    """The hashes of all pairs and triples of characters, across words too, of all words and of all pairs of words."""
    codes = np.frombuffer(words.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    if len(codes) < 3:
        return np.empty(0, np.uint32)
    spaces = np.flatnonzero(codes == _SPACE)
    one = codes + np.uint64(1)
    pairs = one[:-1] * _STEP + one[1:]
    triples = pairs[:-1] * _STEP + one[2:]
    place = np.arange(len(codes)) - np.repeat(spaces, np.diff(np.append(spaces, len(codes))))
    letters = _mixed(one * _STEP + place.astype(np.uint64) * _PLACE)[:-1]
    whole: NDArray[np.uint64] = np.add.reduceat(letters, spaces[:-1])
    couples = whole[:-1] * np.uint64(11) + whole[1:] * np.uint64(13)
    return _mixed(np.concatenate([pairs, triples * np.uint64(3), whole * np.uint64(5), couples])).astype(np.uint32)


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spreads numbers that are alike over the whole range (splitmix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
