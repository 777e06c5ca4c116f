"""How fast a log goes: whether users come back, and the horizon that leaves enough windows."""

from dataclasses import dataclass

import polars as pl

from study.events.parts import Parts
from study.params.question import MINUTES_OF_DAY, STUDY_DAYS

RETURNING = 0.1
"""Share of users with events on two days below which a log is one of sessions."""
HORIZONS = 24
"""Windows that a log should hold: those of stop, select and test, and as many to train on."""
DAYS = (28, 7, 3, 1)
MINUTES = (720, 240, 60, 30, 10)
MINUTE = 60_000_000
LIMIT = MINUTES_OF_DAY * STUDY_DAYS
"""Minutes that a horizon of minutes stays below: users who stay longer are not in a session."""


@dataclass(frozen=True)
class Pace:
    """The horizon of a question, as its parameters, and why.

    Attributes:
        horizon: `horizon_days`, or `horizon_minutes` and perhaps `sessions`.
        horizons: how many the log lasts.
        reason: what the choice rests on.
    """

    horizon: dict[str, int | bool]
    horizons: int
    reason: str


def pace(events: Parts) -> Pace:
    """The longest usual horizon of which the log holds enough, or the rest of the session.

    A log is one of sessions where few users return, and nobody so late that no session could last as long.
    """
    first, last = events.bounds()
    users = pl.concat(_users(part) for part in events)
    returning = float(users.select(pl.col("returns").mean()).item())
    minutes = (last - first) / MINUTE
    longest = int(users["length"].to_numpy().max()) // MINUTE + 1
    if returning < RETURNING and longest + 1 < LIMIT:
        told = f"{returning:.0%} of the users come back another day; the longest session lasts {longest} minutes"
        return Pace({"horizon_minutes": longest + 1, "sessions": True}, HORIZONS, told)
    for unit, length in [*(("days", days) for days in DAYS), *(("minutes", few) for few in MINUTES)]:
        count = int(minutes / (length * (1440 if unit == "days" else 1)))
        if count >= HORIZONS:
            break
    told = (
        f"{returning:.0%} of the users come back another day; the log lasts {count} such horizons, and {HORIZONS} are "
        "wanted"
    )
    return Pace({f"horizon_{unit}": length}, count, told)


def _users(part: pl.DataFrame) -> pl.DataFrame:
    """Whether each user comes back another day, and how long all that they did lasts, in microseconds."""
    first, last = pl.col("timestamp").min(), pl.col("timestamp").max()
    return part.group_by("user_id").agg(
        (first.dt.date() != last.dt.date()).alias("returns"), (last - first).dt.total_microseconds().alias("length")
    )
