"""A candidate's vector is composed from its own attributes, so that one never seen in training can be ranked.

As content towers do (Covington et al., RecSys 2016; for cold items Volkovs et al., NeurIPS 2017): no parameter belongs
to a candidate.
"""

import torch
from torch import Tensor, nn

from study.nn.heads.base import HeadModule, Own

READS_OWN = False
COMPOSES = True


class Composed(HeadModule):
    """An output table whose rows are sums of attribute vectors.

    Args:
        width: D.
        classes: C, the candidates of the fit span.
        described: number of codes of each of K attributes.
        with_ids: whether a candidate of the fit span also has a vector of its own, which is added.
    """

    offsets: Tensor

    def __init__(self, width: int, classes: int, described: list[int], *, with_ids: bool) -> None:
        super().__init__()
        self.classes = classes
        self.register_buffer("offsets", torch.tensor([0, *described[:-1]]).cumsum(0), persistent=False)
        self.parts = nn.EmbeddingBag(sum(described), width + 1, mode="sum")
        self.ids = nn.Embedding(classes, width + 1) if with_ids else None
        nn.init.normal_(self.parts.weight, std=(width * len(described)) ** -0.5)
        if self.ids is not None:
            nn.init.zeros_(self.ids.weight)
        self.codes = torch.zeros(0, len(described), dtype=torch.int64)

    def describe(self, codes: Tensor) -> None:
        """Sets the attributes of the candidates, int64 [C', K]; those of the fit span come first."""
        self.codes = codes.to(self.offsets.device)

    def bind(self, own: Own | None) -> "Composed":
        """The head for the readouts of a batch: it needs to know nothing of them."""
        return self

    def vectors(self) -> Tensor:
        """Vector and bias of each candidate, [C', D + 1]; in training of those of the fit span, C' = C."""
        codes = self.codes[: self.classes] if self.training else self.codes
        vectors: Tensor = self.parts(codes + self.offsets)
        if self.ids is not None:
            unseen = vectors.new_zeros(len(codes) - self.classes, vectors.shape[1])
            vectors = vectors + torch.cat([self.ids.weight, unseen])
        return vectors

    def forward(self, hidden: Tensor) -> Tensor:
        """Logits of all candidates, [R, C'], of hidden states [R, D]."""
        vectors = self.vectors()
        return hidden @ vectors[:, :-1].T + vectors[:, -1]

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """Logits [M, ...] of classes [M, ...] for the hidden states of rows [M]."""
        vectors = self.vectors()[classes]
        chosen = hidden[rows].view(len(rows), *[1] * (classes.dim() - 1), -1)
        logits: Tensor = torch.linalg.vecdot(vectors[..., :-1], chosen) + vectors[..., -1]
        return logits


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The head over candidates that the given attributes describe."""
    return Composed(width, classes, described, with_ids=False)
