"""What is worth knowing of a log before it is studied: a card, and warnings in plain words."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import sqrt

import numpy as np
import polars as pl

from study.events.codes import numbered
from study.events.log import Ints
from study.events.pace import RETURNING
from study.events.spans import Spans
from study.params.question import Question, WhoQuestion
from study.params.snapshot import Snapshot
from study.params.statistics import Statistics

DEVIATION = 0.065
"""Of the difference in recall@10 of two variants over the queries of one user: that of the default log, whose published
results detect 0.0041 with 1,999 users."""
DETECTED = 2.8
"""Standard errors that a two-sided test at 5 % finds with a power of 80 %."""
COIN = (0.4, 0.6)
RARE = 0.005
NEARLY_AN_ID = 0.2
"""Candidates per key action above which hardly any candidate is acted on twice."""
FEW = 20
CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True)
class Activity:
    """Of each user the number of events and of days with one, in UTC; int64 [U], both."""

    events: Ints
    days: Ints

    @property
    def returning(self) -> float:
        """The share of users with events on two days."""
        return float((self.days > 1).mean())


def activity(events: pl.DataFrame) -> Activity:
    """How active the users are.

    Args:
        events: in the general form.
    """
    user = numbered(events["user_id"]).to_physical()
    day = events["timestamp"].dt.date().to_physical()
    first, width = day.min(), day.max() - day.min() + 1  # type: ignore[operator]
    pairs = (user.cast(pl.Int64) * width + (day - first)).sort()
    distinct = pairs.filter((pairs != pairs.shift()).fill_null(value=True))
    return Activity(np.bincount(user.to_numpy()), np.bincount((distinct // width).to_numpy()))


def card(events: pl.DataFrame, spec: Snapshot, users: Activity) -> list[tuple[str, str]]:
    """What the log is like, as labels and values.

    Args:
        events: in the general form.
        users: their activity.
    """
    first, last = events.select(pl.col("timestamp").min().alias("f"), pl.col("timestamp").max().alias("l")).row(0)
    types = events["event_type"].value_counts(name="count").sort("count", "event_type", descending=[True, False])
    rows = [
        ("events", f"{events.height:,}"),
        ("users", f"{len(users.events):,}"),
        ("from, to (UTC)", f"{first:%Y-%m-%d %H:%M}, {last:%Y-%m-%d %H:%M}"),
        ("active days of a user", _middle(users.days)),
        ("events of a user", _middle(users.events)),
        ("event types", ", ".join(f"{name} {count:,}" for name, count in types.head(10).iter_rows())),
    ]
    for name, kind in spec.coded.items():
        missing = events[name].null_count()
        values = events[name].n_unique() - (missing > 0)
        rows.append((f"attribute {name}", f"{kind}, {values:,} values, {missing / events.height:.1%} missing"))
    return rows


def _middle(numbers: Ints) -> str:
    return f"median {np.median(numbers):.0f}, most {numbers.max():,}"


def asked(name: str, question: Question, spans: Spans, tables: dict[str, pl.DataFrame]) -> list[tuple[str, str]]:
    """What a question finds in the log, likewise.

    Args:
        tables: the queries of stop, select and test.
    """
    rows = [
        (f"{name}: windows", f"{sum(map(len, (spans.stop, spans.select, spans.test)))} of {question.horizon}"),
        (f"{name}: queries", ", ".join(f"{span} {table.height:,}" for span, table in tables.items())),
    ]
    development = pl.concat([tables["stop"], tables["select"]])
    if isinstance(question, WhoQuestion):
        return [*rows, (f"{name}: users who act in a window", f"{development['label'].to_numpy().mean():.1%}")]
    relevant = int(development["relevant"].list.len().sum())
    met = pl.col("relevant").list.set_intersection("seen").list.len().sum()
    repeats = int(development.select(met).item())
    return [*rows, (f"{name}: relevant candidates that the user had met before", f"{repeats / max(relevant, 1):.1%}")]


def doubts(question: Question, tables: dict[str, pl.DataFrame], catalogue: int, settings: Statistics) -> list[str]:
    """What may spoil a question of this log, a sentence each.

    Args:
        tables: the queries of stop, select and test.
        catalogue: candidates of the log.
    """
    development = pl.concat([tables["stop"], tables["select"]])
    if isinstance(question, WhoQuestion):
        return _rate(float(development["label"].to_numpy().mean()))
    users = tables["test"]["user_id"].n_unique()
    detectable = DETECTED * DEVIATION / sqrt(users)
    found = []
    if detectable > settings.margin:
        found.append(
            f"{tables['test'].height:,} queries of {users:,} users are on test; differences below about "
            f"{detectable:.3f} recall@10 will stay undetermined, and the margin is {settings.margin:g}: bring a longer "
            "log or more windows, or read the verdicts with that in mind"
        )
    return [*found, *_size(development["relevant"].explode(), catalogue)]


def _rate(share: float) -> list[str]:
    if COIN[0] < share < COIN[1]:
        return [f"{share:.0%} of the users act in a window: a coin toss; ask for a rarer key action"]
    if share < RARE:
        return [f"{share:.2%} of the users act in a window: the intervals will be wide; widen the horizon"]
    return []


def _size(relevant: pl.Series, catalogue: int) -> list[str]:
    distinct = relevant.n_unique()
    if catalogue < FEW:
        return [f"the catalogue has {catalogue} candidates: recall@10 is easy for everyone"]
    if distinct > NEARLY_AN_ID * len(relevant):
        return [
            f"{distinct:,} candidates share {len(relevant):,} key actions: the candidate is nearly an id; choose a "
            "coarser one"
        ]
    return []


def warnings(events: pl.DataFrame, spec: Snapshot, users: Activity, questions: list[Question]) -> list[str]:
    """What may spoil a study of this log, a sentence each."""
    found = []
    now = datetime.now(UTC) + CLOCKS_DIFFER
    future = events.filter(pl.col("timestamp") > now).height
    if future:
        found.append(
            f"{future:,} events lie in the future; the windows end with the last event, so the test weeks do too"
        )
    repeated = events.height - events.hash_rows().n_unique()
    if repeated:
        found.append(f"{repeated:,} rows repeat another one in every column; they are kept, as lines of a basket may")
    if users.returning < RETURNING and not all(question.sessions for question in questions):
        found.append(
            f"{users.returning:.0%} of the users come back another day; ask about the rest of the session "
            "(sessions: true), or use a horizon of minutes"
        )
    return found + [
        f"attribute {name} is empty in {events[name].null_count() / events.height:.0%} of the events"
        for name in spec.coded
        if events[name].null_count() > 0.95 * events.height
    ]
