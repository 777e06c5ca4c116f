"""What the sampled losses share: classes drawn, those that are no negatives, their logits, the mean over labels."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head

PAIR_COST = 64
"""Reading one logit by its own pair of vectors takes about as long as so many from one matrix product.

What is drawn for few classes is read from the matrix of all, what is drawn for many, pair by pair.
"""


def uniform(count: tuple[int, int], classes: int, like: Tensor, generator: Generator) -> Tensor:
    """Classes drawn uniformly with replacement, int64 [count], on the device of `like`."""
    return torch.randint(classes, count, generator=generator, device=generator.device).to(like.device)


def is_negative(rows: Tensor, labels: Tensor, asked: Tensor, drawn: Tensor, classes: int) -> Tensor:
    """Whether each drawn class is none of the positives of the readout that it was drawn for.

    Args:
        rows: int64 [M]: the readout of each label, as in `Loss`.
        labels: int64 [M].
        asked: int64 [A]: readouts.
        drawn: int64 [A, N]: classes drawn for each of them.
        classes: C.

    Returns:
        bool [A, N].
    """
    readouts = int(rows[-1]) + 1
    positive = rows * classes + labels
    joint = asked[:, None] * classes + drawn
    if readouts * classes > PAIR_COST * drawn.numel():
        pairs = torch.sort(positive).values
        return pairs[torch.searchsorted(pairs, joint).clamp(max=len(pairs) - 1)] != joint
    negative = torch.ones(readouts * classes, dtype=torch.bool, device=rows.device)
    negative[positive] = False
    return negative[joint]


def reader(head: Head, hidden: Tensor, pairs: int) -> Callable[[Tensor, Tensor], Tensor]:
    """A function that reads logits [M, ...] of classes [M, ...] for rows [M], in the cheaper of two ways.

    Args:
        head: gives logits.
        hidden: [R, D].
        pairs: how many logits will be read altogether; many of few classes are picked from the matrix of all.
    """
    if len(hidden) * head.classes > PAIR_COST * pairs:
        return partial(head.some, hidden)
    logits = head(hidden).flatten()

    def pick(rows: Tensor, classes: Tensor) -> Tensor:
        flat = rows.view(len(rows), *[1] * (classes.dim() - 1)) * head.classes + classes
        return logits.gather(0, flat.flatten()).view_as(flat)

    return pick


def with_negatives(
    head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, drawn: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Logits of each label and of the classes drawn for it, and which of these are negatives.

    Args:
        head: gives logits.
        hidden: [R, D].
        rows: int64 [M]: the readout of each label.
        labels: int64 [M].
        drawn: int64 [M, N].

    Returns:
        float [M], float [M, N] and bool [M, N].
    """
    together = torch.cat([labels[:, None], drawn], dim=1)
    logits = reader(head, hidden, together.numel())(rows, together)
    return logits[:, 0], logits[:, 1:], is_negative(rows, labels, rows, drawn, head.classes)


def mean_over_labels(values: Tensor, rows: Tensor, readouts: int) -> Tensor:
    """Mean of the values [M] of each readout's labels, float [R]; `rows` as in `Loss`."""
    return values.new_zeros(readouts).index_add(0, rows, values / beside(rows, readouts).to(values.dtype))


def beside(rows: Tensor, readouts: int) -> Tensor:
    """How many labels the readout of each label has, itself counted, int64 [M]."""
    return torch.bincount(rows, minlength=readouts)[rows]
