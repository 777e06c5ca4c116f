"""Chunks of histories, bucketed by length, in an order that is a pure function of the seed."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from study.events.log import Ints
from study.events.ragged import expand
from study.events.stream import Readouts, Stream
from study.nn.time import DAY, time_features

POOL = 32  # batches whose chunks are sorted by length together


@dataclass(frozen=True)
class Batch:
    """B chunks of at most L positions, padded on the right, with their R readouts and M labels.

    Attributes:
        inputs: int64 [B, L, K].
        features: time features of each position, float32 [B, L, T].
        days: time of each position in days since the chunk's first, float32 [B, L].
        at: flat index b * L + l of each readout, int64 [R].
        query: time features of each readout's cut-off, float32 [R, T].
        event_type: int64 [R].
        rows: readout of each label, int64 [M]; labels: positive classes, int64 [M].
        positions: positions in the batch, padding not counted.
    """

    inputs: Tensor
    features: Tensor
    days: Tensor
    at: Tensor
    query: Tensor
    event_type: Tensor
    rows: Tensor
    labels: Tensor
    positions: int


def chunks_of_epoch(
    offsets: Ints, time: Ints, context: int, recency_days: float, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """Cuts every history into chunks of `context` positions from a random offset; (starts, stops).

    A chunk is kept with probability 1/2 to the power of its age over `recency_days`, so that training leans to the
    recent part of the fit span. Chunks of a single position have nothing to learn from and are left out.

    Args:
        offsets: int64 [U + 1]; the positions of user u are offsets[u]:offsets[u + 1].
        time: of each position, microseconds since 1970 UTC, int64 [P].
    """
    sizes = np.diff(offsets)
    shift = generator.integers(1, context + 1, len(sizes))
    count = np.maximum(-(-(sizes - shift) // context), 0) + 1
    user, number = expand(np.zeros(len(sizes), dtype=np.int64), count)
    starts = np.maximum(shift[user] + (number - 1) * context, 0)
    stops = np.minimum(shift[user] + number * context, sizes[user])
    kept = stops - starts > 1
    starts, stops = (offsets[user] + starts)[kept], (offsets[user] + stops)[kept]
    age = (time.max() - time[stops - 1]) / DAY
    recent = generator.random(len(starts)) < 0.5 ** (age / recency_days)
    return starts[recent], stops[recent]


def epoch_batches(
    stream: Stream, context: int, recency_days: float, size: int, generator: np.random.Generator
) -> Iterator[tuple[Ints, Ints]]:
    """Shuffled batches of chunks of similar length, with at most `size` positions each, padding counted."""
    starts, stops = chunks_of_epoch(stream.offsets, stream.time, context, recency_days, generator)
    order = generator.permutation(len(starts))
    lengths = (stops - starts)[order]
    pool = np.cumsum(lengths) // (POOL * size)
    order = order[np.lexsort((lengths, pool))]
    batches, begin = [], 0
    lengths = stops[order] - starts[order]
    while begin < len(order):
        # ascending inside a pool, so the last chunk of a batch is its longest; at a pool's border the first is
        length, end = 0, begin
        while end < len(order) and (end - begin + 1) * max(length, int(lengths[end])) <= max(size, int(lengths[end])):
            length = max(length, int(lengths[end]))
            end += 1
        batches.append(order[begin:end])
        begin = end
    for index in generator.permutation(len(batches)):
        yield starts[batches[index]], stops[batches[index]]


class Batcher:
    """Assembles batches from a stream and its readouts."""

    def __init__(self, stream: Stream, asked: Readouts) -> None:
        self.stream, self.asked = stream, asked

    def assemble(self, starts: Ints, stops: Ints) -> Batch:
        """The batch of the chunks [starts, stops)."""
        stream, asked = self.stream, self.asked
        index = padded(starts, stops)
        low, high = np.searchsorted(asked.position, starts), np.searchsorted(asked.position, stops)
        chunk, readout = expand(low, high)
        rows, label = expand(asked.offsets[readout], asked.offsets[readout + 1])
        position = asked.position[readout]
        features = time_features(stream.gap[index].ravel(), stream.local[index].ravel())
        query = time_features(asked.time[readout] - stream.time[position], asked.local[readout])
        return Batch(
            inputs=torch.from_numpy(stream.inputs[index].astype(np.int64)),
            features=torch.from_numpy(features).view(*index.shape, -1),
            days=torch.from_numpy(days_since_first(stream.time[index])),
            at=torch.from_numpy(chunk * index.shape[1] + position - starts[chunk]),
            query=torch.from_numpy(query),
            event_type=torch.from_numpy(asked.event_type[readout].astype(np.int64)),
            rows=torch.from_numpy(rows),
            labels=torch.from_numpy(asked.labels[label]),
            positions=int((stops - starts).sum()),
        )


def padded(starts: Ints, stops: Ints) -> Ints:
    """Index of every position of the chunks, int64 [B, L]; short chunks repeat their last position."""
    length = int((stops - starts).max())
    index: Ints = np.minimum(starts[:, None] + np.arange(length), stops[:, None] - 1)
    return index


def days_since_first(times: Ints) -> NDArray[np.float32]:
    """Days since the first position of each row, float32 [B, L]."""
    return ((times - times[:, :1]) / DAY).astype(np.float32)
