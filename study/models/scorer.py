"""The one place that scores: full ranking of the catalogue for blocks of queries, and the ranks of the relevant."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.fold import take
from study.events.log import Ints, Labels, Log, Queries
from study.events.spans import Window
from study.metrics.ranking import Order, ranks_of_relevant, recall_at
from study.models.base import Recommender
from study.seeds import hash_text, mix64, seed_of

CELLS = 4_000_000  # scores held at a time


@dataclass(frozen=True)
class Evaluation:
    """The queries of one window and what is needed to rank for them.

    Attributes:
        window: its cut-off and end.
        queries: with the log cut at the cut-off.
        candidates: codes of the catalogue at the cut-off, C of them, ascending.
        relevant: columns into `candidates`, or -1 for a relevant candidate outside the catalogue.
        slices: parts of the relevant candidates by name, each bool [len(relevant.codes)]: `repeat`, on which the user
            had acted before, and `explore`, all others; where candidates are held back also `young` and `known`.
        asof_popularity: key actions of each candidate before the cut-off, int64 [C].
    """

    window: Window
    queries: Queries
    candidates: Ints
    relevant: Labels
    slices: dict[str, NDArray[np.bool_]]
    asof_popularity: Ints


@dataclass(frozen=True)
class Leading:
    """Of one block of queries: their rows, and columns and scores of the first candidates of each, [rows, depth]."""

    rows: Ints
    top: Ints
    top_scores: NDArray[np.float32]


@dataclass(frozen=True)
class Ranking(Leading):
    """The same, and the ranks of the relevant candidates."""

    ranks: Ints


def evaluations(log: Log, table: pl.DataFrame, windows: list[Window]) -> list[Evaluation]:
    """The evaluation of each window from the split's queries.

    Args:
        log: the encoded log; each window sees only what lies before its cut-off.
        table: `user_id`, `cutoff`, `relevant`, `seen` and perhaps `young`, as the split wrote them.
    """
    cutoff = pl.col("cutoff").dt.timestamp("us")
    return [_evaluation(log, table.filter(cutoff == window.cutoff), window) for window in windows]


def _evaluation(log: Log, table: pl.DataFrame, window: Window) -> Evaluation:
    before = log.before(window.cutoff)
    users = log.indices(table["user_id"])
    counts = np.bincount(before.candidate[before.candidate >= 0], minlength=len(log.catalogue))
    candidates = np.flatnonzero(counts)
    keys = np.bincount(before.candidate[before.key], minlength=len(log.catalogue))
    column = dict(zip((log.catalogue[code] for code in candidates), range(len(candidates)), strict=True))
    names = table["relevant"].explode(keep_nulls=False, empty_as_null=False)
    flat = np.array([column.get(name, -1) for name in names], dtype=np.int32)
    offsets = np.concatenate(([0], np.cumsum(table["relevant"].list.len().to_numpy()))).astype(np.int64)
    return Evaluation(
        window=window,
        queries=Queries(before, window.cutoff, window.local, users),
        candidates=candidates,
        relevant=Labels(offsets, flat),
        slices=_slices(table),
        asof_popularity=keys[candidates],
    )


def _slices(table: pl.DataFrame) -> dict[str, NDArray[np.bool_]]:
    repeat = _members(table, "seen")
    slices = {"repeat": repeat, "explore": ~repeat}
    if "young" in table.columns:
        young = _members(table, "young")
        slices |= {"known": ~young, "young": young}
    return slices


def _members(table: pl.DataFrame, column: str) -> NDArray[np.bool_]:
    """Whether each relevant candidate is in the query's list of that name, bool [len(relevant.codes)]."""
    listed = {
        name: table.select(name).with_row_index().explode(name, empty_as_null=False) for name in ("relevant", column)
    }
    those = listed[column].with_columns(is_member=True).rename({column: "relevant"})
    found = listed["relevant"].join(those, on=["index", "relevant"], how="left", maintain_order="left")
    return found["is_member"].is_not_null().to_numpy()


def sample(evaluation: Evaluation, count: int, seed: int) -> Evaluation:
    """At most `count` of the queries, drawn by a hash of the user's place in the log: the same ones for every model."""
    users = evaluation.queries.users
    if len(users) <= count:
        return evaluation
    order = np.argsort(mix64(users.astype(np.uint64) ^ np.uint64(seed_of(seed, "sample"))))
    rows = np.sort(order[:count])
    relevant, inside = evaluation.relevant, np.isin(evaluation.relevant.rows, rows)
    return replace(
        evaluation,
        queries=replace(evaluation.queries, users=users[rows]),
        relevant=take(relevant, rows),
        slices={name: mask[inside] for name, mask in evaluation.slices.items()},
    )


def rank(model: Recommender, evaluation: Evaluation, depth: int) -> Iterator[Ranking]:
    """Scores the whole catalogue for every query, block by block, and keeps the ranks and the first `depth`."""
    queries, candidates = evaluation.queries, evaluation.candidates
    order = _order(queries.log, candidates, evaluation.asof_popularity)
    for rows in _blocks(len(queries.users), len(candidates), CELLS):
        labels = take(evaluation.relevant, rows)
        scores = model.scores(replace(queries, users=queries.users[rows]), candidates)
        keys = order.keys(scores)
        first = order.top(keys, depth)
        yield Ranking(
            rows=rows,
            ranks=ranks_of_relevant(keys, labels),
            top=first,
            top_scores=np.take_along_axis(scores, first, axis=1),
        )


def leading(model: Recommender, queries: Queries, depth: int, cells: int = CELLS) -> Iterator[Leading]:
    """The first `depth` of the whole catalogue of the log for every query, block by block, in the order of `rank`.

    Args:
        cells: scores held at a time.
    """
    log = queries.log
    candidates = np.arange(len(log.catalogue))
    order = _order(log, candidates, np.bincount(log.candidate[log.key], minlength=len(candidates)))
    for rows in _blocks(len(queries.users), len(candidates), cells):
        scores = model.scores(replace(queries, users=queries.users[rows], memo={}), candidates)
        first = order.top(order.keys(scores), depth)
        yield Leading(rows=rows, top=first, top_scores=np.take_along_axis(scores, first, axis=1))


def _order(log: Log, candidates: Ints, asof_popularity: Ints) -> Order:
    """Candidates with equal scores go by fitted popularity, then a hash of the name."""
    tie_hash = mix64(hash_text([log.catalogue[code] for code in candidates]))
    return Order.of(log.popularity[candidates], tie_hash, asof_popularity)


def _blocks(queries: int, candidates: int, cells: int) -> Iterator[Ints]:
    """The rows of each block of queries, of at most so many scores."""
    step = max(cells // candidates, 1)
    for begin in range(0, queries, step):
        yield np.arange(begin, min(begin + step, queries))


def mean_recall(model: Recommender, windows: list[Evaluation], k: int) -> float:
    """recall@k over all queries of the windows; the denominator is all relevant candidates."""
    values = []
    for evaluation in windows:
        for ranking in rank(model, evaluation, depth=k):
            values.append(recall_at(ranking.ranks, take(evaluation.relevant, ranking.rows), k))
    return float(np.concatenate(values).mean())
