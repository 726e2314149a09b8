"""What labels say of themselves: how alike a text and their competences are, for those without past cases."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from .routing_text import Features, table, unit, vocabulary_of

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

    def likeness(self, texts: Sequence[Features]) -> Floats:
        """How alike texts are to the competence of each label, 0 to 1 (cosine; texts x labels)."""
        rows = table(texts, self.vocabulary)
        rows.data *= self.idf[rows.indices]
        return np.asarray((unit(rows) @ self.table).toarray(), np.float32)


def profiles(texts: Sequence[Features]) -> Profiles:
    """The profiles of labels by the features of what they say; a label that says nothing is like no text."""
    vocabulary = vocabulary_of(texts, at_least=1)
    rows = table(texts, vocabulary)
    often = np.bincount(rows.indices, minlength=len(vocabulary))
    idf = np.log1p(len(texts) / np.maximum(often, 1)).astype(np.float32)
    rows.data *= idf[rows.indices]
    rows.data = unit(rows).data.astype(np.float16).astype(np.float32)
    return Profiles(vocabulary, idf, rows.T.tocsr())


def belief(likeness: Floats) -> Floats:
    """How likely each label is by its likeness (texts x labels); what is missing to one is the chance of none of them."""
    own = np.exp(SHARPNESS * likeness)
    return np.asarray(own / (own.sum(axis=1, keepdims=True) + np.exp(SHARPNESS * NOWHERE)), np.float32)
