"""The part of every batch that one of several processes computes, and how they put the parts together.

All processes make the same batch, since batches are a pure function of (seed, epoch, step). Each runs the network over
its own pieces alone; then the hidden states of all readouts are brought together, and every process computes head and
loss of the whole batch. So negatives, losses that compare the users of a batch, and weights mean what they mean in one
process, and nobody's gradient has to be weighted by how many readouts it had.
"""

from dataclasses import dataclass, fields

import torch
import torch.distributed as dist
from torch import Tensor

from study.nn.network import NetworkInput
from study.training.batches import Batch
from study.training.histories import Inputs


@dataclass(frozen=True)
class Share:
    """Every so many-th piece of a batch, from that of the process's own number on."""

    number: int = 0
    processes: int = 1

    def of_batch(self, batch: Batch) -> tuple[NetworkInput, Tensor | None]:
        """What this process computes of a batch, and which of the batch's readouts that are, int64; None for all.

        A process without a readout computes the first one, whose hidden state `gathered` then leaves out: it too has to
        take part.
        """
        if self.processes == 1:
            return Inputs(*(getattr(batch, field.name) for field in fields(Inputs))), None
        length = batch.days.shape[1]
        piece, place = batch.at // length, batch.at % length
        mine = (piece % self.processes == self.number).nonzero().squeeze(1)
        rows = torch.arange(len(batch.lengths))[self.number :: self.processes]
        asked, row = mine, piece[mine] // self.processes
        if not len(mine):
            asked = row = torch.zeros(1, dtype=torch.int64)
            rows = piece[asked]
        part = Inputs(
            inputs=batch.inputs[rows],
            features=batch.features[rows],
            days=batch.days[rows],
            lengths=batch.lengths[rows],
            hidden=None if batch.hidden is None else batch.hidden[rows],
            at=row * length + place[asked],
            query=batch.query[asked],
            event_type=batch.event_type[asked],
        )
        return part, mine


ALL = Share()


def gathered(hidden: Tensor, mine: Tensor, count: int, processes: int) -> Tensor:
    """The hidden states [R, D] of all readouts, of which this process has those of `mine`, first in [M', D].

    The gradient goes back into its own alone. It is taken so many times as there are processes, whose mean is what an
    optimizer is given: gradients of the network are parts, to be added up, those of the head are whole in each.

    Args:
        mine: int64 [M].
        count: R.
        processes: of the group.
    """
    hidden = hidden[: len(mine)]
    whole = hidden.new_zeros(count, hidden.shape[1]).index_put((mine,), hidden.detach())
    dist.all_reduce(whole)
    if hidden.requires_grad:
        hidden.register_hook(lambda gradient: gradient * processes)  # type: ignore[no-untyped-call]
    return whole.index_put((mine,), hidden)
