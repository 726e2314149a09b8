"""What past cases teach: one linear model over all labels with enough cases, and how sure its scores make one.

The model is a ridge regression of every label against the rest, in which an example of a rare label counts for more,
over tf-idf that is raised for features which tell labels apart. All labels share one system of equations, solved by
conjugate gradients.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.special import expit, log_expit, logsumexp, softmax

from .routing_text import Features, table, unit, vocabulary_of

Floats = NDArray[np.float32]

# Chosen by leaving out one month after another of the months used for training: docs/explanation/routing.md.
PENALTY = 1.5
RARE = 0.75
TELLING = 0.3
SMOOTHING = 0.3
# How sharply texts are shared among labels, and what it costs to favour a label: chosen in the same way.
SHARP, PRICE = 30.0, 10.0
# How much more a text counts that a model without it would have given to another label.
HARD = 0.15
# So many weights are kept in all, a byte each.
ROOM, MOST_FEATURES = 24_000_000, 300_000
# Slope (its logarithm) and offset of the certainty that scores give, where nothing else is known.
USUAL_CERTAINTY = (2.67, 8.7)
FOLDS, ALL_FOLDS_UP_TO, SEED = 5, 5_000, 2019


@dataclass(frozen=True, eq=False)
class Linear:
    """Scores texts by `vocabulary` and `idf` (features), `weights` (features x labels) and `bias` (labels).

    The vocabulary ascends. Weights are kept as one byte each, to be multiplied by the `scale` of their feature.
    """

    vocabulary: NDArray[np.uint32]
    idf: Floats
    weights: NDArray[np.int8]
    scale: Floats
    bias: Floats

    def scores(self, texts: Sequence[Features]) -> Floats:
        """How well each label fits each text, about -1 (not at all) to 1 (texts x labels)."""
        rows = table(texts, self.vocabulary)
        rows.data *= self.idf[rows.indices]
        rows = unit(rows)
        rows.data *= self.scale[rows.indices]
        scores = np.empty((len(texts), len(self.bias)), np.float32)
        for at, (begin, end) in enumerate(pairwise(rows.indptr)):
            scores[at] = rows.data[begin:end] @ self.weights[rows.indices[begin:end]] + self.bias
        return scores


def fit(texts: list[Features], labels: NDArray[np.intp], count: int, weights: Floats) -> Linear:
    """The model of texts and their labels (0 to count - 1, each at least once); `weights` is what each text counts."""
    if not count:
        none = np.empty(0, np.float32)
        return Linear(np.empty(0, np.uint32), none, np.empty((0, 0), np.int8), none, none)
    vocabulary = vocabulary_of(texts, at_least=2)
    rows = table(texts, vocabulary)
    idf = _importance(rows, labels, count)
    if (most := min(MOST_FEATURES, ROOM // count)) < len(vocabulary):
        worth = idf**2 * np.bincount(rows.indices, minlength=len(vocabulary))
        kept = np.sort(np.argsort(-worth, kind="stable")[:most])
        vocabulary, idf, rows = vocabulary[kept], idf[kept], rows[:, kept].tocsr()
    rows.data *= idf[rows.indices]
    rows = unit(rows)
    sizes = np.bincount(labels, minlength=count)
    balance = weights * (len(labels) / (count * sizes))[labels] ** RARE
    exact, bias = _ridge(rows, labels, count, balance.astype(np.float32))
    scale = np.maximum(np.abs(exact).max(axis=1, initial=0), 1e-12) / 127
    return Linear(vocabulary, idf, np.rint(exact / scale[:, None]).astype(np.int8), scale.astype(np.float32), bias)


def out_of_fold(
    texts: list[Features], labels: NDArray[np.intp], count: int, weights: Floats, *, judged: int
) -> tuple[Floats, NDArray[np.intp]]:
    """The scores of texts by models that have not seen them (texts x labels), and the numbers of those texts.

    Only the first `judged` texts are scored; those after them help every model to learn.
    """
    scores, seen = [np.empty((0, count), np.float32)], [np.empty(0, np.intp)]
    for rest, held in folds(labels[:judged]):
        learning = np.append(rest, np.arange(judged, len(texts)))
        model = fit([texts[at] for at in learning], labels[learning], count, weights[learning])
        scores.append(model.scores([texts[at] for at in held]))
        seen.append(held)
    return np.concatenate(scores), np.concatenate(seen)


def folds(labels: NDArray[np.intp]) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rest and part of the examples, five times (once when there are many); each part has its share of every label."""
    chance = np.random.default_rng(SEED).random(len(labels))
    order = np.lexsort((chance, labels))
    fold = np.empty(len(labels), int)
    first = np.concatenate([[0], np.cumsum(np.bincount(labels))])[labels[order]]
    fold[order] = (np.arange(len(labels)) - first) % FOLDS
    for number in range(FOLDS if len(labels) <= ALL_FOLDS_UP_TO else 1):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def difficulty(scores: Floats, truth: NDArray[np.intp]) -> Floats:
    """What each text counts, about one: more, where scores of models that have not seen it speak against its label."""
    if not len(truth):
        return np.empty(0, np.float32)
    likely = softmax(10 * scores, axis=1)[np.arange(len(truth)), truth]
    return np.asarray(np.clip(likely / likely.mean(), 0.1, 10) ** -HARD, np.float32)


