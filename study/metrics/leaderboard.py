"""What the scores of all variants add up to: the leaderboard and the declared contrasts."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from study.metrics.bootstrap import Draws
from study.metrics.ranking import DEPTHS
from study.metrics.verdicts import judge_pairs, percentile_interval
from study.params.roster import Variant
from study.params.statistics import BEST, PRIMARY_K, Contrast, Statistics
from study.searched import chosen_select

Row = dict[str, Any]
SHOWN = [
    *(f"recall@{k}{part}" for part in ("", "/repeat", "/explore") for k in DEPTHS),
    f"ndcg@{PRIMARY_K}",
    f"hit_rate@{PRIMARY_K}",
    f"capped_recall@{PRIMARY_K}",
]
"""The metrics that have an estimate with an interval."""
OF_YOUNG = [f"recall@{k}/{part}" for part in ("known", "young") for k in DEPTHS]
"""Those too, where candidates are held back."""


def leaderboard(
    roster: dict[str, Variant],
    searches: dict[str, Row],
    draws: dict[str, Draws],
    seeds: dict[str, int],
    coverage: list[Row],
    alpha: float,
) -> list[Row]:
    """One entry per variant, as `ordered` has them.

    Args:
        searches: the record of each variant's search.
        draws: of each metric in `SHOWN`, and of any others.
        seeds: number of refits of each variant.
        coverage: rows `variant`, `k`, `coverage`, one per seed and cut-off; the entry gives the mean at the k of the
            primary metric.
    """
    estimates = {}
    for name in roster:
        covered = [row["coverage"] for row in coverage if row["variant"] == name and row["k"] == PRIMARY_K]
        estimates[name] = {metric: estimate(draws[metric], name, alpha) for metric in draws}
        estimates[name][f"coverage@{PRIMARY_K}"] = {"estimate": float(np.mean(covered)), "low": None, "high": None}
    return ordered(roster, searches, seeds, estimates)


def ordered(
    roster: dict[str, Variant], searches: dict[str, Row], seeds: dict[str, int], estimates: dict[str, Row]
) -> list[Row]:
    """The entries of a leaderboard, best on select first, ties in the order of the roster.

    `unfinished` is a variant whose best round was its last.

    Args:
        estimates: of each variant, those of its metrics.
    """
    rows = [
        {
            "variant": name,
            "family": entry.family,
            "seeds": seeds[name],
            "tuned": bool(searches[name]["space"]),
            "select": chosen_select(searches[name]),
            "unfinished": searches[name]["rounds"] >= searches[name]["last_round"] > 1,
            "estimates": estimates[name],
        }
        for name, entry in roster.items()
    ]
    return sorted(rows, key=lambda row: -row["select"])


def estimate(draws: Draws, variant: str, alpha: float, most: float = 1.0) -> Row:
    """What a variant reaches with its interval; None where there is no number.

    The interval stays between 0 and the `most` that a metric can be: the stretch of the seeds may lead beyond.
    """
    i = draws.variants.index(variant)
    interval = np.clip(percentile_interval(draws.values[:, i], alpha), 0.0, most).tolist()
    values = float(draws.estimates[i]), *interval
    return dict(zip(("estimate", "low", "high"), (None if np.isnan(v) else v for v in values), strict=True))


def resolve(side: str, board: list[Row]) -> str:
    """The variant that a side of a contrast names; `best:FAMILY` is the family's first on the leaderboard."""
    if not side.startswith(BEST):
        return side
    return str(next(row["variant"] for row in board if row["family"] == side.removeprefix(BEST)))


def contrasts(declared: dict[str, Contrast], board: list[Row], draws: Draws, settings: Statistics) -> list[Row]:
    """The declared contrasts, in order, with effect, interval, adjusted p values and verdict."""
    sides = [(resolve(c.left, board), resolve(c.right, board)) for c in declared.values()]
    verdicts = judge_pairs(draws, sides, settings)
    return [
        {"name": name, **contrast.model_dump(), "left_variant": left, "right_variant": right, **asdict(verdict)}
        for (name, contrast), (left, right), verdict in zip(declared.items(), sides, verdicts, strict=True)
    ]


def recall_curves(board: Iterable[Row]) -> pl.DataFrame:
    """`k, recall, low, high, variant`: the curve of each variant, in the order of the leaderboard."""
    points = [{"k": k, **row["estimates"][f"recall@{k}"], "variant": row["variant"]} for row in board for k in DEPTHS]
    return pl.DataFrame(points).rename({"estimate": "recall"}).select("k", "recall", "low", "high", "variant")
