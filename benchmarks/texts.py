"""Korean petitions that nobody wrote, drawn from words.txt: pairs of letters are about as common as in real ones.

In the first kilobyte of each of 3,052 real petitions the commonest pair is in 95 % of the texts, the 100th in 11 %, the
1,000th in 2.4 %, the 10,000th in 0.16 %, and a text has 134 different pairs; `python -m benchmarks.texts` counts these.
"""

from collections import Counter
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from random import Random

ENDS = ("개선", "건의", "신고", "요청", "문의", "불편")
_VOWELS, _CLOSING = 28, {"ㅂ": 17, "ㄹ": 8, "ㄴ": 4}


def words() -> dict[str, list[str]]:
    """The word lists by name; a line of `subjects` stays together."""
    lists: dict[str, list[str]] = {}
    for line in Path(__file__).with_name("words.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            here = lists.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            here += [line] if "subjects" in lists and len(lists) == 1 else line.split()
    return lists


class Writer:
    """Writes petitions, always the same ones for the same seed."""

    def __init__(self, seed: int = 1, names: int = 60_000) -> None:
        self.random = Random(seed)
        lists, fixed = words(), Random(7)
        ranks, lengths = _ranked(len(lists["syllables"]), 8, 1.0), fixed.choices((2, 3, 4), (6, 3, 1), k=names)
        made = ["".join(fixed.choices(lists["syllables"], cum_weights=ranks, k=length)) for length in lengths]
        verbs = [_join(stem, ending) for ending in lists["endings"] for stem in lists["stems"]]
        fixed.shuffle(verbs)
        self.subjects = [line.split() for line in lists["subjects"]]
        self.names = list(dict.fromkeys(made))
        self.verbs, self.common, self.particles = verbs, lists["common"], lists["particles"]
        self.name_ranks = _ranked(len(self.names), 30, 0.95)
        self.verb_ranks = _ranked(len(self.verbs), 20, 0.6)
        self.common_ranks = _ranked(len(self.common), 4, 0.7)
        self.particle_ranks = _ranked(len(self.particles), 2, 0.9)

    def write(self, length: int = 400) -> tuple[str, str]:
        """A title and a text of about this many letters (a letter is three bytes)."""
        draw, count = self.random, length // 20
        subject = draw.choice(self.subjects)
        own = draw.choices(self.names, cum_weights=self.name_ranks, k=6)
        topical = draw.choices(subject + own, k=count)
        common = draw.choices(self.common, cum_weights=self.common_ranks, k=count)
        rare = draw.choices(self.names, cum_weights=self.name_ranks, k=count)
        verbs = draw.choices(self.verbs, cum_weights=self.verb_ranks, k=count)
        particles = iter(draw.choices(self.particles, cum_weights=self.particle_ranks, k=2 * count))
        text = []
        for one, other, name, verb in zip(topical, common, rare, verbs, strict=True):
            third = self._slip(name) if draw.random() < 0.08 else name
            text += [one + next(particles), other, third + next(particles), verb + "."]
        return f"{own[0]} {subject[0]} {draw.choice(subject)} {draw.choice(ENDS)}", " ".join(text)[:length]

    def read(self, number: int) -> Iterator[tuple[str, str]]:
        """So many petitions, of the lengths that people write: most short, some long."""
        for _count in range(number):
            yield self.write(min(2000, int(self.random.lognormvariate(5.75, 0.6)) + 40))

    def _slip(self, word: str) -> str:
        """The word with a letter that does not belong: slips and foreign names make most of the rare pairs."""
        place = self.random.randrange(len(word))
        return word[:place] + chr(self.random.randrange(0xAC00, 0xD7A4)) + word[place + 1 :]


def worn(text: str, draw: Random) -> str:
    """The text with every fifth word left out and every twentieth mistyped."""
    kept = [word for word in text.split() if draw.random() > 0.2]
    return " ".join(word[:-1] + chr(draw.randrange(0xAC00, 0xD7A4)) if draw.random() < 0.05 else word for word in kept)


def _join(stem: str, ending: str) -> str:
    """하 + ㅂ니다 is 합니다; after a closed syllable the letter is left out."""
    if ending[0] not in _CLOSING:
        return stem + ending
    last = ord(stem[-1])
    closed = (last - 0xAC00) % _VOWELS
    return stem[:-1] + chr(last if closed else last + _CLOSING[ending[0]]) + ending[1:]


def _ranked(size: int, shift: float, power: float) -> list[float]:
    """Running sums of frequencies by rank (Zipf and Mandelbrot)."""
    return list(accumulate(1 / (rank + shift) ** power for rank in range(size)))


def main() -> None:
    """Prints how common pairs are."""
    from madang.kernel.search.rules.texts import bigrams

    number, pairs, sizes = 20_000, Counter[str](), []
    for _title, text in Writer().read(number):
        sizes.append(len(text.encode()))
        pairs.update(bigrams(text[:350]))
    ranked = [count / number for _pair, count in pairs.most_common()]
    print(f"{sum(sizes) / number:.0f} bytes, {sum(pairs.values()) / number:.0f} pairs a text, {len(pairs):,} pairs")
    for rank in (1, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000):
        if rank <= len(ranked):
            print(f"{rank:>6} {ranked[rank - 1]:.4f}")


if __name__ == "__main__":
    main()
