"""What a head is bound to: what it must know of the readouts of a batch beyond their hidden states."""

from typing import NamedTuple

from torch import Tensor


class Own(NamedTuple):
    """The own past at R readouts: P pairs of a readout and a class that the user had acted on.

    Attributes:
        rows: readout of each pair, int64 [P], ascending.
        classes: class of each pair, int64 [P], ascending inside a readout.
        counts: log(1 + decayed count) at several half-lives, float32 [P, H].
    """

    rows: Tensor
    classes: Tensor
    counts: Tensor
