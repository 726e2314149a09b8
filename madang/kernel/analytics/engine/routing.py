"""Where does a text belong? Learned from past cases, and where there are none, from what each label says of itself."""

import io
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .routing_about import Profiles, belief, profiles
from .routing_gate import Gate, gate
from .routing_linear import Linear, certainty, difficulty, fairness, fit, out_of_fold, probabilities
from .routing_terms import Example, Suggestion, Text
from .routing_text import features

FORMAT = 1
# A label with so many past cases is learned; with fewer, its competence and the titles of its cases speak for it.
ENOUGH = 3
# More are not used: the first ones of every label are, so callers put the newest first.
MOST_EXAMPLES = 20_000
# What a label says of itself counts as so many of its cases.
COMPETENCE_WEIGHT = 3.0


@dataclass(frozen=True, eq=False)
class Router:
    """Says where texts belong. Made by `train` or `loads`; knows nothing of what labels mean.

    `learned` are the places in `labels` of those with enough cases, in the order of the columns of `linear`.
    """

    labels: list[str]
    learned: NDArray[np.intp]
    linear: Linear
    slope: float
    offset: float
    about: Profiles
    gate: Gate
    _place: dict[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_place", {label: at for at, label in enumerate(self.labels)})

    @classmethod
    def train(cls, examples: Sequence[Example], competences: Mapping[str, str]) -> "Router":
        """Learns from past texts (the newest first) and from what labels say they answer for.

        Labels with few cases or none are suggested by their competence; with neither there are no suggestions. The same
        input gives the same router.
        """
        examples = [one for one in examples if one.weight > 0]
        cases = Counter(one.label for one in examples)
        labels = sorted({*competences, *cases})
        learned = [label for label in labels if cases[label] >= ENOUGH]
        learned = learned if len(learned) > 1 else []
        few = {label: [competences.get(label, "")] for label in labels}
        for one in examples:
            if cases[one.label] < ENOUGH:
                few[one.label].append(one.title)
        about = profiles([features("", "\n".join(few[label])) for label in labels])

        column = {label: at for at, label in enumerate(learned)}
        used = _fair([one for one in examples if one.label in column], MOST_EXAMPLES)
        said = [label for label in learned if competences.get(label, "").strip()]
        texts = [features(one.title, one.body) for one in used] + [features("", competences[label]) for label in said]
        truth = np.array([column[one.label] for one in used] + [column[label] for label in said], np.intp)
        weights = np.array([one.weight for one in used] + [COMPETENCE_WEIGHT] * len(said), np.float32)
        scores, seen = out_of_fold(texts, truth, len(learned), weights, judged=len(used))
        taught = weights.copy()
        taught[seen] *= difficulty(scores, truth[seen])
        linear = fit(texts, truth, len(learned), taught)
        fair = fairness(scores, truth[seen])
        linear = replace(linear, bias=linear.bias + fair)
        slope, offset = certainty(scores + fair, truth[seen])
        places = np.array([labels.index(label) for label in learned], np.intp)
        strangers = (sum(cases.values()) - sum(cases[label] for label in learned) + 1) / (sum(cases.values()) + 2)
        able = np.array([column[label] for label in said], np.intp)
        door = gate(texts, truth, weights, len(used), about, places, able, strangers)
        return cls(labels, places, linear, slope, offset, about, door)

    def suggest(self, title: str, body: str, k: int = 3, among: Collection[str] | None = None) -> list[Suggestion]:
        """The k likeliest labels for a text, the surest first; where given, of those `among` that are known."""
        return self.suggest_all([(title, body)], k, among)[0]

    def suggest_all(
        self, texts: Sequence[Text], k: int = 3, among: Collection[str] | None = None
    ) -> list[list[Suggestion]]:
        """For each of some texts what `suggest` says of it."""
        places = np.arange(len(self.labels))
        if among is not None:
            places = np.array(sorted({self._place[label] for label in among if label in self._place}), np.intp)
        chances = self.chances(texts, places)
        return [[Suggestion(self.labels[places[at]], float(row[at])) for at in _largest(row, k)] for row in chances]

    def chances(self, texts: Sequence[Text], places: NDArray[np.intp]) -> NDArray[np.float32]:
        """How likely the labels at these places (ascending) are for each text, if it is one of them (texts x places).

        Together they are one at most.
        """
        found = [features(title, body) for title, body in texts]
        chances = np.zeros((len(found), len(self.labels)), np.float32)
        wanted = np.zeros(len(self.labels), bool)
        wanted[places] = True
        columns = np.flatnonzero(wanted[self.learned])
        known = self.learned[columns]
        wanted[known] = False
        new = np.flatnonzero(wanted)
        likeness = self.about.likeness(found)
        open_to_new = np.ones((len(found), 1))
        if len(known):
            scores = self.linear.scores(found)[:, columns]
            open_to_new *= self.gate.chance(likeness[:, new], likeness[:, known], scores)[:, None] if len(new) else 0
            chances[:, known] = (1 - open_to_new) * probabilities(scores, self.slope, self.offset)
        chances[:, new] = open_to_new * belief(likeness[:, new])
        return chances[:, places]

    def dumps(self) -> bytes:
        """The router as bytes: a NumPy archive with a JSON header, without pickle. The same router, the same bytes."""
        header = {
            "format": FORMAT,
            "labels": self.labels,
            "certainty": [self.slope, self.offset],
            "gate": [self.gate.usual, self.gate.by_likeness, self.gate.by_score],
        }
        about = self.about.table
        file = io.BytesIO()
        np.savez_compressed(
            file,
            header=np.frombuffer(json.dumps(header).encode(), np.uint8),
            learned=self.learned.astype(np.int32),
            vocabulary=self.linear.vocabulary,
            idf=self.linear.idf,
            weights=self.linear.weights,
            scale=self.linear.scale,
            bias=self.linear.bias,
            about_vocabulary=self.about.vocabulary,
            about_idf=self.about.idf,
            about_data=about.data.astype(np.float16),
            about_labels=about.indices.astype(np.int32),
            about_ends=about.indptr.astype(np.int32),
        )
        return file.getvalue()

    @classmethod
    def loads(cls, body: bytes) -> "Router":
        """The router that `dumps` wrote. Raises ValueError when the bytes are no router, or one of another format."""
        try:
            kept = dict(np.load(io.BytesIO(body), allow_pickle=False))
            header = json.loads(kept["header"].tobytes())
        except Exception as wrong:
            raise ValueError("These bytes are no router. Train anew.") from wrong
        if header["format"] != FORMAT:
            raise ValueError(f"This router has format {header['format']}, not {FORMAT}. Train anew.")
        linear = Linear(kept["vocabulary"], kept["idf"], kept["weights"], kept["scale"], kept["bias"])
        table = sparse.csr_matrix(
            (kept["about_data"].astype(np.float32), kept["about_labels"], kept["about_ends"]),
            shape=(len(kept["about_vocabulary"]), len(header["labels"])),
        )
        about = Profiles(kept["about_vocabulary"], kept["about_idf"], table)
        learned = kept["learned"].astype(np.intp)
        slope, offset = header["certainty"]
        return cls(header["labels"], learned, linear, slope, offset, about, Gate(*header["gate"]))


def _largest(row: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Where the k largest are, the largest first."""
    if 0 < k < len(row):
        best = np.sort(np.argpartition(-row, k)[:k])
        return best[np.argsort(-row[best], kind="stable")]
    return np.argsort(-row, kind="stable")[: max(k, 0)]


def _fair(examples: list[Example], most: int) -> list[Example]:
    """At most so many examples: of every label the first ones, and as many of each as fit."""
    cases = Counter(one.label for one in examples)
    low, high = 1, max(cases.values(), default=1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if sum(min(n, middle) for n in cases.values()) <= most else (low, middle - 1)
    taken: Counter[str] = Counter()
    kept = []
    for one in examples:
        if taken[one.label] < low:
            taken[one.label] += 1
            kept.append(one)
    return kept
