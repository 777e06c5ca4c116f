"""Histories up to a cut-off as the input of a network: what is asked when a model scores."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from study.events.log import Ints, Queries
from study.events.spans import DAY
from study.events.stream import Stream
from study.nn.time import GAPS, time_features
from study.training.batches import days_since_first, padded


@dataclass(frozen=True)
class Inputs:
    """What a network reads; shapes as in `study.training.batches.Batch`."""

    inputs: Tensor
    features: Tensor
    days: Tensor
    lengths: Tensor
    hidden: Tensor | None
    at: Tensor
    query: Tensor
    event_type: Tensor


@dataclass(frozen=True)
class History:
    """The last positions of Q users before a cut-off.

    Attributes:
        inputs: int64 [Q, L, K]; features: float32 [Q, L, T]; days: float32 [Q, L]; padded on the right.
        lengths: positions of each history, int64 [Q].
        query: time features of the cut-off, float32 [Q, T].
        since: days from the first position of each history to the cut-off, float32 [Q].
        hidden: whether a position's event is hidden, bool [Q, L]; None where none is.
    """

    inputs: Tensor
    features: Tensor
    days: Tensor
    lengths: Ints
    query: NDArray[np.float32]
    since: NDArray[np.float32]
    hidden: Tensor | None = None

    def extended(self, tokens: list[int]) -> "History":
        """With positions appended that have these inputs (K = 1) and the time of the cut-off."""
        rows = torch.arange(len(self.lengths))[:, None]
        at = torch.from_numpy(self.lengths)[:, None] + torch.arange(len(tokens))
        inputs, features, days = (_room(values, len(tokens)) for values in (self.inputs, self.features, self.days))
        inputs[rows, at] = torch.tensor(tokens)[None, :, None]
        features[rows, at] = torch.from_numpy(self.query)[:, None]
        days[rows, at] = torch.from_numpy(self.since)[:, None]
        return replace(self, inputs=inputs, features=features, days=days, lengths=self.lengths + len(tokens))

    def with_hidden_event(self) -> "History":
        """With one event appended at the time of the cut-off, hidden: the one to guess."""
        longer = self.extended([0])
        hidden = torch.arange(longer.days.shape[1]) == torch.from_numpy(self.lengths)[:, None]
        return replace(longer, hidden=hidden, query=_at_once(self.query))

    def asked(self, event_type: int) -> Inputs:
        """The input of a network that is asked at the last position, about an event type at the cut-off."""
        rows = np.arange(len(self.lengths))
        return Inputs(
            inputs=self.inputs,
            features=self.features,
            days=self.days,
            lengths=torch.from_numpy(self.lengths),
            hidden=self.hidden,
            at=torch.from_numpy(rows * self.days.shape[1] + self.lengths - 1),
            query=torch.from_numpy(self.query),
            event_type=torch.full((len(rows),), event_type),
        )


def histories(stream: Stream, queries: Queries, users: Ints, room: int, padded_to: int | None = None) -> History:
    """The last `room` positions of each user; every user has one at least.

    Args:
        padded_to: L, at least the longest of the histories; that by default.
    """
    stops = stream.offsets[users + 1]
    starts = np.maximum(stream.offsets[users], stops - room)
    index = padded(starts, stops, padded_to)
    features = time_features(stream.gap[index].ravel(), stream.local[index].ravel())
    return History(
        inputs=torch.from_numpy(stream.inputs[index].astype(np.int64)),
        features=torch.from_numpy(features).view(*index.shape, -1),
        days=torch.from_numpy(days_since_first(stream.time[index])),
        lengths=stops - starts,
        query=time_features(queries.cutoff - stream.time[stops - 1], np.full(len(users), queries.local)),
        since=((queries.cutoff - stream.time[starts]) / DAY).astype(np.float32),
    )


def _room(values: Tensor, length: int) -> Tensor:
    padding = values[:, -1:].expand(-1, length, *values.shape[2:])
    return torch.cat([values, padding], dim=1).clone()


def _at_once(query: NDArray[np.float32]) -> NDArray[np.float32]:
    """The time features with no gap: a hidden event is asked about at its own time."""
    none = np.zeros(1, dtype=np.int64)
    told = query.copy()
    told[:, :GAPS] = time_features(none, none)[:, :GAPS]
    return told
