"""Logits as inner products with one vector per class, plus a bias."""

import torch
from torch import Tensor, nn

from study.nn.heads.base import CandidateSide, HeadModule, Own, Vectors
from study.nn.products import affine

READS_OWN = False
COMPOSES = False


class PerClass(Vectors):
    """A table, all zero at first.

    Args:
        width: W.
        classes: C.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.table = nn.Embedding(classes, width)
        nn.init.zeros_(self.table.weight)

    def forward(self) -> Tensor:
        """See `Vectors`."""
        return self.table.weight


class Plain(CandidateSide):
    """An output table.

    Args:
        width: D.
        classes: C, candidates or tokens.
    """

    def __init__(self, width: int, classes: int) -> None:
        super().__init__()
        self.classes = classes
        self.table = nn.Linear(width, classes)
        nn.init.normal_(self.table.weight, std=width**-0.5)
        nn.init.zeros_(self.table.bias)

    def bind(self, own: Own | None) -> "Plain":
        """The head for the readouts of a batch: it needs to know nothing of them."""
        return self

    def beside(self, width: int) -> PerClass:
        """See `CandidateSide`."""
        return PerClass(width, self.classes)

    def forward(self, hidden: Tensor) -> Tensor:
        """Logits of all classes, [R, C], of hidden states [R, D]."""
        return affine(hidden, self.table.weight, self.table.bias)

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """Logits [M, ...] of classes [M, ...] for the hidden states of rows [M]."""
        vectors = self.table.weight[classes]
        chosen = hidden[rows].view(len(rows), *[1] * (classes.dim() - 1), -1)
        logits: Tensor = torch.linalg.vecdot(vectors, chosen) + self.table.bias[classes]
        return logits


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The head over `classes` classes."""
    return Plain(width, classes)
