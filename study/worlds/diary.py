"""How a world writes down what happens, and how its oracle reads it back."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.log import Ints
from study.events.spans import DAY, MICROSECONDS

START = datetime(2024, 1, 1, tzinfo=UTC)
"""The midnight that begins day 0, a Monday."""

HORIZON_DAYS = 7
PURCHASE = "purchase"
ITEM = "item"
KEY_ACTION = {"event_type": [PURCHASE]}

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]

HOUR = 3600
_ORIGIN = int(START.timestamp()) * MICROSECONDS


def labels(noun: str, count: int) -> list[str]:
    """`count` names of a kind of thing, equally long."""
    width = len(str(count - 1))
    return [f"{noun}-{number:0{width}d}" for number in range(count)]


def day_of(cutoff: int) -> int:
    """The number of the day that begins at a cut-off, in microseconds since 1970 UTC."""
    return (cutoff - _ORIGIN) // DAY


@dataclass
class Diary:
    """Collects the events of a simulation.

    Attributes:
        users: names of the users.
        values: for each attribute the names of its values.
    """

    users: list[str]
    values: dict[str, list[str]]
    generator: np.random.Generator
    pages: list[pl.DataFrame] = field(default_factory=list)

    def write(
        self, who: Ints, day: int, hour: int, event_type: str, second: Ints | None = None, **attributes: Ints
    ) -> None:
        """One event for each of the users `who`, int64 [N], in an hour of a day.

        Args:
            second: of that hour, int64 [N]; any by default, so that events of different hours are moments apart.
            attributes: values as indices into `values`, int64 [N]; one that is not given is missing.
        """
        seconds = self.generator.integers(0, HOUR, len(who)) if second is None else second
        time = day * DAY + (hour * HOUR + seconds) * MICROSECONDS
        page = pl.DataFrame({"user": who, "time": time} | attributes)
        self.pages.append(page.with_columns(event_type=pl.lit(event_type)))

    def frame(self) -> pl.DataFrame:
        """The log: `user_id`, `timestamp`, `event_type` and the attributes, sorted by user and time."""
        events = pl.concat(self.pages, how="diagonal").sort("user", "time", maintain_order=True)
        return events.select(
            pl.col("user").replace_strict(dict(enumerate(self.users)), return_dtype=pl.String).alias("user_id"),
            (pl.col("time") + _ORIGIN).cast(pl.Datetime("us", "UTC")).alias("timestamp"),
            "event_type",
            *(
                pl.col(name).replace_strict(dict(enumerate(names)), return_dtype=pl.String)
                for name, names in self.values.items()
            ),
        )


@dataclass(frozen=True)
class History:
    """The events of some users before a cut-off, as arrays.

    Attributes:
        row: index of the user, int64 [N], ascending; inside a user the events are in the order of time.
        day: number of the day, int64 [N].
        kind: event type, object [N].
        codes: for each attribute the index of the value, -1 where it is missing, int64 [N].
    """

    row: Ints
    day: Ints
    kind: NDArray[np.object_]
    codes: dict[str, Ints]

    def of(self, kind: str) -> "History":
        """The events of one type."""
        is_kind = self.kind == kind
        codes = {name: values[is_kind] for name, values in self.codes.items()}
        return History(self.row[is_kind], self.day[is_kind], self.kind[is_kind], codes)

    def nth_last(self, values: Ints, count: int, nth: int = 1) -> Ints:
        """A value of the nth last event of each of `count` users, -1 where there are fewer; int64 [count]."""
        stops = np.searchsorted(self.row, np.arange(count), side="right")
        starts = np.searchsorted(self.row, np.arange(count))
        has = stops - starts >= nth
        result = np.full(count, -1, dtype=np.int64)
        result[has] = values[stops[has] - nth]
        return result


def read(events: pl.DataFrame, users: list[str], cutoff: int, values: dict[str, list[str]]) -> History:
    """What the users did before a cut-off.

    Args:
        events: a log; nothing from the cut-off on is read.
        cutoff: microseconds since 1970 UTC.
        values: the attributes to read, with the names of their values.
    """
    time = pl.col("timestamp").dt.timestamp("us")
    index = pl.DataFrame({"user_id": users, "row": np.arange(len(users))})
    before = events.filter(time < cutoff).join(index, on="user_id").sort("row", "timestamp")
    day = before.select((time - _ORIGIN) // DAY).to_series().to_numpy()
    coded = {
        name: before[name]
        .replace_strict({value: code for code, value in enumerate(names)}, default=-1, return_dtype=pl.Int64)
        .fill_null(-1)
        .to_numpy()
        for name, names in values.items()
    }
    return History(before["row"].to_numpy(), day, before["event_type"].to_numpy(), coded)
