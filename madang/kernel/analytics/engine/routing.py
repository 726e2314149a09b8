"""Where does a text belong? Learned from past cases, helped by what each label says of itself.

Words and character n-grams are hashed, so that no vocabulary is kept and any script will do.
"""

import io
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import softmax
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import normalize

FEATURES = 2**18
ENOUGH = 3  # so many past cases make a label learnable
MOST_TEXT = 4000

_vectors = HashingVectorizer(
    analyzer="char_wb", ngram_range=(2, 3), n_features=FEATURES, alternate_sign=False, norm="l2"
)


@dataclass(frozen=True)
class Example:
    """A past text, and the label where it belonged."""

    title: str
    body: str
    label: str


@dataclass(frozen=True)
class Suggestion:
    """A label, and how sure the router is of it, 0 to 1."""

    label: str
    confidence: float


def _text(title: str, body: str) -> str:
    return f"{title} {title} {body[:MOST_TEXT]}"


class Router:
    """A linear model over labels with enough examples, and likeness to competences for all."""

    def __init__(
        self,
        labels: list[str],
        learned: list[str],
        weights: np.ndarray,
        bias: np.ndarray,
        about: sparse.csr_matrix,
        idf: np.ndarray,
    ) -> None:
        self.labels, self.learned, self.weights, self.bias, self.about, self.idf = (
            labels,
            learned,
            weights,
            bias,
            about,
            idf,
        )

    @classmethod
    def train(cls, examples: Sequence[Example], competences: Mapping[str, str]) -> "Router":
        """Learns from past texts and from what each label says it answers for."""
        count = Counter(one.label for one in examples)
        learned = sorted(label for label, number in count.items() if number >= ENOUGH)
        labels = sorted(set(competences) | set(count))
        used = [one for one in examples if one.label in set(learned)]
        about = _vectors.transform([competences.get(label, label) for label in labels])
        idf = np.log1p((1 + len(labels)) / (1 + np.asarray((about > 0).sum(axis=0)).ravel()))
        weights, bias = np.zeros((0, FEATURES), np.float16), np.zeros(0, np.float32)
        if len(learned) > 1:
            model = LogisticRegression(C=30, max_iter=60)
            model.fit(_vectors.transform([_text(one.title, one.body) for one in used]), [one.label for one in used])
            coefficients, bias = model.coef_, model.intercept_
            if len(learned) == 2:
                coefficients, bias = np.vstack([-coefficients, coefficients]), np.hstack([-bias, bias])
            weights = coefficients.astype(np.float16)
        return cls(labels, learned if len(learned) > 1 else [], weights, np.asarray(bias, np.float32), about, idf)

    def suggest(self, title: str, body: str, k: int = 3, among: Collection[str] | None = None) -> list[Suggestion]:
        """The likeliest labels for a text, the surest first; of `among` only, where given."""
        vector = _vectors.transform([_text(title, body)])
        likeness = (normalize(vector.multiply(self.idf)) @ normalize(self.about.multiply(self.idf)).T).toarray()[0]
        scores = 0.7 * softmax(25 * likeness)
        if self.learned:
            columns = vector.indices
            said = softmax(self.weights[:, columns].astype(np.float32) @ vector.data + self.bias)
            place = {label: at for at, label in enumerate(self.labels)}
            scores = 0.35 * scores
            for label, probability in zip(self.learned, said, strict=True):
                scores[place[label]] += 0.65 * probability
        allowed = [at for at, label in enumerate(self.labels) if among is None or label in set(among)]
        best = sorted(allowed, key=lambda at: scores[at], reverse=True)[:k]
        return [Suggestion(self.labels[at], float(min(scores[at], 1.0))) for at in best]

    def dumps(self) -> bytes:
        """The router as bytes, without pickle."""
        file = io.BytesIO()
        about = sparse.csr_matrix(self.about)
        names = json.dumps({"labels": self.labels, "learned": self.learned}).encode()
        np.savez_compressed(
            file, weights=self.weights, bias=self.bias, idf=self.idf, data=about.data, indices=about.indices, indptr=about.indptr,
            names=np.frombuffer(names, np.uint8),
        )  # fmt: skip
        return file.getvalue()

    @classmethod
    def loads(cls, body: bytes) -> "Router":
        """The router that `dumps` wrote."""
        kept = np.load(io.BytesIO(body), allow_pickle=False)
        names = json.loads(kept["names"].tobytes())
        about = sparse.csr_matrix(
            (kept["data"], kept["indices"], kept["indptr"]), shape=(len(names["labels"]), FEATURES)
        )
        return cls(names["labels"], names["learned"], kept["weights"], kept["bias"], about, kept["idf"])
