"""Batches of users of one cut-off, stratified to hold users who take the key action."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints
from study.events.stream import Readouts, Stream
from study.features.own_counts import OwnCounts
from study.nn.time import DAY
from study.training.batches import Asking, Batcher, Pieces


@dataclass(frozen=True)
class Strata:
    """A batch: that many users, of whom so many take the key action, or all of them where they are fewer."""

    users: int
    positives: int


class CutoffBatcher(Batcher):
    """A `Batcher` of which every batch has users of one training cut-off.

    The cut-off is drawn with probability 1/2 to the power of its age over `recency_days`, the users without
    replacement. A positive is drawn more often than by its share: this shifts the log-odds of a cut-off by about a
    constant (case-control sampling, Prentice and Pyke, 1979), which `prior_shift` gives, and no ranking.
    A cut-off at which all users do the same has nothing to compare and is never drawn.

    Args:
        asked: the readouts of the eligible users, by cut-off; one that takes the key action has a label.
    """

    def __init__(self, stream: Stream, asked: Readouts, how: Asking, own: OwnCounts | None, strata: Strata) -> None:
        super().__init__(stream, asked, how, own, classes=np.zeros(1, dtype=np.int64))
        self.strata = strata
        self.acts: NDArray[np.bool_] = np.diff(asked.offsets) > 0
        bounds = np.flatnonzero(np.append(True, asked.time[1:] != asked.time[:-1])[: len(asked.time)])
        groups = np.split(np.arange(len(asked.time)), bounds[1:])
        self.cutoffs = [rows for rows in groups if 0 < self.acts[rows].sum() < len(rows)]

    def epoch(self, size: int, generator: np.random.Generator) -> Iterator[Pieces]:  # noqa: ARG002 the strata decide
        """As many batches as the readouts would fill; their size is that of the strata, not `size`."""
        if not self.cutoffs:
            raise FloatingPointError("there is nothing to learn: at no cut-off do some users act and others not")
        chances = self._chances()
        for _ in range(-(-len(self.acts) // self.strata.users)):
            rows = self.cutoffs[generator.choice(len(self.cutoffs), p=chances)]
            yield self._pieces(np.sort(self._drawn(rows, generator)))

    def prior_shift(self) -> float:
        """By how much the log-odds in the batches exceed those among all readouts; 0 where nothing can be drawn.

        A batch has fewer users of a kind than its stratum where the cut-off has fewer.
        """
        if not self.cutoffs:
            return 0.0
        drawn = np.array([self._counts(self.acts[rows]) for rows in self.cutoffs])
        positives, negatives = self._chances() @ drawn
        among_all = float(self.acts.mean())
        return float(np.log(positives / negatives) - np.log(among_all / (1 - among_all)))

    def _counts(self, acts: NDArray[np.bool_]) -> tuple[int, int]:
        """How many users of a cut-off who take the key action a batch has, and how many who do not."""
        positives = min(int(acts.sum()), self.strata.positives)
        return positives, min(len(acts) - int(acts.sum()), self.strata.users - positives)

    def _chances(self) -> NDArray[np.float64]:
        time = self.asked.time[[rows[0] for rows in self.cutoffs]]
        weights: NDArray[np.float64] = np.exp2(-(time.max() - time) / DAY / self.how.recency_days)
        return np.asarray(weights / weights.sum())

    def _drawn(self, rows: Ints, generator: np.random.Generator) -> Ints:
        acts = self.acts[rows]
        positives, negatives = self._counts(acts)
        return np.concatenate(
            [generator.permutation(rows[acts])[:positives], generator.permutation(rows[~acts])[:negatives]]
        )

    def _pieces(self, readouts: Ints) -> Pieces:
        stop = self.asked.position[readouts] + 1
        first = self.stream.offsets[self.stream.user[stop - 1]]
        return Pieces(np.maximum(first, stop - self.how.context), stop, readouts, readouts + 1)
