"""What verdicts would be with Student's t in the bootstrap's place, whose tails are too thin where seeds are few."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtr

from study.metrics.verdicts import holm
from study.params.statistics import Outcome

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ByStudent:
    """Of left over right.

    Attributes:
        seed_share: of the variance of the difference, the part of the seeds.
        p_difference, p_equivalence: Holm-adjusted over all contrasts of the family.
    """

    seed_share: float
    p_difference: float
    p_equivalence: float
    verdict: Outcome


def judge_by_student(
    queries: pl.DataFrame, pairs: Sequence[tuple[str, str]], metric: str, *, margin: float, alpha: float
) -> list[ByStudent]:
    """A verdict for each pair of variants, by the rules of `verdicts.judge`.

    The variance of a difference is that of a ratio over users (its first-order expansion, users being the clusters),
    and that of each side's mean over its seeds. Its degrees of freedom are those of Satterthwaite (1946) and Welch
    (1947): the fewer, the more of the variance is that of few seeds. Where hardly any is, this is what the bootstrap
    says.

    One user has no variance: nothing is shown then.

    Args:
        queries: `variant`, `seed`, `user_id` and the metric, one row per query; the same queries for each variant and
            seed.
        pairs: the left and the right variant of each contrast of a family.
        metric: which every query has.
        margin: smallest difference that matters.
        alpha: family-wise error of each kind of test.
    """
    if not pairs:
        return []
    spread = _Spread(queries.filter(pl.col("variant").is_in([side for pair in pairs for side in pair])), metric)
    parts = [spread.of(left, right) for left, right in pairs]
    effects, errors, degrees, shares = (np.array(values) for values in zip(*parts, strict=True))
    errors = np.maximum(errors, np.finfo(float).tiny)  # of two sides that rank alike
    single = len(spread.counts) < 2
    differ = holm(np.where(single, 1.0, 2 * stdtr(degrees, -np.abs(effects) / errors)), alpha, tails=2).adjusted
    equal = holm(np.where(single, 1.0, stdtr(degrees, (np.abs(effects) - margin) / errors)), alpha, tails=1).adjusted
    return [
        ByStudent(float(share), float(p), float(q), _outcome(effect, p, q, alpha))
        for share, effect, p, q in zip(shares, effects, differ, equal, strict=True)
    ]


def _outcome(effect: float, differ: float, equal: float, alpha: float) -> Outcome:
    if equal < alpha:
        return "equivalent"
    if differ < alpha:
        return "better" if effect > 0 else "worse"
    return "undetermined"


class _Spread:
    """The sums of a metric by user, [users], and its means by seed, [seeds], of each variant."""

    def __init__(self, queries: pl.DataFrame, metric: str) -> None:
        value = pl.col(metric).cast(pl.Float64)
        seeds = queries.group_by("variant", "seed").agg(value.mean()).sort("variant", "seed")
        self.means = {str(name): part[metric].to_numpy() for (name,), part in seeds.group_by("variant")}
        users = queries.group_by("variant", "user_id").agg(value.sum(), pl.len()).sort("variant", "user_id")
        parts = {str(name): part for (name,), part in users.group_by("variant", maintain_order=True)}
        self.sums = {name: part[metric].to_numpy() / len(self.means[name]) for name, part in parts.items()}
        first, part = next(iter(parts.items()))
        self.counts: Floats = part["len"].to_numpy() / len(self.means[first])

    def of(self, left: str, right: str) -> tuple[float, float, float, float]:
        """The effect, its standard error, its degrees of freedom, and the share of its variance that is of seeds.

        All of a variant's difference from itself is known: it is none.
        """
        if left == right:
            return 0.0, 0.0, np.inf, 0.0
        sums, users, whole = self.sums[left] - self.sums[right], len(self.counts), self.counts.sum()
        effect = sums.sum() / whole
        among_users = ((sums - effect * self.counts) ** 2).sum() / whole**2 * users / max(1, users - 1)
        sides = [self.means[side] for side in (left, right) if len(self.means[side]) > 1]
        parts = [(among_users, users - 1), *((means.var(ddof=1) / len(means), len(means) - 1) for means in sides)]
        variance = sum(part for part, _ in parts)
        degrees = variance**2 / sum(part**2 / free for part, free in parts if part) if variance else np.inf
        return effect, np.sqrt(variance), degrees, 1 - among_users / variance if variance else 0.0
