"""What every counting rule shares: one round, and fitted arrays that are saved as safetensors."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file, save_file

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.models.base import Recommender, Report, Scores

FITTED = "fitted.safetensors"


class Rule(Recommender, ABC):
    """A `Recommender` that counts.

    Attributes:
        fitted: the named arrays that were learned from the fit span; a rule that reads everything as-of has none.
    """

    def __init__(self) -> None:
        self.fitted: dict[str, NDArray[Any]] = {}

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`; a rule has one round, whatever it is allowed, and no use for a seed."""
        self.fitted = self.learn(fold)
        report(self, 1)

    def learn(self, fold: Fold) -> dict[str, NDArray[Any]]:
        """The arrays that are fitted; none unless a rule says otherwise.

        They are over the known candidates. The catalogue of a fold of a search also has those that came later.
        """
        return {}

    @abstractmethod
    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""

    def parameters(self) -> int:
        """See `Recommender`."""
        return sum(array.size for array in self.fitted.values())

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        save_file({name: np.ascontiguousarray(array) for name, array in self.fitted.items()}, folder / FITTED)

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        self.fitted = load_file(folder / FITTED)
        return self


def known_only(values: Scores, candidates: Ints) -> Scores:
    """The columns of the candidates, NaN for those that the fit span did not have.

    Args:
        values: float32 [Q, known], or [1, known] where all queries have the same.
        candidates: codes of the catalogue, int64 [C].
    """
    known = values.shape[1]
    chosen = values[:, np.minimum(candidates, known - 1)]
    return np.where(candidates < known, chosen, np.float32(np.nan))
