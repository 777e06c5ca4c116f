"""The loss of next-token models, by the column that the token belongs to: its slot."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl
import torch
from numpy.typing import NDArray

from study.diagnostics.twins import Seen
from study.events.log import Ints, Log
from study.events.stream import Readouts, Stream
from study.features.sequences import token_starts
from study.features.vocabulary import MISSING
from study.nn.network import Network
from study.training.batches import Asking, Batcher, Pieces
from study.training.placement import CPU, moved

Floats = NDArray[np.float64]
BATCH = 16_384
"""Positions of a batch."""
STEP = 512.0
"""Sums are rounded to a 512th of a nat, so that no order of adding them up changes a bit."""


@dataclass(frozen=True)
class Unigram:
    """How frequent each token is in the fit span, with one added.

    Attributes:
        starts: first token of each slot, int64 [S].
        logp: log-probability of each token, float64 [V].
        logp_in_slot: the same where the slot is known.
    """

    starts: Ints
    logp: Floats
    logp_in_slot: Floats

    @classmethod
    def of(cls, log: Log) -> "Unigram":
        """From the events of the fit span; a missing attribute has no token, event_type always has one."""
        starts = np.array(list(token_starts(log).values()), dtype=np.int64)
        found = [np.bincount(codes, minlength=log.sizes[name]) for name, codes in log.codes.items()]
        for count in found[1:]:
            count[MISSING] = 0
        counts = np.concatenate(found) + 1.0
        slot = slots(starts, np.arange(len(counts)))
        in_slot = np.bincount(slot, weights=counts)[slot]
        return cls(starts, np.log(counts / counts.sum()), np.log(counts / in_slot))


def slots(starts: Ints, tokens: Ints) -> Ints:
    """The slot of each token, int64 like `tokens`."""
    found: Ints = np.searchsorted(starts, tokens, side="right") - 1
    return found


def inside(asked: Readouts, stream: Stream, since: int, until: int) -> Ints:
    """The readouts whose token, the one after the position, lies in [since, until); int64."""
    time = stream.time[asked.position + 1]
    return np.flatnonzero((time >= since) & (time < until))


def losses(
    network: Network,
    stream: Stream,
    asked: Readouts,
    rows: Ints,
    context: int,
    strict: "Strict",
    device: torch.device = CPU,
) -> Floats:
    """-log p of the token after each of the asked readouts `rows`, ascending; float64 [len(rows)].

    Every position sees at least half a context of earlier ones, where its user has as many.

    Args:
        device: of the network.
    """
    batcher = Batcher(stream, asked, _asking(context), None, np.zeros(0, dtype=np.int64))
    result = np.full(len(asked.position), np.nan)
    for pieces in _batches(stream, asked, rows, context):
        batch = batcher.assemble(pieces, np.random.default_rng(0))  # everything is read: nothing is drawn
        with torch.inference_mode():
            logits = network.head.bind(None)(network(moved(batch, device))).cpu()
        readout = np.concatenate([np.arange(a, b) for a, b in zip(pieces.low, pieces.high, strict=True)])
        result[readout] = strict(logits, batch.labels, asked.position[readout])
    return result[rows]


@dataclass(frozen=True)
class Strict:
    """The loss of what a model may know.

    The first token of an event has no earlier one in its own event. A twin that is asked for it sees the event, or the
    moment, before: that this one is over is its to know, but what type the next has is not, where that belongs to
    another event or moment. There the type is predicted by how frequent it is.
    """

    seen: Seen
    stream: Stream
    unigram: Unigram

    def __call__(self, logits: torch.Tensor, labels: torch.Tensor, position: Ints) -> Floats:
        """float64 [R], of logits [R, V], labels int64 [R] and the positions of the readouts."""
        total = torch.logsumexp(logits, dim=-1)
        free = (total - logits.gather(1, labels[:, None])[:, 0]).double().numpy()
        if self.seen == "everything":
            return free
        types = int(self.unigram.starts[1]) if len(self.unigram.starts) > 1 else logits.shape[1]
        is_over = (total - torch.logsumexp(logits[:, :types], dim=-1)).double().numpy()
        strict = is_over - self.unigram.logp_in_slot[labels.numpy()]
        return np.where(self._is_elsewhere(position), strict, free)

    def _is_elsewhere(self, position: Ints) -> NDArray[np.bool_]:
        """Whether the next token belongs to another event, or to another moment."""
        is_elsewhere: NDArray[np.bool_] = self.stream.moment_end[position]
        if self.seen == "event":
            is_elsewhere = self.stream.event[position + 1] != self.stream.event[position]
        return is_elsewhere


def _asking(context: int) -> Asking:
    return Asking(context, recency_days=1.0, prefixes=False, hides=False, read_share=1.0, key_weight=1.0)


def _batches(stream: Stream, asked: Readouts, rows: Ints, context: int) -> Iterator[Pieces]:
    """Overlapping pieces; the readouts of each are in its second half. All of a user's readouts follow each other."""
    half = max(context // 2, 1)
    position = asked.position[rows]
    block = (position - stream.offsets[stream.user[position]]) // half
    joint = stream.user[position].astype(np.int64) * (len(stream.time) + 1) + block
    first = np.flatnonzero(np.append(True, joint[1:] != joint[:-1])[: len(joint)])
    last = np.append(first[1:], len(joint)) - 1
    begin = stream.offsets[stream.user[position[first]]] + (block[first] - 1) * half
    starts = np.maximum(begin, stream.offsets[stream.user[position[first]]])
    whole = Pieces(starts, position[last] + 1, rows[first], rows[last] + 1)
    step = max(BATCH // context, 1)
    for start in range(0, len(first), step):
        yield whole.take(np.arange(start, min(start + step, len(first))))


def sum_of(slot: int | str) -> str:
    """The column with the sum of the losses of a slot, which is told by its number: a name may be any text."""
    return f"losses {slot}"


def number_of(slot: int | str) -> str:
    """The column with the number of tokens of a slot."""
    return f"tokens {slot}"


def by_user(values: Floats, labels: Ints, users: list[str], starts: Ints) -> pl.DataFrame:
    """`user_id`, and for each slot the sum of the losses and the number of its tokens; a row per user.

    Args:
        values: the loss of each token, float64 [M].
        labels: the tokens, int64 [M].
        users: the user of each token, [M].
        starts: first token of each slot, int64 [S].
    """
    known = sorted(set(users))
    row = np.searchsorted(known, users)
    count = len(starts)
    cell = row * count + slots(starts, labels)
    size = len(known) * count
    sums = np.bincount(cell, weights=values, minlength=size).reshape(-1, count)
    counts = np.bincount(cell, minlength=size).reshape(-1, count)
    rounded = pl.DataFrame(np.round(sums * STEP) / STEP, schema=[sum_of(slot) for slot in range(count)])
    numbers = pl.DataFrame(counts.astype(np.float64), schema=[number_of(slot) for slot in range(count)])
    return pl.DataFrame({"user_id": known}).hstack(rounded).hstack(numbers)
