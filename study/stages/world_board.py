"""What the fits in one world add up to: recall, the share of what can be reached, and verdicts against the truth."""

from dataclasses import asdict
from typing import Any

import polars as pl

from study.metrics.bootstrap import Draws, bootstrap
from study.metrics.verdicts import Verdict, judge_pairs, percentile_interval
from study.params.statistics import PRIMARY, Statistics
from study.params.worlds import BASE, WorldContrast
from study.worlds.diary import Floats

ORACLE = "oracle"
RIGHT = {"better": "better", "equal": "equivalent"}
Row = dict[str, Any]


def draws_of(queries: pl.DataFrame, settings: Statistics, seed: int) -> Draws:
    """The bootstrap of recall@10; `queries` as in `study.metrics.bootstrap`."""
    return bootstrap(queries, [PRIMARY], resamples=settings.resamples, seed=seed)[PRIMARY]


def variants(draws: Draws, chance: float, settings: Statistics) -> list[Row]:
    """Recall of each variant but the oracle, with its share of the reachable, from popularity 0 to oracle 1.

    The share is null where the oracle is not ahead of popularity by more than the margin, in every resample: there is
    nothing to reach then.

    Args:
        chance: recall@10 of a random ranking; `above_chance` is what the recall has beyond it.

    `beats_oracle` says that the recall is above the oracle's beyond noise: the lower end of the interval of the
    difference, adjusted for the number of variants (Bonferroni), is above 0. It would be an error or a leak.
    """
    base, best = (draws.values[:, draws.variants.index(name)] for name in (BASE, ORACLE))
    lead, leads = draws.difference(ORACLE, BASE)
    alpha, is_reachable = settings.alpha, min(lead, leads.min()) > settings.margin
    return [
        {
            "variant": name,
            "recall": estimate(draws, name, alpha),
            "above_chance": float(draws.estimates[i] - chance),
            "beats_oracle": percentile_interval(draws.values[:, i] - best, alpha / (len(draws.variants) - 1))[0] > 0,
            "share": _share(draws, name, (draws.values[:, i] - base) / (best - base), alpha) if is_reachable else None,
        }
        for i, name in enumerate(draws.variants)
        if name != ORACLE
    ]


def estimate(draws: Draws, name: str, alpha: float) -> Row:
    """Recall@10 with its interval."""
    i = draws.variants.index(name)
    low, high = percentile_interval(draws.values[:, i], alpha)
    return {"estimate": float(draws.estimates[i]), "low": low, "high": high}


def _share(draws: Draws, name: str, resampled: Floats, alpha: float) -> Row:
    value, base, best = (draws.estimates[draws.variants.index(who)] for who in (name, BASE, ORACLE))
    low, high = percentile_interval(resampled, alpha)
    return {"estimate": float((value - base) / (best - base)), "low": low, "high": high}


def contrasts(draws: Draws, declared: dict[str, WorldContrast], settings: Statistics) -> list[Row]:
    """The declared contrasts with effect, interval, verdict, and whether that is the truth.

    `finding` is "right", "wrong", or "open" where the verdict contradicts no truth.
    """
    found = judge_pairs(draws, [(one.left, one.right) for one in declared.values()], settings)
    return [
        {"name": name, **one.model_dump(exclude={"world"}), **asdict(verdict), "finding": finding(one, verdict)}
        for (name, one), verdict in zip(declared.items(), found, strict=True)
    ]


def finding(declared: WorldContrast, verdict: Verdict) -> str:
    """Whether a verdict is the truth; what is better, by no known size, may be *equivalent* within the margin too."""
    if verdict.verdict == "undetermined" or (declared.truth, verdict.verdict) == ("better", "equivalent"):
        return "open"
    return "right" if verdict.verdict == RIGHT[declared.truth] else "wrong"
