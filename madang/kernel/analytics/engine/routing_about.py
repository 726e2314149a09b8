"""What labels say of themselves: how alike a text and their competences are, for those without past cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .routing_text import Features, table, vocabulary_of

Floats = NDArray[np.float32]

# Measured on petitions against competences that had no case: 0.05 more of likeness makes a label e times likelier, and
# less than 0.1 is no reason to believe that any of the labels is meant.
SHARPNESS, NOWHERE = 20.0, 0.1


@dataclass(frozen=True, eq=False)
class Profiles:
    """The competences of labels: `vocabulary` (features, ascending), `idf` (features), `table` (features x labels)."""

    vocabulary: NDArray[np.uint32]
    idf: Floats
    table: sparse.csr_matrix

    def likeness(self, text: Features) -> Floats:
        """How alike the text is to the competence of each label, 0 to 1 (cosine)."""
        row = table([text], self.vocabulary)
        values = row.data * self.idf[row.indices]
        row.data = values / max(float(np.linalg.norm(values)), 1e-9)
        return np.asarray((row @ self.table).toarray()[0], np.float32)


def profiles(texts: Sequence[Features]) -> Profiles:
    """The profiles of labels by the features of what they say; a label that says nothing is like no text."""
    vocabulary = vocabulary_of(texts, at_least=1)
    rows = table(texts, vocabulary)
    often = np.bincount(rows.indices, minlength=len(vocabulary))
    idf = np.log1p(len(texts) / np.maximum(often, 1)).astype(np.float32)
    rows.data *= idf[rows.indices]
    length = np.maximum(np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel()), 1e-9)
    rows.data /= np.repeat(length, np.diff(rows.indptr)).astype(np.float32)
    rows.data = rows.data.astype(np.float16).astype(np.float32)
    return Profiles(vocabulary, idf, rows.T.tocsr())


def belief(likeness: Floats) -> Floats:
    """How likely each label is by its likeness; what is missing to one is the chance that none of them is meant."""
    own = np.exp(SHARPNESS * likeness)
    return np.asarray(own / (own.sum() + np.exp(SHARPNESS * NOWHERE)), np.float32)
