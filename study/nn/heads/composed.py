"""A candidate's vector is composed from its own attributes, so that one never seen in training can be ranked.

As item towers over content do (Yi et al., RecSys 2019; for cold items Volkovs et al., NeurIPS 2017): no parameter
belongs to a candidate, unless it has an id as well.
"""

import torch
from torch import Tensor, nn

from study.nn.heads.base import CandidateSide, HeadModule, Own, Vectors
from study.nn.products import affine

READS_OWN = False
COMPOSES = True


class Described(Vectors):
    """Sums of attribute vectors: in training of the C candidates of the fit span, else of all that are described.

    Args:
        width: W.
        classes: C.
        described: number of codes of each of K attributes.
        std: the standard deviation that attribute vectors start with.
        with_ids: whether a candidate of the fit span also has a vector of its own, which is added.
    """

    offsets: Tensor

    def __init__(self, width: int, classes: int, described: list[int], std: float, *, with_ids: bool) -> None:
        super().__init__()
        self.fitted = classes
        self.register_buffer("offsets", torch.tensor([0, *described[:-1]]).cumsum(0), persistent=False)
        self.parts = nn.EmbeddingBag(sum(described), width, mode="sum")
        self.ids = nn.Embedding(classes, width) if with_ids else None
        nn.init.normal_(self.parts.weight, std=std)
        if self.ids is not None:
            nn.init.zeros_(self.ids.weight)
        self.codes = torch.zeros(0, len(described), dtype=torch.int64)

    @property
    def classes(self) -> int:
        """How many there are now."""
        return self.fitted if self.training else len(self.codes)

    def describe(self, codes: Tensor) -> None:
        """See `HeadModule`."""
        self.codes = codes.to(self.offsets.device)

    def forward(self) -> Tensor:
        """See `Vectors`."""
        codes = self.codes[: self.classes]
        vectors: Tensor = self.parts(codes + self.offsets)
        if self.ids is not None:
            unseen = vectors.new_zeros(len(codes) - self.fitted, vectors.shape[1])
            vectors = vectors + torch.cat([self.ids.weight, unseen])
        return vectors


class Composed(CandidateSide):
    """An output table whose rows are composed.

    Args:
        width: D.
        classes: C, the candidates of the fit span.
        described: number of codes of each of K attributes.
        with_ids: whether a candidate of the fit span also has a vector of its own, which is added.
    """

    def __init__(self, width: int, classes: int, described: list[int], *, with_ids: bool) -> None:
        super().__init__()
        self.fitted, self.described, self.with_ids = classes, described, with_ids
        self.table = Described(width + 1, classes, described, (width * len(described)) ** -0.5, with_ids=with_ids)

    @property
    def classes(self) -> int:
        """How many have logits, C': in training those of the fit span."""
        return self.table.classes

    def describe(self, codes: Tensor) -> None:
        """See `HeadModule`."""
        self.table.describe(codes)

    def bind(self, own: Own | None) -> "Composed":
        """The head for the readouts of a batch: it needs to know nothing of them."""
        return self

    def beside(self, width: int) -> Described:
        """See `CandidateSide`."""
        return Described(width, self.fitted, self.described, 0.0, with_ids=self.with_ids)

    def forward(self, hidden: Tensor) -> Tensor:
        """Logits of all candidates, [R, C'], of hidden states [R, D]."""
        vectors: Tensor = self.table()
        return affine(hidden, vectors[:, :-1], vectors[:, -1])

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """Logits [M, ...] of classes [M, ...] for the hidden states of rows [M]."""
        vectors = self.table()[classes]
        chosen = hidden[rows].view(len(rows), *[1] * (classes.dim() - 1), -1)
        logits: Tensor = torch.linalg.vecdot(vectors[..., :-1], chosen) + vectors[..., -1]
        return logits


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The head over candidates that the given attributes describe."""
    return Composed(width, classes, described, with_ids=False)
