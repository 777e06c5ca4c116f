"""The loss of one batch: the network in bf16 where its device mixes precisions, the loss in float32."""

from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn

from study.nn.losses.base import Head, Loss
from study.nn.network import Network, NetworkInput
from study.training.batches import Batch
from study.training.placement import moved, precision
from study.training.share import ALL, Share, gathered


class Encode(Protocol):
    """Hidden states, float32 [R, D], at flat positions [R] of a batch that was made on the CPU."""

    def __call__(self, batch: NetworkInput, at: Tensor) -> Tensor:
        """See `Network.encode`."""


class Auxiliary(Protocol):
    """A loss beside the main one, on positions of its own."""

    positions: int

    def __call__(self, encode: Encode, generator: np.random.Generator) -> Tensor:
        """The weighted loss, a scalar."""


class Widened:
    """A head whose logits are computed in bf16 and handed to the loss in float32."""

    def __init__(self, head: Head, device: torch.device) -> None:
        self.head, self.device, self.classes = head, device, head.classes

    def __call__(self, hidden: Tensor) -> Tensor:
        """See `Head`."""
        with precision(self.device, is_mixed=True):
            return self.head(hidden).float()

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """See `Head`."""
        with precision(self.device, is_mixed=True):
            return self.head.some(hidden, rows, classes).float()


class Step(nn.Module):
    """What a step minimises, as one module: it is this that several processes share.

    Args:
        network: on its device.
        is_mixed: whether it computes in bf16.
        share: the pieces of each batch that are this process's.
    """

    def __init__(self, network: Network, device: torch.device, *, is_mixed: bool, share: Share = ALL) -> None:
        super().__init__()
        self.network, self.device, self.is_mixed, self.share = network, device, is_mixed, share

    def forward(
        self,
        batch: Batch,
        loss: Loss,
        negatives: torch.Generator,
        auxiliary: Auxiliary | None,
        drawn: np.random.Generator,
    ) -> tuple[Tensor, Tensor | None]:
        """The mean loss of a batch that was made on the CPU, and the auxiliary one where there is one; scalars.

        Args:
            negatives: draws them, on the CPU: the same ones on every device.
            drawn: draws what the auxiliary loss reads.
        """
        hidden = self._hidden(batch)
        head = self.network.head.bind(moved(batch.own, self.device))
        rows, labels, weight = (moved(part, self.device) for part in (batch.rows, batch.labels, batch.weight))
        values = loss(Widened(head, self.device) if self.is_mixed else head, hidden, rows, labels, negatives)
        total = (values * weight).sum() / weight.sum()
        return total, auxiliary(self.encode, drawn) if auxiliary else None

    def encode(self, batch: NetworkInput, at: Tensor) -> Tensor:
        """See `Encode`."""
        with precision(self.device, is_mixed=self.is_mixed):
            return self.network.encode(moved(batch, self.device), moved(at, self.device)).float()

    def _hidden(self, batch: Batch) -> Tensor:
        """Hidden states of all readouts of a batch; those of other processes' pieces come from them."""
        inputs, mine = self.share.of_batch(batch)
        with precision(self.device, is_mixed=self.is_mixed):
            hidden: Tensor = self.network(moved(inputs, self.device))
        if mine is None:
            return hidden.float()
        return gathered(hidden.float(), moved(mine, self.device), len(batch.at), self.share.processes)
