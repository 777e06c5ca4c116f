"""What every head offers, and what it is bound to: what it must know of readouts beyond their hidden states."""

from abc import ABC, abstractmethod
from typing import NamedTuple

from torch import Tensor, nn

from study.nn.losses.base import Head


class Shared(NamedTuple):
    """Readouts that ask for the same past, as the lines of one basket do: G groups of them, whose counts are one.

    Attributes:
        place: row of the counts of each pair, int64 [P].
        readouts: those of all groups, int64 [R'], ascending.
        asking: how many of them each group has, G numbers.
        sizes: how many counts each group has, G numbers.
    """

    place: Tensor
    readouts: Tensor
    asking: list[int]
    sizes: list[int]


class Own(NamedTuple):
    """The own past at R readouts: P pairs of a readout and a class that the user had acted on.

    Attributes:
        rows: readout of each pair, int64 [P], ascending.
        classes: class of each pair, int64 [P], ascending inside a readout.
        counts: log(1 + decayed count) at several half-lives, float32 [P, H]; [P', H] where readouts share them.
        shared: which ones share them; None where each has its own.
    """

    rows: Tensor
    classes: Tensor
    counts: Tensor
    shared: Shared | None = None


class Vectors(nn.Module, ABC):
    """A learned vector of each class that has logits, [C', W]."""

    @abstractmethod
    def forward(self) -> Tensor:
        """All of them, float32 [C', W]."""

    def describe(self, codes: Tensor) -> None:
        """See `HeadModule`."""


class HeadModule(nn.Module, ABC):
    """A head of this folder."""

    @abstractmethod
    def bind(self, own: Own | None) -> Head:
        """The head for the readouts of a batch."""

    def describe(self, codes: Tensor) -> None:
        """Sets the attributes of the candidates, int64 [C', K]; those of the fit span come first."""


class CandidateSide(HeadModule):
    """A head that has a vector of each class."""

    @abstractmethod
    def beside(self, width: int) -> Vectors:
        """Vectors of another width, made of what this head makes its own of; all zero at first."""
