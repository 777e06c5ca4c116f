"""What the weights of a sequence variant are made for: the sizes of a fit span, and the cut-offs inside it."""

import numpy as np

from study.events.fold import Fold
from study.events.stream import Cutoffs, Stream
from study.features.candidate_attributes import composing
from study.features.sequences import prompt_of, token_starts
from study.models.prompt import CandidateTokens
from study.params.base import Frozen


class Shape(Frozen):
    """What the weights were made for.

    Attributes:
        sizes: number of codes of each column.
        event_types: number of codes of event_type.
        candidates: number of known candidates.
        horizon: microseconds.
        per_event: positions of an event, on average.
        described: number of codes of each attribute that describes a candidate.
        tokens: of the candidates, for an objective over tokens.
    """

    sizes: list[int]
    event_types: int
    candidates: int
    horizon: int
    per_event: float
    described: list[int]
    tokens: CandidateTokens | None


def shape_of(fold: Fold, stream: Stream, *, with_tokens: bool) -> Shape:
    """What the weights of a variant on that fit span are made for."""
    log = fold.log
    return Shape(
        sizes=list(log.sizes.values()),
        event_types=log.sizes["event_type"],
        candidates=log.known,
        horizon=fold.horizon,
        per_event=len(stream.time) / max(len(log.time), 1),
        described=[log.sizes[name] for name in composing(log)],
        tokens=CandidateTokens.of(log, token_starts(log)) if with_tokens else None,
    )


def cutoffs_of(fold: Fold) -> Cutoffs:
    """The training cut-offs of a fit span, and what a query is told at one."""
    windows = fold.windows()
    return Cutoffs(
        start=np.array([w.cutoff for w in windows], dtype=np.int64),
        local=np.array([w.local for w in windows], dtype=np.int64),
        stop=np.array([w.end for w in windows], dtype=np.int64),
        horizon=fold.horizon,
        end=fold.end,
        key_type=fold.log.prompt["event_type"],
        prompt=prompt_of(fold.log),
    )
