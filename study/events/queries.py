"""The queries of each window: who is asked about, and what the answer is."""

import polars as pl

from study.errors import UserError
from study.events.codes import first_of_each, numbered
from study.events.spans import DAY, Window
from study.events.split import TIME
from study.params.question import Question, WhoQuestion

USER, CANDIDATE, NAMES = pl.col("user_id"), pl.col("candidate"), pl.List(pl.String)


def queries_of(
    events: pl.DataFrame, windows: dict[str, list[Window]], question: Question, place: str = "questions"
) -> dict[str, pl.DataFrame]:
    """The queries of the windows of each named span, sorted by cut-off and user.

    Args:
        place: of the question in `params.yaml`, for messages.

    Raises:
        UserError: a window has no query, or none with an answer.
    """
    asked = [(name, window) for name, some in windows.items() for window in some]
    tables = tables_of(events, [window for _, window in asked], question)
    for (name, window), table in zip(asked, tables, strict=True):
        refuse_empty(place, question, f"{name} window of {window.day}", has_answer=answered(table))
    return {
        span: pl.concat(table for (name, _), table in zip(asked, tables, strict=True) if name == span)
        for span in windows
    }


def answered(table: pl.DataFrame) -> bool:
    """Whether a window has a query with an answer."""
    return bool(table["label"].any()) if "label" in table.columns else table.height > 0


def refuse_empty(place: str, question: Question, window: str, *, has_answer: bool) -> None:
    """A window that cannot be scored is an error of the question.

    Args:
        place: of the question in `params.yaml`.
        window: which one, in words.

    Raises:
        UserError: it has no query with an answer.
    """
    if has_answer:
        return
    why = "has no query: no user with an earlier event takes a key action in it that has a candidate"
    check = "key_action and candidate"
    if isinstance(question, WhoQuestion):
        why, check = "has nobody to find: no user who is asked about takes the key action in it", "key_action"
    raise UserError(
        f"params.yaml: {place}: the {window} {why}; check {check}, and that the log has no gap there, or widen the "
        "horizon"
    )


def tables_of(events: pl.DataFrame, windows: list[Window], question: Question) -> list[pl.DataFrame]:
    """The queries of each window, sorted by user: `user_id`, `cutoff` (UTC), and what the question asks for.

    *What*: users with an event before T and at least one relevant candidate in [T, T+H). `relevant` and `seen` are
    the sorted distinct candidates of the key actions in the window, and those of the key actions before it; where
    candidates are held back, `young` are the relevant ones among them.
    *Who*: users with an event in the eligible days before T, and `label`: whether they take the key action in it.
    """
    coded = events.select(
        numbered(events["user_id"]),
        numbered(events["candidate"]),
        TIME.alias("time"),
        pl.col("local").dt.timestamp("us"),
        *(name for name in ("key", "young") if name in events.columns),
    )
    acts = coded.filter("key")
    if isinstance(question, WhoQuestion):
        return [_who(coded, acts, window, round(question.eligible * DAY)) for window in windows]
    met = _met(coded)
    return [_what(met, acts, window, has_young=question.held_back > 0) for window in windows]


def _met(coded: pl.DataFrame) -> pl.DataFrame:
    """From when each user has acted on each candidate, or was there at all (null), sorted by user and candidate."""
    width = 2 + (coded.select(CANDIDATE.to_physical().max()).item() or 0)  # of all candidates, whose codes these are
    coded = coded.with_columns(pl.when("key").then(CANDIDATE).alias("candidate"))
    place = (CANDIDATE.to_physical().cast(pl.Int64) + 1).fill_null(0)
    pairs = coded.select("user_id", "candidate", "time", pair=USER.to_physical().cast(pl.Int64) * width + place)
    return first_of_each(pairs, "pair", "time")


def _what(met: pl.DataFrame, acts: pl.DataFrame, window: Window, *, has_young: bool) -> pl.DataFrame:
    young = [CANDIDATE.filter("young").unique().sort().alias("young")] if has_young else []
    relevant = _inside(acts, window).group_by("user_id").agg(CANDIDATE.unique().sort().alias("relevant"), *young)
    before = met.filter(pl.col("time") < window.cutoff).join(relevant, on="user_id", how="semi", maintain_order="left")
    seen = before.group_by("user_id", maintain_order=True).agg(CANDIDATE.drop_nulls().alias("seen"))
    joined = relevant.join(seen, on="user_id").sort("user_id")
    return joined.select(
        USER.cast(pl.String), _cutoff(window), pl.col("relevant", "seen", *(["young"] if has_young else [])).cast(NAMES)
    )


def _who(coded: pl.DataFrame, acts: pl.DataFrame, window: Window, eligible: int) -> pl.DataFrame:
    recent = coded.filter((pl.col("time") < window.cutoff) & (pl.col("local") >= window.local - eligible))
    takes = USER.is_in(_inside(acts, window)["user_id"].unique().implode()).alias("label")
    users = recent.select(USER.unique().sort())
    return users.select(USER.cast(pl.String), _cutoff(window), takes)


def _inside(acts: pl.DataFrame, window: Window) -> pl.DataFrame:
    return acts.filter((pl.col("time") >= window.cutoff) & (pl.col("time") < window.end))


def _cutoff(window: Window) -> pl.Expr:
    return pl.lit(window.cutoff).cast(pl.Datetime("us", "UTC")).alias("cutoff")
