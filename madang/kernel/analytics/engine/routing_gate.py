"""Does a text belong to a label with past cases, or to one that has none? Found out by hiding labels that have some."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import expit, log_expit, logit

from .routing_about import SHARPNESS, Profiles
from .routing_linear import SEED, fit, folds
from .routing_text import Features

Floats = NDArray[np.float32]

# So many labels that have both cases and a competence are needed for an honest rehearsal; a fifth of them is hidden.
REHEARSED_FROM, HIDDEN = 5, 0.2
MOST_REHEARSED = 2_000


@dataclass(frozen=True)
class Gate:
    """The log-odds that a text belongs to a label without cases: what is usual, and how evidence moves them."""

    usual: float
    by_likeness: float = 0.0
    by_score: float = 0.0

    def chance(self, new: Floats, known: Floats, scores: Floats) -> NDArray[np.float64]:
        """The chance of each text that a label without cases is meant, by how alike both kinds are to it (texts x labels)
        and the scores of the known."""
        odds = self.usual + _evidence(new, known, scores) @ (self.by_likeness, self.by_score)
        return np.asarray(expit(odds), np.float64)


def gate(
    texts: list[Features],
    labels: NDArray[np.intp],
    weights: Floats,
    judged: int,
    about: Profiles,
    places: NDArray[np.intp],
    able: NDArray[np.intp],
    strangers: float,
) -> Gate:
    """The gate for a model of `labels` (columns), whose profiles are at `places`; those in `able` have a competence.

    Only the first `judged` texts are cases. `strangers` is the share of texts that labels without cases may expect.
    """
    usual = Gate(float(logit(strangers)))
    all_known = len(places) == about.table.shape[1]
    if all_known or len(able) < REHEARSED_FROM or not judged:
        return usual
    chosen = np.random.default_rng(SEED).permutation(able)[: max(1, round(HIDDEN * len(able)))]
    hidden = np.isin(np.arange(len(places)), chosen)
    rest, held = next(folds(labels[:judged]))
    learning = np.append(rest, np.arange(judged, len(texts)))
    learning = learning[~hidden[labels[learning]]]
    column = np.cumsum(~hidden) - 1
    model = fit([texts[at] for at in learning], column[labels[learning]], int((~hidden).sum()), weights[learning])
    known = places[~hidden]
    new = np.setdiff1d(np.arange(about.table.shape[1]), known)
    cases = np.arange(judged)
    strange = cases[hidden[labels[:judged]]][:MOST_REHEARSED]
    familiar = held[~hidden[labels[held]]][:MOST_REHEARSED]
    if not len(strange) or not len(familiar):
        return usual
    rehearsed = [texts[at] for at in (*strange, *familiar)]
    likeness = about.likeness(rehearsed)
    evidence = _evidence(likeness[:, new], likeness[:, known], model.scores(rehearsed))
    return _learned(evidence, len(strange), strangers)


def _evidence(new: Floats, known: Floats, scores: Floats) -> NDArray[np.float64]:
    """Of each text how much more alike the best label without cases is than the best with, and how well the best of those
    fits (texts x 2)."""
    more_alike = SHARPNESS * (new.max(axis=1, initial=0) - known.max(axis=1, initial=0))
    return np.stack([more_alike, scores.max(axis=1)], axis=1).astype(np.float64)


def _learned(evidence: NDArray[np.float64], strange: int, share: float) -> Gate:
    """The likeliest gate, where the first `strange` rows belong to labels without cases; likeness never speaks against
    them, nor a good score for them."""
    familiar = len(evidence) - strange
    sign = np.repeat([1.0, -1.0], [strange, familiar])
    weight = np.repeat([share / strange, (1 - share) / familiar], [strange, familiar])

    def surprise(at: NDArray[np.float64]) -> float:
        return float(-(weight * log_expit(sign * (at[0] + evidence @ at[1:]))).sum() + 1e-4 * (at[1:] ** 2).sum())

    bounds = [(None, None), (0, None), (None, 0)]
    found = optimize.minimize(surprise, [float(logit(share)), 0.0, 0.0], method="L-BFGS-B", bounds=bounds).x
    return Gate(*(float(one) for one in found))
