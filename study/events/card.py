"""The data card: what the log is like before the first test cut-off."""

from typing import Any

import polars as pl

from study.events.parts import Saved
from study.events.spans import Spans, Window
from study.params.question import Question
from study.params.snapshot import Snapshot

CANDIDATE, LOCAL_DAY = pl.col("candidate"), pl.col("local").dt.date()
MOST = 20
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LISTED = 50
"""How many values of an attribute are told, the most frequent ones: what the next snapshot is compared with."""
STEPS = 20
"""Of a numeric one, its quantiles at so many even steps."""


def data_card(events: Saved, spec: Snapshot, spans: Spans, tables: dict[str, list[pl.LazyFrame]]) -> dict[str, Any]:
    """Plain values for the Data page; of the test windows only the number of queries is told.

    Args:
        events: the file of the development events with `key`, `candidate`, `young` and `local`.
        tables: the queries of each window of stop, select and test.
    """
    log, told = events.scan(), pl.col("timestamp")
    per_user = pl.concat(_per_user(part) for part in Saved(events.path, ["user_id", "local"]))
    days = _counted(log, LOCAL_DAY).sort("value")
    types = _counted(log, pl.col("event_type"))
    candidates = _counted(log.filter(CANDIDATE.is_not_null()), CANDIDATE)
    top = _counted(log.filter("key"), CANDIDATE).head(MOST)
    first, last = log.select(told.min().alias("first"), told.max().alias("last")).collect().row(0)
    return {
        "snapshot": spec.name,
        "source": spec.source,
        "most_events": spec.most_events,
        "timezone": spans.timezone,
        "users": per_user.height,
        "events": int(per_user["len"].sum()),
        "first": str(first),
        "last": str(last),
        "event_types": dict(types.iter_rows()),
        "attributes": {name: _attribute(log, name, kind) for name, kind in spec.coded.items()},
        "windows": [row for name, some in tables.items() for row in _windows(name, some, getattr(spans, name))],
        "days": [[str(day), count] for day, count in days.iter_rows()],
        "active_days_median": per_user["days"].median(),
        "events_per_user": {str(q): per_user["len"].quantile(q, "linear") for q in QUANTILES},
        "catalogue": candidates.height,
        "young": _counted(log.filter("young"), CANDIDATE).height,
        "candidates_top": [list(row) for row in top.iter_rows()],
    }


def told_of(question: Question) -> dict[str, Any]:
    """What the question asks, so that two cards tell the same where two questions do.

    Without the windows, and whatever order values have. A question of sessions asks about the rest of all that may go
    on, which is the same with a longer horizon.
    """
    told = question.model_dump(mode="json", exclude={"windows"}, exclude_defaults=True)
    allowed = told["key_action"].items()
    told["key_action"] = {column: sorted(one) if isinstance(one, list) else one for column, one in allowed}
    if "candidate" in told:
        told["candidate"] = sorted(told["candidate"])
    unused = {"eligible_days", "horizon_minutes"} if question.sessions else set()
    return {key: value for key, value in told.items() if key not in unused}


def _per_user(part: pl.DataFrame) -> pl.DataFrame:
    return part.group_by("user_id").agg(pl.len(), LOCAL_DAY.n_unique().alias("days"))


def _counted(log: pl.LazyFrame, value: pl.Expr) -> pl.DataFrame:
    """`value` and `count`: how often each occurs, the most frequent ones first."""
    counts = log.select(value.alias("value")).group_by("value").len("count").collect(engine="streaming")
    return counts.sort("count", "value", descending=[True, False])


def _attribute(log: pl.LazyFrame, name: str, kind: str) -> dict[str, Any]:
    counts = _counted(log, pl.col(name))
    known = counts.filter(pl.col("value").is_not_null())
    total = int(counts["count"].sum())
    told = {"kind": kind, "cardinality": known.height, "missing": (total - int(known["count"].sum())) / total}
    if known["value"].dtype.is_numeric():
        return told | {"quantiles": _quantiles(log.select(name).collect().to_series().drop_nulls())}
    return told | {"values": dict(known.head(LISTED).iter_rows())}


def _quantiles(known: pl.Series) -> list[Any]:
    return [known.quantile(i / STEPS, "lower") for i in range(STEPS + 1)] if len(known) else []


def _windows(name: str, tables: list[pl.LazyFrame], windows: list[Window]) -> list[dict[str, Any]]:
    rows = []
    for window, table in zip(windows, tables, strict=True):
        queries = table.drop("user_id").collect()
        row = {"span": name, "day": window.day.isoformat(), "queries": queries.height}
        if name != "test" and "label" in queries.columns:
            row["positive_share"] = queries["label"].mean()
        elif name != "test":
            repeats = queries.select(pl.col("relevant").list.set_intersection("seen").list.len().sum()).item()
            relevant = int(queries["relevant"].list.len().sum())
            row |= {"relevant_mean": relevant / queries.height, "repeat_share": repeats / relevant}
        rows.append(row)
    return rows
