"""The one contract: what a model is given, and what it must answer."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Queries

Scores = NDArray[np.float32]
Report = Callable[["Recommender", int], None]
"""Called with the model and the rounds done; whoever gave it may score the model and stop early by raising."""


class Recommender(Protocol):
    """A model that ranks the candidates of each query; of question `who`, whose one candidate is the key action, users.

    A model module has `Settings`, a frozen type whose annotations say what is tuned; one that imports torch has it
    in `<module>_settings`. `build(entry, settings, ...)` returns the model, from the budget too, for a network also the
    device, for a composed variant its sources in their place (`factory.py`). `RANKS` is "candidates" or "users" where
    the model can rank these alone: `check` refuses it for the other kind of question. A model never computes a reported
    metric, and can read neither a stop, select nor test window: `fit` gets the log up to the end of the fit span,
    `scores` the log up to the cut-off.
    """

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """Trains until `rounds` rounds are done, going on from those already done by `load`.

        A round is a fixed number of positions or trees; a rule has one. `report` is called after rounds at the
        model's choice, and after the last.
        """

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """Scores of the given candidates for each query, higher is better, float32 [queries, candidates].

        NaN marks a candidate that the model does not know; the scorer ranks it after all known ones.
        """

    def parameters(self) -> int:
        """How many numbers were fitted."""

    @property
    def losses(self) -> list[float]:
        """Mean training loss of each round; empty for a model that tells none."""
        return []

    @property
    def pretraining(self) -> int:
        """Rounds before those of what is asked for: what they reach is no reading of it."""
        return 0

    def save(self, folder: Path) -> None:
        """Writes all that `load` needs into an existing folder; no pickle."""

    def load(self, folder: Path) -> Self:
        """Restores what `save` wrote, onto a model built with the same entry and settings."""
