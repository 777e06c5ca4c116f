"""The one way to draw a verdict, and the interval that it is read from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.metrics.bootstrap import Draws
from study.params.statistics import Outcome, Statistics

Floats = NDArray[np.float64]
ROUNDING = 1e-12
"""What means of the same numbers differ by when they are added up in another order, at most."""


@dataclass(frozen=True)
class Verdict:
    """Of left over right.

    Attributes:
        low, high: the interval of the effect at confidence `level` that the verdict was read from.
        p_difference, p_equivalence: Holm-adjusted over all contrasts of the family.
    """

    effect: float
    low: float
    high: float
    level: float
    p_difference: float
    p_equivalence: float
    verdict: Outcome


@dataclass(frozen=True)
class Family:
    """One kind of test over all contrasts: adjusted p and the divisor of alpha at the Holm step of each, [contrasts].

    `tails` is the number of tails that share alpha: 2 for a difference, 1 for each one-sided test of equivalence.
    """

    adjusted: Floats
    divisors: NDArray[np.int64]
    tails: int


def percentile_interval(draws: Floats, alpha: float) -> tuple[float, float]:
    """The equal-tailed 1 - alpha interval of a metric from its resamples [R]; NaN resamples are left out."""
    known = draws[~np.isnan(draws)]
    return _interval(known, alpha, divisor=1, tails=2) if len(known) else (np.nan, np.nan)


def judge(
    effects: list[float],
    draws: Floats,
    *,
    users: float | Sequence[float],
    margin: float,
    alpha: float,
    most: float | Sequence[float] = 1.0,
) -> list[Verdict]:
    """A verdict for each of m contrasts.

    Two-sided p: the bootstrap interval inverted, 2 * (1 + resamples on the wrong side of 0) / (R + 1) (Davison and
    Hinkley, 1997). Equivalence: two one-sided tests against the margin (Schuirmann, 1987), p the greater of the two.
    Each kind is adjusted over the m contrasts by Holm's procedure (1979). *Equivalent* if that p is below alpha; else
    *better* or *worse* if the p of the difference is; else *undetermined*. A difference that is real but smaller than
    the margin is equivalent: the effect and its interval still show its sign.

    The interval is made of the very resamples that the tests compare, at the level of the Holm step that decided:
    1 - alpha / (m - i + 1) for a difference, 1 - 2 * alpha / (m - i + 1) for equivalence. Holm stops at the first step
    that does not reject, and its level holds for all that remain. An undetermined contrast failed both tests: of its
    two intervals the wider is given. So it never disagrees with the verdict: inside the margin if equivalent, clear of
    0 if better or worse, and with 0 inside and an end beyond the margin if undetermined.

    Where users are few, resamples cannot show what no user happened to show: of n users without a difference, up to
    -log(alpha / m) / n of all may have one, m being the contrasts that alpha is for (for one at 0.05 the rule of three;
    Hanley and Lippman-Hand, JAMA, 1983). While that, times the most that one user can differ by, is more than the
    margin, a resample without any difference is unknown, whether nobody in it differs or gains and losses cancel. The
    users who differ may be those who weigh most, so users are counted as if all weighed as much as that one does.

    Nor can a handful of users show a difference, or none: n of them who differ by chance all lean to the same side with
    a probability of 2^(1 - n). While that is more than alpha / m, every resample is unknown.

    Args:
        effects: the estimates, [m].
        draws: their resamples, float64 [R, m]. One that is NaN, for want of positives, speaks for no side: it counts
            as wrong in every test.
        users: of equal weight, whom the contrasts are measured on (see `Draws`), or [m]; inf where both sides are one
            variant.
        margin: smallest difference that matters.
        alpha: family-wise error of each kind of test.
        most: what an effect can be at all, up or down, or [m]: 1 for a difference of two shares. It is an end of the
            interval where a resample is unknown, and both where resamples are too few for the level.
    """
    bounds = np.broadcast_to(np.asarray(most, dtype=np.float64), len(effects))
    counted = np.broadcast_to(np.asarray(users, dtype=np.float64), len(effects))
    few = counted * margin < -np.log(alpha / len(effects)) * bounds
    handful = np.exp2(1 - counted) > alpha / len(effects)
    if few.any() or handful.any():
        draws = np.where((few & (np.abs(draws) < ROUNDING)) | handful, np.nan, draws)
    resamples = len(draws)
    above, below = (~(draws > 0)).sum(axis=0) + 1, (~(draws < 0)).sum(axis=0) + 1
    difference = holm(np.minimum(1, 2 * np.minimum(above, below) / (resamples + 1)), alpha, tails=2)
    outside = np.maximum((~(draws > -margin)).sum(axis=0), (~(draws < margin)).sum(axis=0)) + 1
    equivalence = holm(np.minimum(1, outside / (resamples + 1)), alpha, tails=1)
    return [
        _verdict(effect, draws[:, i], alpha, difference, equivalence, i, float(bounds[i]))
        for i, effect in enumerate(effects)
    ]


def judge_pairs(draws: Draws, pairs: Sequence[tuple[str, str]], settings: Statistics) -> list[Verdict]:
    """The verdict of each (left, right), adjusted for all of them."""
    if not pairs:
        return []
    effects, values = zip(*(draws.difference(left, right) for left, right in pairs), strict=True)
    users = [np.inf if left == right else draws.users for left, right in pairs]
    return judge(list(effects), np.column_stack(values), users=users, margin=settings.margin, alpha=settings.alpha)


def _verdict(
    effect: float, draws: Floats, alpha: float, difference: Family, equivalence: Family, i: int, most: float
) -> Verdict:
    intervals = [
        (_interval(draws, alpha, int(family.divisors[i]), family.tails, most), family)
        for family in (difference, equivalence)
    ]
    outcome: Outcome = "undetermined"
    (low, high), family = max(intervals, key=lambda pair: pair[0][1] - pair[0][0])
    if equivalence.adjusted[i] < alpha:
        outcome, ((low, high), family) = "equivalent", intervals[1]
    elif difference.adjusted[i] < alpha:
        ((low, high), family) = intervals[0]
        outcome = "better" if low > 0 else "worse"
    level = 1 - alpha * (3 - family.tails) / int(family.divisors[i])
    p_values = float(difference.adjusted[i]), float(equivalence.adjusted[i])
    return Verdict(effect, low, high, level, *p_values, outcome)


def holm(p_values: Floats, alpha: float, tails: int) -> Family:
    """Holm's step-down procedure (1979) over the p values of a family, float64 [m]; one that is NaN shows nothing.

    The divisor of a step is the number of contrasts with a p value at least as great, m - i + 1 without ties.
    """
    p_values = np.nan_to_num(p_values, nan=1.0)
    # Equal p values share the first of their steps, so that nothing depends on the order of declaration.
    earlier = p_values[:, None] <= p_values
    divisors = (p_values[:, None] >= p_values).sum(axis=0)
    adjusted = np.minimum(1, np.where(earlier, (p_values * divisors)[:, None], 0).max(axis=0))
    stopped = adjusted >= alpha
    if stopped.any():
        divisors[stopped] = divisors[stopped].max()
    return Family(adjusted, divisors, tails)


def _interval(draws: Floats, alpha: float, divisor: int, tails: int, most: float = 1.0) -> tuple[float, float]:
    """The order statistics that a test at alpha / divisor compares with its bound; +-`most` is the widest.

    The test rejects if fewer than `rank` resamples are on the wrong side, which is to say if the order statistic of
    that rank is on the right side. The rank is found with the test's own arithmetic, so rounding cannot part the two.
    """
    unknown = np.isnan(draws)
    lowest, highest = (np.sort(np.where(unknown, end, draws)) for end in (-most, most))
    p_values = tails * np.arange(1, len(draws) + 1) / (len(draws) + 1)
    rank = int((p_values * divisor < alpha).sum())
    return (float(lowest[rank - 1]), float(highest[-rank])) if rank else (-most, most)
