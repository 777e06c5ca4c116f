"""What Student's t says: of contrasts, since the bootstrap's tails are thin where seeds are few, and of two effects."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from study.metrics.verdicts import holm
from study.params.statistics import Outcome

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ByStudent:
    """Of left over right.

    Attributes:
        seed_share: of the variance of the difference, the part of the seeds.
        p_difference, p_equivalence: Holm-adjusted over all contrasts of the family.
        error, degrees: the standard error of the difference, with its degrees of freedom; infinite of a single user.
    """

    seed_share: float
    p_difference: float
    p_equivalence: float
    verdict: Outcome
    error: float
    degrees: float

    def reach(self, level: float) -> float:
        """How far an interval of that level reaches to either side of the difference."""
        return float(stdtrit(self.degrees, (1 + level) / 2)) * self.error


def judge_by_student(
    queries: pl.DataFrame,
    pairs: Sequence[tuple[str, str]],
    metric: str,
    *,
    margin: float,
    alpha: float,
    of_seeds: float = 1.0,
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
        of_seeds: what the part of the seeds is multiplied by, where more than a seed is drawn anew: a search, say.
    """
    if not pairs:
        return []
    spread = _Spread(queries.filter(pl.col("variant").is_in([side for pair in pairs for side in pair])), metric)
    found = [spread.of(left, right, of_seeds) for left, right in pairs]
    return _judged(found, margin, alpha, single=len(spread.counts) < 2)


@dataclass(frozen=True)
class RankEffect:
    """A difference of two variants in a metric whose ranks hang on who is drawn, so that it is no mean over queries.

    Attributes:
        effect: left minus right.
        among_users: standard deviation of the resamples of users, each side's seeds averaged.
        seeds: the metric of each seed of either side; empty for a variant and itself.
    """

    effect: float
    among_users: float
    seeds: tuple[Sequence[float], ...]


def judge_ranks_by_student(
    effects: Sequence[RankEffect], users: float, *, margin: float, alpha: float
) -> list[ByStudent]:
    """As `judge_by_student`, of effects in such a metric: the bootstrap of users has their part of the variance.

    Args:
        effects: one for each contrast of a family.
        users: how many of equal weight the metric is measured on.
        margin, alpha: likewise.
    """
    if not effects:
        return []
    found = []
    for one in effects:
        of_seeds = [part for values in one.seeds for part in _of_seeds(np.array(values))]
        error, degrees = _error([(one.among_users**2, max(1, users - 1)), *of_seeds])
        found.append((one.effect, error, degrees, 1 - (one.among_users / error) ** 2 if error else 0.0))
    return _judged(found, margin, alpha, single=users < 2)


@dataclass(frozen=True)
class EffectByStudent:
    """Of an effect that is made of several differences: their mean, or how they change.

    Attributes:
        effect: the mean, or how much larger it is there.
        low, high: an interval of it, Bonferroni over the family; unbounded of a single user.
        p_difference, p_equivalence: Holm-adjusted over the family.
        verdict: *better* where the effect is above 0.
    """

    effect: float
    low: float
    high: float
    p_difference: float
    p_equivalence: float
    verdict: Outcome


def judge_changes_by_student(
    before: pl.DataFrame,
    after: pl.DataFrame,
    pairs: Sequence[tuple[tuple[str, str], tuple[str, str]]],
    metric: str,
    *,
    margin: float,
    alpha: float,
) -> list[EffectByStudent]:
    """Whether the effects of two variants differ between two sets of queries of the same users, as one difference.

    As `judge_by_student`, of the difference of two differences: users are the clusters of both, so that what a user
    does in either counts once, and each of the four sides has its seeds.

    Args:
        before, after: as its `queries`; a user without a query in one adds nothing there.
        pairs: of each member of the family the left and the right variant before, and those after.
        metric, margin, alpha: likewise.
    """
    if not pairs:
        return []
    sets = _Spread(before, metric), _Spread(after, metric)
    users = sorted({user for one in sets for user in one.users})
    found = []
    for sides in pairs:
        first, then = (one.influence(*pair, users) for one, pair in zip(sets, sides, strict=True))
        parts = [part for one, pair in zip(sets, sides, strict=True) for part in one.of_seeds(*pair)]
        among_users = ((then[1] - first[1]) ** 2).sum() * len(users) / max(1, len(users) - 1)
        found.append((then[0] - first[0], *_error([(among_users, len(users) - 1), *parts])))
    return _with_intervals(found, margin, alpha, single=len(users) < 2)


