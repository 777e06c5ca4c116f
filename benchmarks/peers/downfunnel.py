"""This study's causal Transformer with the full softmax, over the candidate alone, with the objective of a variant.

As the others it reads whole sequences, once a round; with `own` it reads whole histories in pieces, under the settings
that the study starts from, as many events a round. The shape is the same in all.
"""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import numpy as np
import torch
from exchange import Sequences, Side
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Log, Queries
from study.events.spans import MICROSECONDS, Spans
from study.models.factory import build_model
from study.models.sequence import SequenceModel
from study.nn.architectures import blocks
from study.params import load
from study.training import batches

COLUMN, EVENT_TYPE = "candidate", 2
SPECIAL = 2
"""Codes before the first candidate: missing, and rare or unseen."""
FOR_EVER = 1e12
"""Days: every sequence is as likely to be read as another."""

Cut = Callable[..., tuple[Ints, Ints]]
Assemble = Callable[..., batches.Batch]


def log_of(lines: Sequences, candidates: int) -> Log:
    """The sequences as a log of key actions with one attribute, the candidate."""
    count = len(lines.codes)
    return Log(
        users=[str(row) for row in range(len(lines.lengths))],
        offsets=lines.offsets,
        time=lines.time,
        local=lines.local,
        candidate=lines.codes.astype(np.int32),
        key=np.ones(count, dtype=bool),
        codes={
            "event_type": np.full(count, EVENT_TYPE, dtype=np.int32),
            COLUMN: (lines.codes + SPECIAL).astype(np.int32),
        },
        sizes={"event_type": EVENT_TYPE + 1, COLUMN: candidates + SPECIAL},
        catalogue=[str(code) for code in range(candidates)],
        known=candidates,
        popularity=np.bincount(lines.codes, minlength=candidates).astype(np.int64),
        prompt={"event_type": EVENT_TYPE},
        candidate_columns=[COLUMN],
    )


def fold_of(log: Log, horizon_days: int) -> Fold:
    """The log as a fit span without windows: the horizon of a readout ends with it, the next line asks for none."""
    end = int(log.time.max()) + 1
    first = datetime.fromtimestamp(int(log.time.min()) / MICROSECONDS, tz=UTC).date()
    spans = Spans(timezone="UTC", horizon_days=horizon_days, first=first, stop=[], select=[], test=[])
    return Fold(log, spans, end, load().features)


def whole(offsets: Ints, *_: object) -> tuple[Ints, Ints]:
    """Every sequence as one piece."""
    return offsets[:-1], offsets[1:]


def begun(cut: Cut, side: Side) -> Cut:
    """The clock starts when the first pieces are cut."""

    def cutting(*told: Any) -> tuple[Ints, Ints]:
        if not side.began:
            side.start()
        return cut(*told)

    return cutting


def counted(assemble: Assemble, computed: list[tuple[int, int]]) -> Assemble:
    """Every batch notes how many positions the network computes of it, and how many of them are asked."""

    def assembling(*told: Any) -> batches.Batch:
        batch = assemble(*told)
        computed.append((int(batch.lengths.sum()), len(batch.at)))
        return batch

    return assembling


def settings_of(side: Side) -> dict[str, Any]:
    """What differs from the settings that the study starts from; a batch counts the position of the last target too."""
    told = side.settings
    if told["own"]:
        return {"width": told["width"]}
    batch = told["batch"] * (told["context"] + 1)
    alike = {name: told[name] for name in ("width", "heads", "dropout", "learning_rate")}
    return alike | {"batch": batch, "recency_days": FOR_EVER}


def model_of(side: Side) -> SequenceModel:
    """The variant in the shape of all sides; a round has as many events as the sequences."""
    told, params = side.settings, load()
    blocks.EXPANSION = told["feed_forward"] // told["width"]
    batches.chunks_of_epoch = begun(batches.chunks_of_epoch if told["own"] else whole, side)
    context = told["context"] + (not told["own"])
    entry = params.roster[told["variant"]].model_copy(update={"blocks": told["blocks"], "context": context})
    budget = params.spent("main").model_copy(update={"positions": len(side.sequences.codes)})
    return build_model(entry, settings_of(side), budget, device="cpu")  # as the peers


def scores(model: SequenceModel, log: Log, side: Side) -> NDArray[np.float32]:
    """Of all queries, float32 [queries, candidates]."""
    found = []
    for window, (cutoff, local) in enumerate(side.facts["cutoffs"]):
        users = np.flatnonzero(side.queries.window == window)
        queries = Queries(log, cutoff, local, users)
        found.append(model.scores(queries, np.arange(side.candidates)))
    return np.concatenate(found)


class Stopped(Exception):  # noqa: N818 - it ends training, but is no error
    """The driver wants no further round."""


def main() -> None:
    """Trains until told to stop."""
    side = Side()
    told = side.settings
    torch.set_num_threads(told["threads"])
    lines = Sequences(side.data / "whole.npz") if told["own"] else side.sequences
    asked = log_of(side.queries, side.candidates)
    model = model_of(side)
    found: list[tuple[int, int]] = []
    batches.Batcher.assemble = counted(batches.Batcher.assemble, found)

    def report(current: SequenceModel, _: int) -> None:
        side.parameters = current.parameters()
        events, targets = map(sum, zip(*found, strict=True))
        if not side.answer(events, targets, lambda: scores(current, asked, side)):
            raise Stopped
        found.clear()
        side.start()

    with suppress(Stopped):
        fold = fold_of(log_of(lines, side.candidates), side.facts["horizon_days"])
        model.fit(fold, rounds=told["rounds"], seed=told["seed"], report=report)


if __name__ == "__main__":
    main()
