"""A network over tokens whose positions see their own event alone, or their own moment alone.

The same as an attention mask: what a row of the architecture holds is one event, or one moment, instead of a piece of
a history. Rotary phases are relative, so nothing else differs.
"""

from typing import Literal, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from study.nn.network import Network, NetworkInput
from study.nn.time import GAPS, time_features

Sight = Literal["event", "moment"]


class Packed(NamedTuple):
    """S segments as rows of their own.

    Attributes:
        x: [S, l, D], padded on the right; days: [S, l]; lengths: int64 [S].
        where: flat position in [S, l] of each flat position of the batch, int64 [B * L]; -1 for padding.
    """

    x: Tensor
    days: Tensor
    lengths: Tensor
    where: Tensor


class NearSighted(Network):
    """The parts of another network, seeing less.

    A moment begins where `days` changes: two that lie closer than float32 tells apart, some seconds in a year, are one.
    The time since the moment before is hidden, since it is told by earlier moments; weekday and part of the month
    are the event's own.

    Args:
        whole: the network whose parts are taken over.
        sight: how far a position sees.
        event_types: tokens below this number begin an event: the event type is its first column.
    """

    no_gap: Tensor

    def __init__(self, whole: Network, sight: Sight, event_types: int) -> None:
        nn.Module.__init__(self)
        self.representation, self.architecture, self.head = whole.representation, whole.architecture, whole.head
        self.time, self.mask, self.query = whole.time, whole.mask, whole.query
        self.sight, self.event_types = sight, event_types
        none = np.zeros(1, dtype=np.int64)
        self.register_buffer("no_gap", torch.from_numpy(time_features(none, none)[0, :GAPS]), persistent=False)

    def encode(self, batch: NetworkInput, at: Tensor) -> Tensor:
        """Hidden states [R, D] at the flat positions `at`; see `Network`."""
        features = batch.features.clone()
        features[..., :GAPS] = self.no_gap
        x = self.representation(batch.inputs).float() + self.time(features)
        packed = pack(x, batch.days, batch.lengths, self._begins(batch))
        hidden: Tensor = self.architecture(packed.x, packed.days, packed.lengths, packed.where[at])
        return hidden

    def _begins(self, batch: NetworkInput) -> Tensor:
        if self.sight == "event":
            return batch.inputs[..., 0] < self.event_types
        return torch.diff(batch.days, dim=1, prepend=batch.days[:, :1]) != 0


def pack(x: Tensor, days: Tensor, lengths: Tensor, begins: Tensor) -> Packed:
    """Cuts the rows of a batch [B, L, D] into segments; the first position of a row always begins one.

    Args:
        begins: whether a segment begins at a position, bool [B, L].
    """
    batch, length = days.shape
    flat = (torch.arange(length, device=x.device) < lengths[:, None]).flatten().nonzero().squeeze(1)
    begin = begins.flatten()[flat] | (flat % length == 0)
    segment = begin.cumsum(0) - 1
    first = begin.nonzero().squeeze(1)
    place = torch.arange(len(flat), device=x.device) - first[segment]
    sizes = torch.bincount(segment)
    widest = int(sizes.max())
    where = torch.full((batch * length,), -1, device=x.device).index_put((flat,), segment * widest + place)
    rows = x.new_zeros(len(sizes), widest, x.shape[-1]).index_put((segment, place), x.flatten(0, 1)[flat])
    times = days.new_zeros(len(sizes), widest).index_put((segment, place), days.flatten()[flat])
    return Packed(rows, times, sizes, where)
