"""Neural variants of question `who`: a score of each user at a cut-off, learned against the other users of it."""

import json
from pathlib import Path
from typing import Self

import numpy as np

from study.device import Device
from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.events.ragged import first_at
from study.events.stream import Readouts, Stream
from study.features.own_counts import OwnCounts
from study.features.training_rows import held
from study.models.base import Scores
from study.models.screening_sequence_settings import Settings
from study.models.sequence import SequenceModel
from study.params.budget import Rounds
from study.params.roster import SequenceEntry
from study.prepared import kept
from study.training.cutoff_batches import CutoffBatcher, Strata

RANKS = "users"
PRIOR = "prior.json"


class ScreeningSequence(SequenceModel):
    """A `Recommender` of the one candidate of question `who`.

    The score is the logit less the shift that the stratified batches put on it: with binary cross-entropy the
    log-odds of the key action at the average training cut-off. The other losses leave its level undetermined.
    """

    def __init__(self, entry: SequenceEntry, settings: Settings, budget: Rounds, device: Device = "auto") -> None:
        super().__init__(entry, settings, budget, device)
        self.strata = Strata(settings.users, settings.positives)
        self.shift: float | None = None

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        assert self.shift is not None
        return super().scores(queries, candidates) - np.float32(self.shift)

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        super().save(folder)
        (folder / PRIOR).write_text(json.dumps({"shift": self.shift}) + "\n", encoding="utf-8")

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        self.shift = json.loads((folder / PRIOR).read_text(encoding="utf-8"))["shift"]
        return super().load(folder)

    def _kept_readouts(self, fold: Fold, stream: Stream, kind: str) -> Readouts:
        """Those of the eligible users of the training cut-offs, made once for all trials."""
        key = ("users", self.parts["representation"].LAYOUT, fold.features.warmup_days)
        return kept(fold.memo, key, lambda: fold.relabelled(user_readouts(fold, stream)))

    def _batcher(self, stream: Stream, asked: Readouts, kind: str, own: OwnCounts | None) -> CutoffBatcher:
        batcher = CutoffBatcher(stream, asked, self._asking(kind), own, self.strata)
        self.shift = batcher.prior_shift()
        return batcher


def user_readouts(fold: Fold, stream: Stream) -> Readouts:
    """The last position before each training cut-off of each eligible user, by cut-off, then user.

    The cut-offs are those that aggregates train on. A user who takes the key action has the label 0, the others none.
    """
    blocks = []
    for window in held(fold, None):
        users, labels = fold.asked(window)
        until = first_at(fold.log.time, fold.log.offsets, users, np.full(len(users), window.cutoff))
        blocks.append((until, np.full(len(until), window.cutoff), np.full(len(until), window.local), labels.sizes > 0))
    until, time, local, acts = (
        np.concatenate([np.zeros(0, np.int64), *column]) for column in zip(*blocks, strict=True)
    )
    return Readouts(
        position=np.searchsorted(stream.event, until) - 1,
        time=time,
        local=local,
        event_type=np.full(len(until), fold.log.prompt["event_type"], dtype=np.int32),
        offsets=np.concatenate(([0], np.cumsum(acts))).astype(np.int64),
        labels=np.zeros(int(acts.sum()), dtype=np.int64),
        until=until,
        is_key=np.ones(len(until), dtype=bool),
    )


def build(entry: SequenceEntry, settings: Settings, budget: Rounds, device: Device = "auto") -> ScreeningSequence:
    """The variant of a roster entry; a round has `budget.positions` positions."""
    return ScreeningSequence(entry, settings, budget, device)
