"""What a log is like, counted part by part."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from study.events.codes import numbered
from study.events.log import Ints
from study.events.nothing import is_nobody
from study.params.snapshot import Snapshot

CLOCKS_DIFFER = timedelta(days=1)
TIME = pl.col("timestamp")
BUSIEST = 20
"""Users of a part that are known by their ids: no more than so many can each have a share of one in so many events."""


@dataclass(frozen=True)
class Activity:
    """Of each user the number of events and of days with one, in UTC; int64 [U], both.

    `noted` has `user_id` and `events` of the busiest users, and of those whose id may stand for nobody.
    """

    events: Ints
    days: Ints
    noted: pl.DataFrame

    @property
    def returning(self) -> float:
        """The share of users with events on two days."""
        return float((self.days > 1).mean())


@dataclass(frozen=True)
class Facts:
    """Counts of a log.

    Attributes:
        events: how many.
        first, last: the times of the first and the last one.
        types: events of each type, the most frequent ones first.
        missing: of each attribute the events without a value.
        values: of each attribute the number of values.
        counts: of the event type and of each attribute that is text, `value` and `count`, in any order.
        users: their activity.
        future: events that have not happened yet.
        repeated: events that repeat another one in every column.
        days: number of events of each `day` with one, in UTC, by day.
    """

    events: int
    first: datetime
    last: datetime
    types: dict[str, int]
    missing: dict[str, int]
    values: dict[str, int]
    counts: dict[str, pl.DataFrame]
    users: Activity
    future: int
    repeated: int
    days: pl.DataFrame


@dataclass(frozen=True)
class PartFacts:
    """What is counted of one part.

    Attributes:
        row: its sums and its first and last time, a row.
        users: their activity.
        days: number of events of each `day`, in any order.
        counts: of the event type and of each attribute `value` and `count`, whatever it is called itself.
    """

    row: pl.DataFrame
    users: Activity
    days: pl.DataFrame
    counts: dict[str, pl.DataFrame]


def counted_in(part: pl.DataFrame, spec: Snapshot) -> PartFacts:
    """What is counted of a part of whole users, in the general form."""
    return PartFacts(
        row=_row(part),
        users=activity(part),
        days=_counts(part, TIME.dt.date().alias("day")),
        counts={name: _counts(part, pl.col(name).alias("value")) for name in ["event_type", *spec.coded]},
    )


def facts_of(parts: Iterable[PartFacts], spec: Snapshot) -> Facts:
    """The facts of a log, from what was counted of its parts."""
    counts: dict[str, pl.DataFrame] = {}
    rows, users, days = [], [], []
    for part in parts:
        rows.append(part.row)
        users.append(part.users)
        days.append(part.days)
        for name, table in part.counts.items():
            counts[name] = _added(counts.get(name), table)
    whole = pl.concat(rows)
    types = counts["event_type"].sort("count", "value", descending=[True, False])
    return Facts(
        events=int(whole["events"].sum()),
        first=whole["first"].min(),  # type: ignore[arg-type]
        last=whole["last"].max(),  # type: ignore[arg-type]
        types=dict(types.iter_rows()),
        missing={name: int(counts[name].filter(pl.col("value").is_null())["count"].sum()) for name in spec.coded},
        values={name: counts[name]["value"].drop_nulls().len() for name in spec.coded},
        counts={name: table for name, table in counts.items() if table.schema["value"] == pl.String},
        users=Activity(
            np.concatenate([a.events for a in users]),
            np.concatenate([a.days for a in users]),
            pl.concat([a.noted for a in users]),
        ),
        future=int(whole["future"].sum()),
        repeated=int(whole["repeated"].sum()),
        days=pl.concat(days).group_by("day").agg(pl.col("count").sum()).sort("day"),
    )


def _row(part: pl.DataFrame) -> pl.DataFrame:
    return part.select(
        events=pl.len(),
        first=TIME.min(),
        last=TIME.max(),
        future=pl.lit(datetime.now(UTC) + CLOCKS_DIFFER).lt(TIME).sum(),
        repeated=pl.lit(part.height - part.hash_rows().n_unique(), dtype=pl.Int64),
    )


def _counts(part: pl.DataFrame, value: pl.Expr) -> pl.DataFrame:
    """`count` of each value, in any order."""
    return part.lazy().select(value).group_by(pl.all()).len("count").collect(engine="streaming")


def _added(before: pl.DataFrame | None, counts: pl.DataFrame) -> pl.DataFrame:
    if before is None:
        return counts
    return pl.concat([before, counts]).group_by("value").agg(pl.col("count").sum())


def activity(events: pl.DataFrame) -> Activity:
    """How active the users are.

    Args:
        events: in the general form.
    """
    named = numbered(events["user_id"])
    user, ids = named.to_physical(), named.dtype.categories  # type: ignore[attr-defined]
    day = events["timestamp"].dt.date().to_physical()
    first, width = day.min(), day.max() - day.min() + 1  # type: ignore[operator]
    pairs = (user.cast(pl.Int64) * width + (day - first)).sort()
    distinct = pairs.filter((pairs != pairs.shift()).fill_null(value=True))
    counts = np.bincount(user.to_numpy())
    each = pl.DataFrame({"user_id": ids, "events": counts})
    is_busy = pl.col("events").rank("ordinal", descending=True) <= BUSIEST
    return Activity(
        events=counts,
        days=np.bincount((distinct // width).to_numpy()),
        noted=each.filter(is_busy | is_nobody(ids)),
    )
