"""InfoNCE between two parts of one user's history, after CoLES (Babaev et al., SIGMOD 2022)."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from study.events.stream import Stream
from study.training.batches import Batcher, Pieces
from study.training.step import Encode

USERS = 12
SLICE = 64
TEMPERATURE = 0.1


class PartsOfUsers:
    """Each step draws `USERS` users and two disjoint slices of `SLICE` positions of each, anywhere in their histories.

    A slice is embedded by the hidden state of its last position, normalised; the other slice of the same user is to be
    recognised among those of all drawn users, in both directions, at `TEMPERATURE`.

    Args:
        batcher: makes the batch of the slices.
        stream: the histories.
        weight: that of the term beside the other loss.
    """

    def __init__(self, batcher: Batcher, stream: Stream, weight: float) -> None:
        self.batcher, self.stream, self.weight = batcher, stream, weight
        self.users = np.flatnonzero(np.diff(stream.offsets) >= 2 * SLICE)
        self.drawn = min(USERS, len(self.users)) if len(self.users) > 1 else 0
        self.positions = 2 * self.drawn * SLICE

    def __call__(self, encode: Encode, generator: np.random.Generator) -> Tensor:
        """The loss times `weight`; 0 where fewer than two users have two slices."""
        if not self.drawn:
            return torch.zeros(())
        users = generator.choice(self.users, self.drawn, replace=False)
        spare = self.stream.offsets[users + 1] - self.stream.offsets[users] - 2 * SLICE
        first, second = np.sort(generator.integers(0, spare + 1, (2, len(users))), axis=0)
        starts = self.stream.offsets[users] + np.concatenate([first, second + SLICE]).reshape(2, -1)
        starts = starts.ravel()
        none = np.zeros(len(starts), dtype=np.int64)
        batch = self.batcher.assemble(Pieces(starts, starts + SLICE, none, none), generator)
        last = torch.arange(1, len(starts) + 1) * SLICE - 1
        one, other = F.normalize(encode(batch, last), dim=-1).chunk(2)
        similar = one @ other.T / TEMPERATURE
        same = torch.arange(len(one), device=one.device)
        return self.weight * (F.cross_entropy(similar, same) + F.cross_entropy(similar.T, same)) / 2
