"""What the scores of the variants of question `who` add up to: leaderboard, contrasts, windows, reliability."""

from dataclasses import asdict
from typing import Any

import numpy as np
import polars as pl

from study.metrics.bootstrap import Draws
from study.metrics.leaderboard import estimate, ordered
from study.metrics.power import detectable_difference
from study.metrics.screening import CALIBRATION, LOG_LOSS, PRIMARY, SHARES, places
from study.metrics.screening_calibration import Platt
from study.metrics.screening_reliability import Reliability, reliability
from study.params.roster import Variant
from study.params.statistics import Statistics

Row = dict[str, Any]
ROUNDED = 6


def leaderboard(
    roster: dict[str, Variant],
    searches: dict[str, Row],
    draws: dict[str, Draws],
    seeds: dict[str, int],
    reliabilities: dict[str, list[Reliability]],
    alpha: float,
) -> list[Row]:
    """One entry per variant, as `ordered` has them.

    Every metric has its interval, but the calibration error: a resample of users is itself calibrated worse. That of
    average precision lies too high: the copies of a positive that is drawn more than once raise the precision there.
    """
    most = {metric: np.inf if metric == LOG_LOSS else 1.0 for metric in draws}
    estimates = {}
    for name in roster:
        estimates[name] = {metric: estimate(found, name, alpha, most[metric]) for metric, found in draws.items()}
        error = float(np.mean([found.error for found in reliabilities[name]]))
        estimates[name][CALIBRATION] = {"estimate": error, "low": None, "high": None}
    return ordered(roster, searches, seeds, estimates)


def windows(scores: pl.DataFrame) -> Row:
    """Eligible users, users with the key action and base rate of each test window, and over all of them.

    `perfect` is the recall among the top 5 % of a faultless ranking: where more users than that take the key action,
    it cannot be 1.
    """
    once = scores.unique(["user_id", "cutoff"], keep="first", maintain_order=True).sort("cutoff", "user_id")
    rows = []
    for part in once.partition_by("cutoff", maintain_order=True):
        users, positives = part.height, int(part["label"].sum())
        room = places(SHARES[PRIMARY], users)
        rows.append(
            {
                "cutoff": part["cutoff"][0].isoformat(),
                "users": users,
                "positives": positives,
                "base_rate": positives / users,
                "perfect": min(room, positives) / positives if positives else None,
            }
        )
    known = [row["perfect"] for row in rows if row["perfect"] is not None]
    return {
        "windows": rows,
        "users": once["user_id"].n_unique(),
        "base_rate": float(np.mean([row["base_rate"] for row in rows])),
        "perfect": float(np.mean(known)) if known else None,
    }


def resolution(verdicts: list[Row], draws: Draws, settings: Statistics) -> Row:
    """The margin, and the smallest difference that the contrasts find with 80 % power; None without a contrast."""
    sides = {(row["left_variant"], row["right_variant"]) for row in verdicts}
    values = [draws.difference(left, right)[1] for left, right in sorted(sides) if left != right]
    return {"margin": settings.margin, "detectable": detectable_difference(values, alpha=settings.alpha)}


def spread(verdicts: list[Row], users_drawn: Draws, by_seed: dict[str, list[float]]) -> Row:
    """What Student's t needs beside the effects: how far each varies among users, and its seeds.

    Args:
        verdicts: the judged contrasts.
        users_drawn: the primary metric, seeds averaged.
        by_seed: the primary metric of each seed of each variant.
    """
    sides = {row["name"]: (row["left_variant"], row["right_variant"]) for row in verdicts}
    among = {name: float(np.nanstd(users_drawn.difference(*pair)[1], ddof=1)) for name, pair in sides.items()}
    return {"users": users_drawn.users, "among_users": among, "by_seed": by_seed}


def reliabilities_of(scores: pl.DataFrame) -> dict[str, list[Reliability]]:
    """Of each variant the reliability of each seed, over all windows together: bins of one window would be small."""
    found: dict[str, list[Reliability]] = {}
    for part in scores.sort("seed").partition_by("variant", "seed", maintain_order=True):
        bins = reliability(part["probability"].to_numpy(), part["label"].to_numpy())
        found.setdefault(str(part["variant"][0]), []).append(bins)
    return found


def binned(reliabilities: dict[str, list[Reliability]], variant: str, calibrators: dict[str, Platt]) -> Row:
    """The bins of the first seed, which a figure can show, and the calibrator that all seeds share."""
    first = reliabilities[variant][0]
    bins = [
        {"predicted": round(p, ROUNDED), "observed": round(o, ROUNDED), "users": int(n)}
        for p, o, n in zip(first.predicted.tolist(), first.observed.tolist(), first.users.tolist(), strict=True)
    ]
    return {
        "bins": bins,
        "calibrator": asdict(calibrators[variant]),
        "errors": [r.error for r in reliabilities[variant]],
    }