def fairness(scores: Floats, truth: NDArray[np.intp]) -> Floats:
    """What to add to the score of each label, so that rare labels are found as well as common ones (texts x labels).

    The sum of all labels' F1 is made as large as it can be, less a price for what is added. F1 is made smooth by letting
    each text go to all labels, in shares by their scores.
    """
    count = scores.shape[1]
    own = np.eye(count)[truth]
    times = own.sum(axis=0)

    def loss(added: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        shares = softmax(SHARP * (scores + added), axis=1)
        right, both = (shares * own).sum(axis=0), np.maximum(times + shares.sum(axis=0), 1e-9)
        gain = 2 * (own - right / both) / both
        slope = SHARP * (shares * (gain - (gain * shares).sum(axis=1, keepdims=True))).sum(axis=0)
        return float(PRICE * (added**2).sum() - (2 * right / both).sum()), 2 * PRICE * added - slope

    nothing = np.zeros(count)
    found = optimize.minimize(loss, nothing, jac=True, method="L-BFGS-B").x if len(truth) else nothing
    return np.asarray(found, np.float32)


def certainty(scores: Floats, truth: NDArray[np.intp]) -> tuple[float, float]:
    """Slope and offset by which the truth is as likely as it can be; what is usual counts as much as ten texts."""

    def surprise(at: NDArray[np.float64]) -> float:
        logs = log_expit(np.exp(at[0]) * scores + at[1])
        said = logs[np.arange(len(truth)), truth] - logsumexp(logs, axis=1)
        usual = (at[0] - USUAL_CERTAINTY[0]) ** 2 + ((at[1] - USUAL_CERTAINTY[1]) / 3) ** 2
        return float(10 * usual - said.sum()) / (10 + len(truth))

    if not len(truth):
        return float(np.exp(USUAL_CERTAINTY[0])), USUAL_CERTAINTY[1]
    found = optimize.minimize(surprise, USUAL_CERTAINTY, method="Nelder-Mead", options={"xatol": 1e-3, "fatol": 1e-6}).x
    return float(np.exp(found[0])), float(found[1])


def probabilities(scores: Floats, slope: float, offset: float) -> Floats:
    """How likely each label is, by its own score alone, shared among all so that they add up to one."""
    own = expit(slope * scores + offset) + 1e-12
    return np.asarray(own / own.sum(axis=-1, keepdims=True), np.float32)


def _importance(rows: sparse.csr_matrix, labels: NDArray[np.intp], count: int) -> Floats:
    """What each feature is worth: rare ones more (idf), and those that tell labels apart (by relative entropy)."""
    here = sparse.csr_matrix((np.ones_like(rows.data), rows.indices, rows.indptr), shape=rows.shape)
    often = np.asarray(here.sum(axis=0)).ravel()
    size = np.sqrt(np.bincount(labels, minlength=count)).astype(np.float32)
    usual = size / size.sum()
    member = sparse.csr_matrix((1 / size[labels], (labels, np.arange(len(labels)))), shape=(count, len(labels)))
    telling = np.zeros(rows.shape[1], np.float32)
    share = (member @ here).tocsc()
    for start in range(0, rows.shape[1], 20_000):
        part = share[:, start : start + 20_000].toarray() + SMOOTHING * usual[:, None]
        part /= part.sum(axis=0)
        telling[start : start + 20_000] = (part * np.log(part / usual[:, None])).sum(axis=0)
    return np.asarray(np.log((1 + len(labels)) / (1 + often)) * np.maximum(telling, 1e-3) ** TELLING, np.float32)


def _ridge(rows: sparse.csr_matrix, labels: NDArray[np.intp], count: int, balance: Floats) -> tuple[Floats, Floats]:
    """Weights (features x labels) and bias (labels) of the least squares that are balanced by example, with a penalty.

    Solved for the examples rather than the features: (S X X' S + penalty) a = S (y - mean), with X centred and S the
    roots of the balance.
    """
    across = rows.T.tocsr()
    share = balance / balance.sum()
    centre = across @ share
    root = np.sqrt(balance)[:, None]
    target = np.full((len(labels), count), -1, np.float32)
    target[np.arange(len(labels)), labels] = 1
    mean = share @ target

    def features_of(part: Floats) -> Floats:
        part = root * part
        return np.asarray(across @ part - np.outer(centre, part.sum(axis=0)), np.float32)

    def times(part: Floats) -> Floats:
        weights = features_of(part)
        return np.asarray(root * (rows @ weights - centre @ weights) + PENALTY * part, np.float32)

    answer = _conjugate_gradients(times, root * (target - mean))
    weights = features_of(answer)
    return weights, np.asarray(mean - centre @ weights, np.float32)


def _conjugate_gradients(times: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Solves times(x) = wanted for every column at once, to a thousandth of its length."""
    answer = np.zeros_like(wanted)
    rest = wanted.copy()
    step, size = rest.copy(), (rest**2).sum(axis=0)
    enough = np.maximum(size * 1e-6, 1e-12)
    for _ in range(60):
        if (size <= enough).all():
            break
        turned = times(step)
        far = np.where(size > enough, size / np.maximum((step * turned).sum(axis=0), 1e-30), 0).astype(np.float32)
        answer += far * step
        rest -= far * turned
        size, before = (rest**2).sum(axis=0), size
        step = rest + (size / np.maximum(before, 1e-30)) * step
    return answer
