"""The data card: what the log is like before the first test cut-off."""

from typing import Any

import polars as pl

from study.events.spans import Spans
from study.params.snapshot import Snapshot

MOST = 20
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
LISTED = 50
"""How many values of an attribute are told, the most frequent ones: what the next snapshot is compared with."""
STEPS = 20
"""Of a numeric one, its quantiles at so many even steps."""


def data_card(events: pl.DataFrame, spec: Snapshot, spans: Spans, tables: dict[str, pl.DataFrame]) -> dict[str, Any]:
    """Plain values for the Data page; of the test windows only the number of queries is told.

    Args:
        events: the development events with `key`, `candidate`, `young` and `local`.
        tables: the queries of stop, select and test.
    """
    per_user = events.group_by("user_id").agg(pl.len(), pl.col("local").dt.date().n_unique().alias("days"))
    days = events.group_by(pl.col("local").dt.date().alias("day")).len().sort("day")
    types = events["event_type"].value_counts(name="count").sort("count", "event_type", descending=[True, False])
    top = events.filter("key")["candidate"].value_counts(name="count")
    top = top.sort("count", "candidate", descending=[True, False]).head(MOST)
    first, last = events["timestamp"].min(), events["timestamp"].max()
    return {
        "snapshot": spec.name,
        "source": spec.source,
        "timezone": spans.timezone,
        "users": per_user.height,
        "events": events.height,
        "first": str(first),
        "last": str(last),
        "event_types": dict(types.iter_rows()),
        "attributes": {name: _attribute(events[name], kind) for name, kind in spec.coded.items()},
        "windows": [row for name, table in tables.items() for row in _windows(name, table, spans)],
        "days": [[str(day), count] for day, count in days.iter_rows()],
        "active_days_median": per_user["days"].median(),
        "events_per_user": {str(q): per_user["len"].quantile(q, "linear") for q in QUANTILES},
        "catalogue": events["candidate"].drop_nulls().n_unique(),
        "young": events.filter("young")["candidate"].n_unique(),
        "candidates_top": [list(row) for row in top.iter_rows()],
    }


def _attribute(column: pl.Series, kind: str) -> dict[str, Any]:
    known = column.drop_nulls()
    told = {"kind": kind, "cardinality": known.n_unique(), "missing": column.null_count() / len(column)}
    if known.dtype.is_numeric():
        return told | {
            "quantiles": [known.quantile(i / STEPS, "lower") for i in range(STEPS + 1)] if len(known) else []
        }
    counted = known.cast(pl.String).rename("value").value_counts(name="count")
    most = counted.sort("count", "value", descending=[True, False]).head(LISTED)
    return told | {"values": dict(most.iter_rows())}


def _windows(name: str, table: pl.DataFrame, spans: Spans) -> list[dict[str, Any]]:
    rows = []
    for window in getattr(spans, name):
        queries = table.filter(pl.col("cutoff").dt.timestamp("us") == window.cutoff)
        row = {"span": name, "day": window.day.isoformat(), "queries": queries.height, "users": queries.height}
        if name != "test" and "label" in queries.columns:
            row["positive_share"] = queries["label"].mean()
        elif name != "test":
            repeats = queries.select(pl.col("relevant").list.set_intersection("seen").list.len().sum()).item()
            relevant = int(queries["relevant"].list.len().sum())
            row |= {"relevant_mean": relevant / queries.height, "repeat_share": repeats / relevant}
        rows.append(row)
    return rows
