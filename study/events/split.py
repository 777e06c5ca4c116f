"""From a snapshot to sorted events and to the queries of each window."""

import json
from datetime import datetime
from typing import Any

import polars as pl

from study.errors import UserError
from study.events.order import sort_events
from study.events.spans import Spans, Window
from study.params.question import Question

SEPARATOR = " · "


def with_candidates(events: pl.DataFrame, question: Question, timezone: str, seed: int) -> pl.DataFrame:
    """The events in the order of the study, with `local`, `candidate` and `key`.

    `candidate` joins the candidate columns and is missing where one of them is; `key` says whether the event is a
    key action that has a candidate.
    """
    has = pl.all_horizontal(pl.col(question.candidate).is_not_null())
    candidate = pl.when(has).then(pl.concat_str(question.candidate, separator=SEPARATOR))
    key = pl.all_horizontal(pl.col(column).is_in(allowed) for column, allowed in question.key_action.items())
    local = pl.col("timestamp").dt.convert_time_zone(timezone).dt.replace_time_zone(None)
    derived = sort_events(events, seed).with_columns(candidate=candidate, local=local)
    return derived.with_columns(key=(key & pl.col("candidate").is_not_null()).fill_null(value=False))


def window_queries(events: pl.DataFrame, window: Window) -> pl.DataFrame:
    """The queries of one window: users with an event before T and at least one relevant candidate in [T, T+H).

    Returns:
        `user_id`, `cutoff` (UTC), `relevant` and `seen`: the sorted distinct candidates of the key actions in the
        window, and those of any event before it.
    """
    time = pl.col("timestamp").dt.timestamp("us")
    before = events.filter(time < window.cutoff)
    inside = events.filter((time >= window.cutoff) & (time < window.end) & pl.col("key"))
    relevant = inside.group_by("user_id").agg(pl.col("candidate").unique().sort().alias("relevant"))
    seen = before.group_by("user_id").agg(pl.col("candidate").drop_nulls().unique().sort().alias("seen"))
    cutoff = pl.lit(window.cutoff).cast(pl.Datetime("us", "UTC")).alias("cutoff")
    return relevant.join(seen, on="user_id").select("user_id", cutoff, "relevant", "seen").sort("user_id")


def queries_of(events: pl.DataFrame, windows: list[Window], name: str) -> pl.DataFrame:
    """The queries of several windows, sorted by cut-off and user.

    Raises:
        UserError: a window has no query.
    """
    tables = [window_queries(events, window) for window in windows]
    for window, table in zip(windows, tables, strict=True):
        if not table.height:
            raise UserError(
                f"params.yaml: question: the {name} window of {window.day} has no query: no user with an earlier "
                "event takes the key action in it; check key_action and candidate, or widen horizon_days"
            )
    return pl.concat(tables)


def spans_to_json(spans: Spans) -> str:
    """The spans as JSON text, days as ISO dates."""

    def plain(value: Any) -> Any:
        return [w.day.isoformat() for w in value] if isinstance(value, list) else str(value)

    days = {name: plain(getattr(spans, name)) for name in ("first", "stop", "select", "test")}
    return json.dumps({"timezone": spans.timezone, "horizon_days": spans.horizon_days, **days}, indent=2) + "\n"


def spans_from_json(text: str) -> Spans:
    """The inverse of `spans_to_json`."""
    raw = json.loads(text)
    whole = Spans(raw["timezone"], raw["horizon_days"], datetime.fromisoformat(raw["first"]).date(), [], [], [])
    windows = {
        name: [whole.window(datetime.fromisoformat(day).date()) for day in raw[name]]
        for name in ("stop", "select", "test")
    }
    return Spans(whole.timezone, whole.horizon_days, whole.first, **windows)
