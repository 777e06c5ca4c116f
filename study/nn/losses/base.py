"""What a loss is given and what it returns."""

from typing import Protocol

from torch import Generator, Tensor


class Head(Protocol):
    """Logits on demand, so that a sampled loss need not compute all of them.

    It is bound to its batch: what else it needs to know of the readouts, it has.
    """

    @property
    def classes(self) -> int:
        """C."""

    def __call__(self, hidden: Tensor) -> Tensor:
        """[R, D] to [R, C], made anew for each call: a loss may write over them."""

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """Logits of the given classes [M, ...] for the hidden states of the given rows [M]."""


class Loss(Protocol):
    """The loss of each of R readouts, given its set of positive classes."""

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """The losses, float [R]; a readout with several labels has the mean over them.

        Args:
            head: gives logits.
            hidden: [R, D].
            rows: int64 [M], ascending: the readout of each label; every readout has at least one.
            labels: int64 [M]: positive classes, distinct within a readout.
            generator: where random numbers come from.
        """