def judge_means_by_student(
    queries: pl.DataFrame, groups: Sequence[Sequence[tuple[str, str]]], metric: str, *, margin: float, alpha: float
) -> list[EffectByStudent]:
    """The mean effect of several pairs of variants on the same queries, as one difference: a simple effect, say.

    As `judge_by_student`, users being the clusters of all pairs of a group.

    Args:
        groups: of each member of the family the pairs, left and right; no variant is in two pairs of one group.
        queries, metric, margin, alpha: likewise.
    """
    if not groups:
        return []
    spread, found = _Spread(queries, metric), []
    for pairs in groups:
        share = 1 / len(pairs)
        each = [spread.influence(*pair, spread.users) for pair in pairs]
        of_user = share * np.sum([moved for _, moved in each], axis=0)
        among_users = (of_user**2).sum() * len(of_user) / max(1, len(of_user) - 1)
        of_seeds = [(part * share**2, free) for pair in pairs for part, free in spread.of_seeds(*pair)]
        error = _error([(among_users, len(of_user) - 1), *of_seeds])
        found.append((share * sum(effect for effect, _ in each), *error))
    return _with_intervals(found, margin, alpha, single=len(spread.users) < 2)


def _with_intervals(
    found: Sequence[tuple[float, float, float]], margin: float, alpha: float, *, single: bool
) -> list[EffectByStudent]:
    """Of the effect, its standard error and degrees of freedom, of each member of a family."""
    effects, errors, degrees = (np.array(values) for values in zip(*found, strict=True))
    differ, equal = _adjusted(effects, errors, degrees, margin, alpha, single=single)
    reach = np.full(len(found), np.inf) if single else stdtrit(degrees, 1 - alpha / (2 * len(found))) * errors
    return [
        EffectByStudent(float(e), float(e - r), float(e + r), float(p), float(q), _outcome(e, p, q, alpha))
        for e, r, p, q in zip(effects, reach, differ, equal, strict=True)
    ]


def _judged(
    found: Sequence[tuple[float, float, float, float]], margin: float, alpha: float, *, single: bool
) -> list[ByStudent]:
    """Of the effect, its standard error, degrees of freedom and share of the seeds, of each contrast of a family."""
    effects, errors, degrees, shares = (np.array(values) for values in zip(*found, strict=True))
    differ, equal = _adjusted(effects, errors, degrees, margin, alpha, single=single)
    errors = np.full(len(found), np.inf) if single else errors
    return [
        ByStudent(float(share), float(p), float(q), _outcome(effect, p, q, alpha), float(error), float(free))
        for share, effect, p, q, error, free in zip(shares, effects, differ, equal, errors, degrees, strict=True)
    ]


def _of_seeds(means: Floats) -> list[tuple[float, float]]:
    """The variance of the mean of these seeds, [seeds], with its degrees of freedom; nothing of a single one."""
    return [(float(means.var(ddof=1) / len(means)), len(means) - 1)] if len(means) > 1 else []


def _error(parts: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The standard error of independent parts of a variance, each with its degrees of freedom, and those of all."""
    variance = sum(part for part, _ in parts)
    degrees = variance**2 / sum(part**2 / free for part, free in parts if part) if variance else np.inf
    return float(np.sqrt(variance)), float(degrees)


def _adjusted(
    effects: Floats, errors: Floats, degrees: Floats, margin: float, alpha: float, *, single: bool
) -> tuple[Floats, Floats]:
    """The p values of both kinds of tests, Holm-adjusted; of a single user nothing is shown."""
    errors = np.maximum(errors, np.finfo(float).tiny)  # of two sides that rank alike
    differ = holm(np.where(single, 1.0, 2 * stdtr(degrees, -np.abs(effects) / errors)), alpha, tails=2).adjusted
    equal = holm(np.where(single, 1.0, stdtr(degrees, (np.abs(effects) - margin) / errors)), alpha, tails=1).adjusted
    return differ, equal


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
        self.users: list[str] = part["user_id"].to_list()
        self.counts: Floats = part["len"].to_numpy() / len(self.means[first])

    def of(self, left: str, right: str, times: float) -> tuple[float, float, float, float]:
        """The effect, its standard error, its degrees of freedom, and the share of its variance that is of seeds.

        The part of the seeds is multiplied by `times`.

        All of a variant's difference from itself is known: it is none.
        """
        if left == right:
            return 0.0, 0.0, np.inf, 0.0
        users = len(self.users)
        effect, of_user = self.influence(left, right, self.users)
        among_users = (of_user**2).sum() * users / max(1, users - 1)
        of_seeds = [(times * part, free) for part, free in self.of_seeds(left, right)]
        error, degrees = _error([(among_users, users - 1), *of_seeds])
        return effect, error, degrees, 1 - among_users / error**2 if error else 0.0

    def influence(self, left: str, right: str, users: Sequence[str]) -> tuple[float, Floats]:
        """The effect, and by how much each of these users moves it, [users]; one without a query does not."""
        sums, whole = self.sums[left] - self.sums[right], self.counts.sum()
        effect = sums.sum() / whole
        places = {user: index for index, user in enumerate(users)}
        moved = np.zeros(len(users))
        moved[[places[user] for user in self.users]] = (sums - effect * self.counts) / whole
        return float(effect), moved

    def of_seeds(self, left: str, right: str) -> list[tuple[float, float]]:
        """What `_of_seeds` finds of either side."""
        return [part for side in (left, right) for part in _of_seeds(self.means[side])]
