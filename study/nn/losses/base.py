"""What a loss is given."""

from typing import Protocol

from torch import Generator, Tensor


class Head(Protocol):
    """Logits on demand, so that a sampled loss need not compute all of them."""

    classes: int

    def __call__(self, hidden: Tensor) -> Tensor:
        """[R, D] to [R, C]."""

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """Logits of the given classes for the hidden states of the given rows."""


class Loss(Protocol):
    """The mean over R readouts of the loss of each readout's set of positive classes."""

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """The loss, a scalar.

        Args:
            head: gives logits.
            hidden: [R, D].
            rows: int64 [M], ascending: the readout of each label; every readout has at least one.
            labels: int64 [M]: positive classes.
            generator: where random numbers come from.
        """
