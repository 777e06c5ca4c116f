"""LightGBM on aggregates and on the out-of-sample scores of another variant."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.features.training_rows import TrainingRows, held, training_rows
from study.models.base import Recommender, Report
from study.models.gbdt import Gbdt, Settings
from study.models.scoring_blocks import KEPT_ROWS, Block, scoring_blocks
from study.models.sources import Source, Sources
from study.models.standardised import standardised
from study.params.base import Frozen
from study.params.roster import HybridEntry
from study.prepared import latest

__all__ = ["Hybrid", "Settings", "build"]

RANKS = "candidates"
TREES = True
HELD_WINDOWS = 6
"""The last windows of a fit span: the first fit of the base ends before them, and their queries train the trees."""


class Record(Frozen):
    """What a saved hybrid is made of."""

    source: Source
    seed: int


class Hybrid(Gbdt):
    """Trees that never learn from in-sample scores: stacked generalisation (Wolpert, 1992) of one variant.

    Wolpert holds out each part of the data in turn; here what is held out comes last, as what is predicted does.
    The base is fitted twice with its own chosen settings and rounds: up to the last `HELD_WINDOWS` windows of the fit
    span, to score the training queries, all of which come later; and on the whole fit span, to score what comes after
    it. Codes of attribute values are those of the whole fit span for both, as for every model.
    """

    def __init__(self, entry: HybridEntry, settings: Settings, sources: Sources) -> None:
        super().__init__(entry.loss, settings, sources.budget, HELD_WINDOWS)
        self.base, self.sources = entry.base, sources
        self.record: Record | None = None
        self.late: Recommender | None = None

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`."""
        self.record = Record(source=self.sources.of(self.base), seed=seed)
        self.late = self._kept(fold, "late", partial(self.sources.fit, self.record.source, fold, seed))
        super().fit(fold, rounds=rounds, seed=seed, report=report)

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        assert self.record is not None and self.late is not None
        super().save(folder)
        (folder / "record.json").write_text(self.record.model_dump_json(), encoding="utf-8")
        (folder / "base").mkdir()
        self.late.save(folder / "base")

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        self.record = Record.model_validate_json((folder / "record.json").read_text(encoding="utf-8"))
        self.late = self.sources.build(self.record.source).load(folder / "base")
        return super().load(folder)

    def parameters(self) -> int:
        """See `Recommender`: of the trees and of the base."""
        assert self.late is not None
        return super().parameters() + self.late.parameters()

    def _rows(self, fold: Fold, seed: int) -> TrainingRows:
        """The training queries of the last windows, with the scores of the early fit; kept until another seed's."""
        return latest(fold.memo, "hybrid rows", self._rows_key(seed), partial(self._told_rows, fold, seed))

    def _told_rows(self, fold: Fold, seed: int) -> TrainingRows:
        assert self.record is not None
        before = _before(fold, held(fold, HELD_WINDOWS)[0].cutoff)
        early = self._kept(fold, "early", partial(self.sources.fit_anew, self.record.source, before, seed))
        rows = training_rows(fold, seed, HELD_WINDOWS)
        added = [_of_rows(early, fold, part) for part in rows.parts]
        return replace(rows, features=np.column_stack([rows.features, np.concatenate(added)]))

    def _rows_key(self, seed: int) -> tuple[object, ...]:
        return *super()._rows_key(seed), self._source_key

    def _blocks(self, queries: Queries, candidates: Ints) -> Iterator[Block]:
        assert self.late is not None and self.record is not None
        slot = ("hybrid", queries.users.tobytes(), candidates.tobytes())
        key = self._source_key, self.record.seed
        kept: tuple[Any, NDArray[np.float32]] | None = queries.memo.get(slot)
        if kept is None or kept[0] != key:
            kept = key, _told(self.late.scores(queries, candidates))
            if len(queries.users) * len(candidates) <= KEPT_ROWS:
                queries.memo[slot] = kept
        told = kept[1]
        for rows, features in scoring_blocks(queries, candidates):
            yield rows, np.column_stack([features, told[rows].reshape(-1, told.shape[-1])])

    @property
    def _source_key(self) -> str:
        assert self.record is not None
        return self.record.source.model_dump_json()

    def _kept(self, fold: Fold, name: str, fit: Callable[[], Recommender]) -> Recommender:
        """The base as `fit` makes it, once for all trials of this process."""
        assert self.record is not None
        key = ("hybrid", name, self._source_key, self.record.seed)
        if key not in fold.memo:
            fold.memo[key] = fit()
        kept: Recommender = fold.memo[key]
        return kept


def _before(fold: Fold, end: int) -> Fold:
    return replace(fold, log=fold.log.before(end), end=end, memo={})


def _of_rows(model: Recommender, fold: Fold, part: Any) -> NDArray[np.float32]:
    users, row = np.unique(part.users, return_inverse=True)
    queries = Queries(fold.log.before(part.window.cutoff), part.window.cutoff, part.window.local, users)
    count = len(fold.log.catalogue)
    scores = model.scores(queries, np.arange(count))
    exists = np.bincount(queries.log.candidate[queries.log.candidate >= 0], minlength=count) > 0
    told = _told(np.where(exists, scores, np.float32(np.nan)))
    found: NDArray[np.float32] = told[row, part.candidates]
    return found


def _told(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """What trees are told of scores [Q, C]: standardised over the query's candidates, and the rank; [Q, C, 2]."""
    rank = np.argsort(np.argsort(-scores, axis=1, kind="stable"), axis=1, kind="stable")
    return np.stack([standardised(scores), rank], axis=-1).astype(np.float32)


def build(entry: HybridEntry, settings: Settings, sources: Sources) -> Hybrid:
    """The variant of an entry."""
    return Hybrid(entry, settings, sources)
