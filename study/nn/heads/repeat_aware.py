"""Repeat-aware: the logits of another head plus a learned term over the user's own decayed counts of each class.

After RepeatNet (Ren et al., AAAI 2019), whose repeat mode attends to the user's own items, with the counts given
instead of learned from positions: attention has to build a counter out of averages, counts are one.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from study.nn.heads.base import CandidateSide, HeadModule, Own
from study.nn.heads.plain import Plain
from study.nn.lookup import summed
from study.nn.products import products_in_groups

READS_OWN = True
COMPOSES = False
BENDS = 16


class RepeatAware(HeadModule):
    """term(r, c) = w . x + bend(x) . (a_c + B h_r), for the log counts x of readout r and class c; 0 without counts.

    A class is told to the term as it is to the logits: by a vector of its own, or by one composed of its attributes.

    Args:
        width: D.
        decays: H, the number of half-lives of the counts.
        base: the head whose logits the term is added to.
    """

    def __init__(self, width: int, decays: int, base: CandidateSide) -> None:
        super().__init__()
        self.base = base
        self.line = nn.Parameter(torch.full((decays,), 1 / decays))
        self.bend = nn.Linear(decays, BENDS)
        self.of_class = base.beside(BENDS)
        self.of_hidden = nn.Linear(width, BENDS)

    def describe(self, codes: Tensor) -> None:
        """See `HeadModule`."""
        self.base.describe(codes)
        self.of_class.describe(codes)

    def bind(self, own: Own | None) -> "Bound":
        """The head for the readouts of a batch."""
        assert own is not None
        return Bound(self, own)

    def term(self, hidden: Tensor, own: Own) -> Tensor:
        """The term of each pair, [P]."""
        bent = F.gelu(self.bend(own.counts)) - F.gelu(self.bend.bias)
        straight, of_hidden = own.counts @ self.line, self.of_hidden(hidden)
        if own.shared is None:
            mixed = summed(self.of_class(), own.classes[:, None]) + of_hidden[own.rows]
            total: Tensor = straight + (bent * mixed).sum(dim=-1)
            return total
        place, readouts, asking, sizes = own.shared
        classes = own.classes.new_empty(len(bent)).scatter_(0, place, own.classes)
        of_counts = straight + (bent * summed(self.of_class(), classes[:, None])).sum(dim=-1)
        return of_counts[place] + products_in_groups(of_hidden[readouts], bent, asking, sizes)


class Bound:
    """A repeat-aware head with the own past of the readouts of a batch."""

    def __init__(self, head: RepeatAware, own: Own) -> None:
        self.head, self.own, self.base = head, own, head.base.bind(own)
        self.classes = self.base.classes

    def __call__(self, hidden: Tensor) -> Tensor:
        """Logits of all classes, [R, C], of hidden states [R, D]."""
        logits = self.base(hidden)
        term = self.head.term(hidden, self.own)
        return logits.index_put_((self.own.rows, self.own.classes), term.to(logits.dtype), accumulate=True)

    def some(self, hidden: Tensor, rows: Tensor, classes: Tensor) -> Tensor:
        """Logits [M, ...] of classes [M, ...] for the hidden states of rows [M]."""
        logits = self.base.some(hidden, rows, classes)
        if not len(self.own.rows):
            return logits
        pairs = self.own.rows * self.classes + self.own.classes
        asked = rows.view(len(rows), *[1] * (classes.dim() - 1)) * self.classes + classes
        place = torch.searchsorted(pairs, asked).clamp(max=len(pairs) - 1)
        term = self.head.term(hidden, self.own)[place]
        return logits + term * (pairs[place] == asked)


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The plain head over `classes` classes, with counts at `decays` half-lives."""
    return RepeatAware(width, decays, Plain(width, classes))
