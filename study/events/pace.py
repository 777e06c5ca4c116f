"""How fast a log goes: whether users come back, the horizon that leaves enough windows, and how many there are."""

from dataclasses import dataclass

import polars as pl

from study.events.parts import Parts
from study.params.question import MINUTES_OF_DAY, STUDY_DAYS

RETURNING = 0.1
"""Share of users with events on two days below which a log is one of sessions."""
FEW, MANY = {"stop": 1, "select": 2, "test": 3}, {"stop": 2, "select": 4, "test": 4}
"""Windows of each span."""
WARM_UP = 4
"""One horizon in so many that the log lasts."""
HORIZONS, LEAST = 24, 10
"""Horizons that a log should hold: `MANY` windows and more to train on; at least: `FEW`, two, and the warm-up."""
DAYS = {28: HORIZONS, 7: HORIZONS, 3: HORIZONS, 1: LEAST}
MINUTES = dict.fromkeys((240, 60, 30, 10), HORIZONS)
"""Lengths of a horizon, and how many of them the log has to hold for each; days go before minutes."""
MINUTE = 60_000_000
LIMIT = MINUTES_OF_DAY * STUDY_DAYS
"""Minutes that a horizon of minutes stays below: users who stay longer are not in a session."""


@dataclass(frozen=True)
class Pace:
    """The horizon and the windows of a question, as their parameters, and why.

    Attributes:
        horizon: `horizon_days`, or `horizon_minutes` and perhaps `sessions`.
        windows: of each span.
        warmup_days: as of the features, on the clock of the study.
        reason: what the choice rests on.
    """

    horizon: dict[str, int | bool]
    windows: dict[str, int]
    warmup_days: int
    reason: str


def pace(events: Parts) -> Pace:
    """The longest usual horizon of which the log holds enough, or the rest of the session.

    A log is one of sessions where few users return, nobody so late that no session could last as long, and where half
    of those who do more than one thing are done within a small part of the log. Their horizon is half as long again as
    the longest one where it can be: a later log with a longer one would be refused.
    """
    first, last = events.bounds()
    users = pl.concat(_users(part) for part in events)
    returning = float(users.select(pl.col("returns").mean()).item())
    minutes = (last - first) / MINUTE
    longest = int(users["length"].to_numpy().max()) // MINUTE + 1
    usual = users.filter(pl.col("length") > 0).select(pl.col("length").median()).item() or 0
    if returning < RETURNING and longest + 1 < LIMIT and HORIZONS * usual <= last - first:
        horizon = min(longest + longest // 2 + 1, LIMIT - 1)
        told = (
            f"{returning:.0%} of the users come back another day; the longest session lasts {longest} minutes, and "
            "later ones may be longer"
        )
        return Pace({"horizon_minutes": horizon, "sessions": True}, MANY, HORIZONS // WARM_UP * STUDY_DAYS, told)
    lengths = [("days", length, least) for length, least in DAYS.items()]
    for unit, length, least in [*lengths, *(("minutes", length, least) for length, least in MINUTES.items())]:
        count = int(minutes / (length * (MINUTES_OF_DAY if unit == "days" else 1)))
        if count >= least:
            break
    windows = MANY if count >= HORIZONS else FEW
    # At least one window to train on comes after the warm-up.
    warm_up = max(0, min(count // WARM_UP, count - sum(windows.values()) - 1))
    told = (
        f"{returning:.0%} of the users come back another day; the log lasts {count} such horizons, and {HORIZONS} are "
        f"wanted{'' if windows is MANY else ', so there are fewer windows'}"
    )
    days = length if unit == "days" else STUDY_DAYS
    return Pace({f"horizon_{unit}": length}, windows, warm_up * days, told)


def _users(part: pl.DataFrame) -> pl.DataFrame:
    """Whether each user comes back another day, and how long all that they did lasts, in microseconds."""
    first, last = pl.col("timestamp").min(), pl.col("timestamp").max()
    return part.group_by("user_id").agg(
        (first.dt.date() != last.dt.date()).alias("returns"), (last - first).dt.total_microseconds().alias("length")
    )
