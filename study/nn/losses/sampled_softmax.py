"""Sampled softmax with log-Q correction: the full softmax with an estimated normaliser.

The normaliser Z = sum over all classes of exp(logit) is estimated by importance sampling (Bengio and Senecal, 2008).
Classes y_1 ... y_N are drawn with replacement from Q for each readout; its positives P enter exactly, what is drawn
enters with its logit less log(N Q(y)):

    Z' = sum over c in P of exp(s_c) + sum over n with y_n not in P of exp(s_{y_n} - log(N Q(y_n)))

E[Z'] = Z, because a drawn class that is a positive of the readout, an accidental hit, is masked. Hence the loss goes
to that of the full softmax as N grows. Without the correction it would learn s - log Q in place of s and rank popular
classes too low, as Yi et al. (RecSys 2019) show for negatives from the batch. They correct the positive's logit too;
but a positive is in Z' with certainty, not with probability Q, so that here it keeps its own.

Q is half the unigram distribution of the labels and half uniform, a defensive mixture (Hesterberg, 1995): no class has
a weight 1 / (N Q) above 2 C / N. With the unigram distribution alone a rare class that was drawn for once outweighs all
others of its batch, the clipped gradient takes back less than it should, and rare classes rise.
"""

import torch
from torch import Generator, Tensor

from study.nn.losses.base import Head, Loss
from study.nn.losses.negatives import is_negative, mean_over_labels, reader

UNIFORM = 0.5
"""Share of the draws that are uniform."""


class SampledSoftmax:
    """log Z' less the mean logit of the positives.

    Args:
        frequency: how often each class is a label, float [C].
        negatives: N, drawn per readout.
    """

    def __init__(self, frequency: Tensor, negatives: int) -> None:
        unigram = frequency.double() / frequency.sum()
        share = (1 - UNIFORM) * unigram + UNIFORM / len(frequency)
        self.negatives = negatives
        self.bounds = share.cumsum(0)
        self.log_expected = (negatives * share).log().float()

    def __call__(self, head: Head, hidden: Tensor, rows: Tensor, labels: Tensor, generator: Generator) -> Tensor:
        """See `Loss`."""
        readouts = len(hidden)
        drawn = self._draw(readouts, generator).to(hidden.device)
        everyone = torch.arange(readouts, device=hidden.device)
        read = reader(head, hidden, len(labels) + drawn.numel())
        positive = read(rows, labels)
        negative = read(everyone, drawn) - self.log_expected.to(hidden.device)[drawn]
        negative = negative.where(is_negative(rows, labels, everyone, drawn, head.classes), -torch.inf)
        return _log_total(positive, rows, negative) - mean_over_labels(positive, rows, readouts)

    def _draw(self, readouts: int, generator: Generator) -> Tensor:
        size = (readouts, self.negatives)
        points = torch.rand(size, generator=generator, device=generator.device, dtype=torch.float64)
        return torch.searchsorted(self.bounds, points.to(self.bounds.device)).clamp(max=len(self.bounds) - 1)


def _log_total(positive: Tensor, rows: Tensor, negative: Tensor) -> Tensor:
    """Log of the sum of exponentials of the positives [M] and the negatives [R, N] of each readout, [R]."""
    peak = negative.detach().amax(dim=1)
    peak = peak.scatter_reduce(0, rows, positive.detach(), reduce="amax")
    total = (negative - peak[:, None]).exp().sum(dim=1)
    return peak + total.index_add(0, rows, (positive - peak[rows]).exp()).log()


def build(frequency: Tensor, negatives: int) -> Loss:
    """The loss with that many classes drawn per readout.

    Raises:
        ValueError: fewer than one negative.
    """
    if negatives < 1:
        raise ValueError(f"sampled_softmax needs at least one negative, not {negatives}")
    return SampledSoftmax(frequency, negatives)
