"""What a network is told of the users of some queries, laid out once for all models that score them."""

from dataclasses import dataclass

import numpy as np

from study.events.log import Ints
from study.events.stream import Stream
from study.features.own_counts import OwnCounts
from study.nn.heads.base import Own
from study.training.batches import own_past


@dataclass(frozen=True)
class Past:
    """Of the Q users of some queries: their last positions, their own past where the head reads it, and its ends.

    Attributes:
        ends: of the events of each user, in a log of these users alone, int64 [Q].
    """

    stream: Stream
    own: OwnCounts | None
    ends: Ints

    def own_of(self, users: Ints, cutoff: int, classes: Ints) -> Own | None:
        """The own past of some of them, at the cut-off."""
        if self.own is None:
            return None
        return own_past(self.own, classes, users, self.ends[users], np.full(len(users), cutoff))
