"""Generalised binary cross-entropy, gSASRec's loss (Petrov and Macdonald, RecSys 2023).

Where few of the many classes are drawn as negatives, plain BCE makes every positive look almost certain. gBCE raises
the positive's probability to the power

    beta = alpha (t (1 - 1/alpha) + 1/alpha),    alpha = N / (C - 1),

the share of the other classes that is drawn: the calibration t = 0 gives beta = 1, plain BCE, and t = 1 gives
beta = alpha, at which the sigmoid estimates the true probability. With as many negatives as there are other classes
alpha = 1, so that beta = 1 at any t: gBCE is then plain BCE, which on a catalogue of that size is no third loss.
"""

from torch import Tensor

from study.nn.losses.base import Loss
from study.nn.losses.bce import BinaryCrossEntropy


def positive_weight(classes: int, negatives: int, calibration: float) -> float:
    """The power beta; log(sigmoid(s)^beta) = -beta softplus(-s), stable at any s.

    Args:
        classes: C.
        negatives: N, drawn with replacement; more than C - 1 count as C - 1.
        calibration: t.
    """
    alpha = min(negatives / max(classes - 1, 1), 1.0)
    return alpha * (calibration * (1 - 1 / alpha) + 1 / alpha)


def build(frequency: Tensor, negatives: int, calibration: float) -> Loss:
    """The loss with that many negatives per positive, calibrated by t in [0, 1].

    Raises:
        ValueError: fewer than one negative, or a calibration outside of [0, 1].
    """
    if negatives < 1:
        raise ValueError(f"gbce needs at least one negative, not {negatives}")
    if not 0 <= calibration <= 1:
        raise ValueError(f"gbce's calibration is between 0 and 1, not {calibration}")
    return BinaryCrossEntropy(negatives, positive_weight(len(frequency), negatives, calibration))
