"""Pieces of histories, bucketed by length, in an order that is a pure function of the seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from study.events.log import Ints
from study.events.ragged import expand
from study.events.stream import Readouts, Stream
from study.features.own_counts import OwnCounts
from study.nn.heads.base import Own, Shared
from study.nn.time import DAY, time_features

POOL = 32  # batches whose pieces are sorted by length together


@dataclass(frozen=True)
class Pieces:
    """B pieces of histories: the positions [starts, stops), with the readouts [low, high) of each; int64 [B].

    `spared` positions are counted, but not computed: no readout sees them.
    """

    starts: Ints
    stops: Ints
    low: Ints
    high: Ints
    spared: int = 0

    def take(self, rows: Ints) -> "Pieces":
        """The pieces of the given rows, in their order."""
        return Pieces(self.starts[rows], self.stops[rows], self.low[rows], self.high[rows])

    @property
    def positions(self) -> int:
        """How many positions they have, those that are spared too, padding not counted."""
        return int((self.stops - self.starts).sum()) + self.spared


@dataclass(frozen=True)
class Batch:
    """B pieces of at most L positions, padded on the right, with their R readouts and M labels.

    Attributes:
        inputs: int64 [B, L, K].
        features: time features of each position, float32 [B, L, T].
        days: time of each position in days since the piece's first, float32 [B, L].
        lengths: positions of each piece, int64 [B].
        hidden: whether the event of a position is hidden from the model, bool [B, L]; None where none is.
        at: flat index b * L + l of each readout, int64 [R].
        query: time features of each readout's cut-off, float32 [R, T].
        event_type: int64 [R].
        rows: readout of each label, int64 [M]; labels: positive classes, int64 [M].
        weight: of each readout in the loss, float32 [R].
        own: the own past at the readouts; None where the head does not read it.
    """

    inputs: Tensor
    features: Tensor
    days: Tensor
    lengths: Tensor
    hidden: Tensor | None
    at: Tensor
    query: Tensor
    event_type: Tensor
    rows: Tensor
    labels: Tensor
    weight: Tensor
    own: Own | None


def chunks_of_epoch(
    offsets: Ints, time: Ints, context: int, recency_days: float, generator: np.random.Generator
) -> tuple[Ints, Ints]:
    """Cuts every history into chunks of `context` positions from a random offset; (starts, stops).

    A chunk is kept with probability 1/2 to the power of its age over `recency_days`, so that training leans to the
    recent part of the fit span. Chunks of a single position have no history to show and are
    left out. A user without positions, who comes after the span, takes no draw.

    Args:
        offsets: int64 [U + 1]; the positions of user u are offsets[u]:offsets[u + 1].
        time: of each position, microseconds since 1970 UTC, int64 [P].
    """
    offsets = np.unique(offsets)
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


def prefixes_of_epoch(stream: Stream, asked: Readouts, how: "Asking", generator: np.random.Generator) -> Pieces:
    """The readouts that are asked, each with the last positions up to it, thinned by age as chunks are.

    For architectures that see later positions: of a longer piece, only the last position could be asked honestly.
    """
    age = (stream.time.max() - stream.time[asked.position]) / DAY
    chosen = np.flatnonzero(generator.random(len(age)) < 0.5 ** (age / how.recency_days))
    if how.read_share < 1:
        chosen = chosen[generator.random(len(chosen)) < how.chance(asked.until[chosen])]
    position = asked.position[chosen]
    starts = np.maximum(stream.offsets[stream.user[position]], position + 1 - how.context)
    return Pieces(starts, position + 1, chosen, chosen + 1)


def bucketed(pieces: Pieces, size: int, generator: np.random.Generator) -> Iterator[Pieces]:
    """Shuffled batches of pieces of similar length: at most `size` positions, padding counted, or one longer piece."""
    order = generator.permutation(len(pieces.starts))
    lengths = (pieces.stops - pieces.starts)[order]
    pool = np.cumsum(lengths) // (POOL * size)
    order = order[np.lexsort((lengths, pool))]
    batches, begin = [], 0
    lengths = pieces.stops[order] - pieces.starts[order]
    while begin < len(order):
        # ascending inside a pool, so the last piece of a batch is its longest; at a pool's border the first is
        length, end = 0, begin
        while end < len(order) and (end - begin + 1) * max(length, int(lengths[end])) <= max(size, int(lengths[end])):
            length = max(length, int(lengths[end]))
            end += 1
        batches.append(order[begin:end])
        begin = end
    for index in generator.permutation(len(batches)):
        yield pieces.take(batches[index])


def by_readouts(pieces: Pieces) -> Pieces:
    """The pieces with the most readouts first, so that attention pads few of them; those without any are spared."""
    count = pieces.high - pieces.low
    order = np.argsort(-count, kind="stable")
    kept = order[: max(int((count > 0).sum()), 1)]
    return replace(pieces.take(kept), spared=pieces.positions - pieces.take(kept).positions)


def up_to_the_last_readout(pieces: Pieces, position: Ints) -> Pieces:
    """The pieces, each ending at its last readout, for networks of which no position sees what lies after it.

    Args:
        position: of every readout of the stream, int64 [R].
    """
    asks = pieces.high > pieces.low
    stops = pieces.stops.copy()
    stops[asks] = position[pieces.high[asks] - 1] + 1
    return replace(pieces, stops=stops, spared=pieces.spared + int((pieces.stops - stops).sum()))


@dataclass(frozen=True)
class Asking:
    """How the readouts of a stream are asked.

    Attributes:
        context: positions of a piece at most.
        recency_days: age at which a piece is kept half as often.
        prefixes: whether a piece ends at its only readout, as it must where the architecture sees later positions.
        hides: whether the events at the readouts are hidden from the model, which has to guess them.
        read_share: share of the readouts that each batch asks, drawn anew, with its inverse as their weight; those
            that ask about the own past, where candidates of a key action come next, are asked always.
        key_weight: weight of readouts whose target is part of a key action; the others have 1.
    """

    context: int
    recency_days: float
    prefixes: bool
    hides: bool
    read_share: float
    key_weight: float

    def chance(self, until: Ints) -> NDArray[np.float64]:
        """With which chance a batch asks readouts, by the end of the own past that they ask about, -1 for none."""
        return np.where(until >= 0, 1.0, self.read_share)


class Batcher:
    """Assembles batches from a stream and its readouts.

    Args:
        own: the own past of every user, for heads that read it.
        classes: class of each known candidate, int64 [known].
    """

    def __init__(self, stream: Stream, asked: Readouts, how: Asking, own: OwnCounts | None, classes: Ints) -> None:
        self.stream, self.asked, self.how, self.own, self.classes = stream, asked, how, own, classes

    def epoch(self, size: int, generator: np.random.Generator) -> Iterator[Pieces]:
        """The batches of one pass, each with at most `size` positions or one longer piece."""
        how, stream = self.how, self.stream
        if how.prefixes:
            pieces = prefixes_of_epoch(stream, self.asked, how, generator)
        else:
            cut = chunks_of_epoch(stream.offsets, stream.time, how.context, how.recency_days, generator)
            pieces = Pieces(cut[0], cut[1], *np.searchsorted(self.asked.position, cut).astype(np.int64))
        for batch in map(by_readouts, bucketed(pieces, size, generator)):
            yield batch if how.hides else up_to_the_last_readout(batch, self.asked.position)

    def assemble(self, pieces: Pieces, generator: np.random.Generator) -> Batch:
        """The batch of some pieces; `generator` draws which readouts are asked."""
        stream, asked, starts = self.stream, self.asked, pieces.starts
        index = padded(starts, pieces.stops)
        piece, readout = expand(pieces.low, pieces.high)
        weight = np.where(asked.is_key[readout], self.how.key_weight, 1)
        if self.how.read_share < 1:
            weight = weight / self.how.chance(asked.until[readout])
            if not self.how.prefixes:  # of those the asked ones alone are pieces
                drawn = generator.random(len(readout)) < self.how.chance(asked.until[readout])
                piece, readout, weight = piece[drawn], readout[drawn], weight[drawn]
        rows, label = expand(asked.offsets[readout], asked.offsets[readout + 1])
        position = asked.position[readout]
        at = piece * index.shape[1] + position - starts[piece]
        features = time_features(stream.gap[index].ravel(), stream.local[index].ravel())
        query = time_features(asked.time[readout] - stream.time[position], asked.local[readout])
        return Batch(
            inputs=torch.from_numpy(stream.inputs[index].astype(np.int64)),
            features=torch.from_numpy(features).view(*index.shape, -1),
            days=torch.from_numpy(days_since_first(stream.time[index])),
            lengths=torch.from_numpy(pieces.stops - starts),
            hidden=_marked(index.shape, at) if self.how.hides else None,
            at=torch.from_numpy(at),
            query=torch.from_numpy(query),
            event_type=torch.from_numpy(asked.event_type[readout].astype(np.int64)),
            rows=torch.from_numpy(rows),
            labels=torch.from_numpy(asked.labels[label]),
            weight=torch.from_numpy(weight.astype(np.float32)),
            own=self._own(stream.user[position].astype(np.int64), asked.until[readout], asked.time[readout]),
        )

    def _own(self, users: Ints, until: Ints, time: Ints) -> Own | None:
        return None if self.own is None else own_past(self.own, self.classes, users, until, time)


def own_past(own: OwnCounts, classes: Ints, users: Ints, until: Ints, time: Ints) -> Own:
    """The own past at R readouts as tensors, sorted by readout, then class, without candidates that have no class.

    Candidates of one class, as those are whose first token is the same, are counted together. What neighbours
    that have a past ask alike is counted once.

    Args:
        classes: class of each known candidate, int64 [known]; negative where it has none.
        users, until, time: as of `OwnCounts.at`.
    """
    asking = np.flatnonzero(until >= 0)
    asked = np.stack([users, until, time])[:, asking]
    is_new = np.append(True, (asked[:, 1:] != asked[:, :-1]).any(axis=0))[: len(asking)]
    groups, candidates, counts = own.at(*asked[:, is_new])
    known = candidates < len(classes)
    known[known] = classes[candidates[known]] >= 0
    groups, labels, counts = groups[known], classes[candidates[known]], counts[known]
    if (np.diff(classes) < 0).any():  # else candidates in order are classes in order
        order = np.lexsort((labels, groups))
        groups, labels, counts = groups[order], labels[order], counts[order]
    groups, labels, counts = _together(groups, labels, counts)
    if is_new.all():
        return Own(torch.from_numpy(asking[groups]), torch.from_numpy(labels), torch.from_numpy(counts))
    group = np.cumsum(is_new) - 1
    sizes = np.bincount(groups, minlength=is_new.sum())
    stops = np.cumsum(sizes)
    row, place = expand((stops - sizes)[group], stops[group])
    shared = Shared(torch.from_numpy(place), torch.from_numpy(asking), np.bincount(group).tolist(), sizes.tolist())
    return Own(torch.from_numpy(asking[row]), torch.from_numpy(labels[place]), torch.from_numpy(counts), shared)


def _together(groups: Ints, labels: Ints, counts: NDArray[np.float32]) -> tuple[Ints, Ints, NDArray[np.float32]]:
    """Pairs of a group and a class, each once, with the logarithm of 1 and all that is counted of it."""
    is_new = np.append(True, (groups[1:] != groups[:-1]) | (labels[1:] != labels[:-1]))[: len(groups)]
    if is_new.all():
        return groups, labels, counts
    starts = np.flatnonzero(is_new)
    return groups[starts], labels[starts], np.log1p(np.add.reduceat(np.expm1(counts), starts, axis=0))


def _marked(shape: tuple[int, ...], at: Ints) -> Tensor:
    marked = np.zeros(shape, dtype=bool)
    marked.ravel()[at] = True
    return torch.from_numpy(marked)


def padded(starts: Ints, stops: Ints, length: int | None = None) -> Ints:
    """Index of every position of the pieces, int64 [B, L]; short ones repeat their last position.

    Args:
        length: L; by default that of the longest piece.
    """
    length = length or int((stops - starts).max())
    index: Ints = np.minimum(starts[:, None] + np.arange(length), stops[:, None] - 1)
    return index


def days_since_first(times: Ints) -> NDArray[np.float32]:
    """Days since the first position of each row, float32 [B, L]."""
    return ((times - times[:, :1]) / DAY).astype(np.float32)
