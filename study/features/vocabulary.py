"""Values to codes: fitted on the fit span, then frozen."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.log import Log
from study.params.base import Frozen
from study.params.features import Features
from study.params.snapshot import Snapshot

MISSING, RARE, FIRST = 0, 1, 2
"""Codes of what is missing, of what is rare or unseen, and of the first value; from it on they fall with frequency, or
rise where numeric."""


class Vocabulary(Frozen):
    """What was fitted.

    Attributes:
        values: for event_type and each categorical attribute the values of codes 2, 3, ...; most frequent first.
        edges: for each numeric or ordinal attribute the inner edges of its bins, ascending; code = 2 + number of edges
            that are not above the value.
        candidates: the candidates of the fit span, ordered by popularity, then name; never folded.
        popularity: key actions of each candidate in the fit span.
        prompt: the code of each column that the key filter fixes to one value; event_type is always there, with the
            most common one among key actions where the filter allows several.
        candidate_columns: the columns whose joint value is the candidate.
        order: the columns in the order of the tokens of `flat`: what the key filter fixes, the candidate columns,
            then the rest.
    """

    values: dict[str, list[str]]
    edges: dict[str, list[float]]
    candidates: list[str]
    popularity: list[int]
    prompt: dict[str, int]
    candidate_columns: list[str]
    order: list[str]

    def encode(self, events: pl.DataFrame) -> Log:
        """The events (sorted, with `key` and `candidate` columns of the split) as a `Log`.

        A candidate that the fit span did not have gets the next free code, by first appearance, then name.
        """
        users = events["user_id"].rle().struct.unnest()
        unseen = (
            events.filter(~pl.col("candidate").is_in(self.candidates))
            .group_by("candidate")
            .agg(pl.col("timestamp").min())
            .sort("timestamp", "candidate")
        )
        catalogue = [*self.candidates, *unseen["candidate"].drop_nulls().to_list()]
        late = len(catalogue) - len(self.candidates)
        return Log(
            users=users["value"].to_list(),
            offsets=np.concatenate(([0], np.cumsum(users["len"].to_numpy()))).astype(np.int64),
            time=events["timestamp"].dt.timestamp("us").to_numpy(),
            local=events["local"].dt.timestamp("us").to_numpy(),
            candidate=_lookup(events["candidate"], catalogue, offset=0, missing=-1, other=-1),
            key=events["key"].to_numpy(),
            codes={name: self._codes(events[name]) for name in self.order},
            sizes={name: self._size(name) for name in self.order},
            catalogue=catalogue,
            known=len(self.candidates),
            popularity=np.array([*self.popularity, *[0] * late], dtype=np.int64),
            prompt=self.prompt,
            candidate_columns=self.candidate_columns,
        )

    def _size(self, name: str) -> int:
        return FIRST + (len(self.values[name]) if name in self.values else len(self.edges[name]) + 1)

    def _codes(self, column: pl.Series) -> NDArray[np.int32]:
        if column.name in self.values:
            return _lookup(column, self.values[column.name], offset=FIRST, missing=MISSING, other=RARE)
        numbers = column.to_numpy()
        bins = FIRST + np.searchsorted(self.edges[column.name], numbers, side="right")
        return np.where(np.isnan(numbers), MISSING, bins).astype(np.int32)


def _lookup(column: pl.Series, values: list[str], *, offset: int, missing: int, other: int) -> NDArray[np.int32]:
    place = column.cast(pl.Enum(values), strict=False).to_physical().cast(pl.Int32)
    code = pl.when(column.is_null()).then(missing).otherwise((place + offset).fill_null(other))
    return pl.select(code.cast(pl.Int32)).to_series().to_numpy()


def _counted(events: pl.LazyFrame, name: str) -> pl.DataFrame:
    """`value` and `count`: how often each value of a column occurs, missing ones left out; most frequent first."""
    known = events.select(pl.col(name).alias("value")).filter(pl.col("value").is_not_null())
    counts = known.group_by("value").len("count").collect(engine="streaming")
    return counts.sort("count", "value", descending=[True, False])


def _frequent(events: pl.LazyFrame, name: str, min_count: int, max_values: int | None) -> list[str]:
    counts = _counted(events, name).filter(pl.col("count") >= min_count)
    return counts["value"][:max_values].to_list()


def _quantile_edges(events: pl.LazyFrame, name: str, bins: int) -> list[float]:
    numbers = events.select(name).collect(engine="streaming").to_series().drop_nulls().to_numpy()
    if not len(numbers):
        return []
    inner = np.quantile(numbers, np.linspace(0, 1, bins + 1)[1:-1], method="inverted_cdf")
    return [float(edge) for edge in np.unique(inner)]


def _level_edges(events: pl.LazyFrame, name: str, max_values: int) -> list[float]:
    """Every value that occurs begins a bin, the least aside; quantiles where there are too many."""
    levels = _counted(events, name)["value"].sort().to_list()
    return levels[1:] if len(levels) <= max_values else _quantile_edges(events, name, max_values)


def fit_vocabulary(
    events: pl.DataFrame | pl.LazyFrame, spec: Snapshot, settings: Features, candidate: list[str], fixed: list[str]
) -> Vocabulary:
    """Fits the vocabulary on the events of a fit span.

    Args:
        events: with `key` and `candidate`; of a file that is not read yet one column is held at a time.
        candidate: the candidate columns; one that is the candidate on its own is never folded.
        fixed: the columns that the key filter fixes to one value; lists are no columns of codes, and what is a part of
            the candidate is asked for, not told.
    """
    head = ["event_type", *(c for c in fixed if c in spec.coded and c not in candidate), *candidate]
    order = list(dict.fromkeys([*head, *spec.coded]))
    log, values, edges = events.lazy(), {}, {}
    for name in order:
        if spec.coded.get(name) == "numeric":
            edges[name] = _quantile_edges(log, name, settings.bins)
        elif spec.coded.get(name) == "ordinal":
            edges[name] = _level_edges(log, name, settings.max_values)
        elif name == "event_type" or name in candidate:
            values[name] = _frequent(log, name, 1, None)
        else:
            values[name] = _frequent(log, name, settings.min_count, settings.max_values)
    keys = log.filter("key")
    popularity = (
        _counted(log, "candidate")
        .select("value")
        .join(_counted(keys, "candidate"), on="value", how="left")
        .with_columns(pl.col("count").fill_null(0))
        .sort("count", "value", descending=[True, False])
    )
    return Vocabulary(
        values=values,
        edges=edges,
        candidates=popularity["value"].to_list(),
        popularity=popularity["count"].to_list(),
        prompt=_prompt(keys, values, head[: len(head) - len(candidate)]),
        candidate_columns=candidate,
        order=order,
    )


def _prompt(keys: pl.LazyFrame, values: dict[str, list[str]], fixed: list[str]) -> dict[str, int]:
    codes = {}
    for name in fixed:
        common = _counted(keys, name)
        known = common.height and common["value"][0] in values[name]
        codes[name] = FIRST + values[name].index(common["value"][0]) if known else RARE
    return codes
