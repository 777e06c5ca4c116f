"""Where the relevant candidates stand in a full ranking, and what each query scores for it."""

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.log import Ints, Labels

DEPTHS = (1, 5, 10, 20, 50)
"""The k of recall@k."""
MISS = int(np.iinfo(np.int64).max)
"""The rank of a relevant candidate outside the catalogue: beyond every k."""
CELLS = 250_000
"""Compared at a time: what fits into a processor's cache."""

MANY = 64
"""From so many relevant candidates on it is faster to sort the catalogue of a query than to count for each."""

_SIGN = np.uint32(0x80000000)
_LAST = np.uint32(0xFFFFFFFF)
_HALF = np.uint64(32)

Keys = NDArray[np.uint64]
Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Order:
    """What orders the candidates of a catalogue beside their scores, found once for all blocks of queries.

    Attributes:
        tied: the columns in the order of tied scores, int64 [C].
        unknown: the columns in the order of unknown candidates, int64 [C].
        place_tied, place_unknown: the place of each column in them, uint64 [C].
    """

    tied: Ints
    unknown: Ints
    place_tied: Keys
    place_unknown: Keys

    @classmethod
    def of(cls, popularity: Ints, tie_hash: Keys, asof_popularity: Ints) -> "Order":
        """Ties by fitted popularity, higher first, then by hash, lower first; unknown ones by as-of popularity first.

        Args:
            popularity: of the fit span, int64 [C].
            tie_hash: uint64 [C], distinct.
            asof_popularity: popularity before the cut-off, int64 [C].
        """
        tied = np.lexsort((tie_hash, -popularity))
        unknown = np.lexsort((tie_hash, -popularity, -asof_popularity))
        return cls(tied, unknown, np.argsort(tied).astype(np.uint64), np.argsort(unknown).astype(np.uint64))

    def keys(self, scores: Scores) -> Keys:
        """One distinct integer per candidate whose ascending order is the ranking, uint64 [queries, C].

        Higher scores come first, then ties; unknown candidates (NaN) come after all known ones. The upper half is the
        score's bits, turned so that a higher score is a lower integer; the lower half is the place among ties.
        Integers sort several times faster than floats with a stable order.

        Args:
            scores: float32 [queries, C].
        """
        bits = (scores.astype(np.float32) + np.float32(0)).view(np.uint32)  # -0.0 + 0.0 is 0.0: one zero, one key
        falling = np.where(bits & _SIGN, bits, ~(bits | _SIGN))
        missing = np.isnan(scores)
        upper = np.where(missing, _LAST, falling).astype(np.uint64) << _HALF
        return np.asarray(upper | np.where(missing, self.place_unknown, self.place_tied), dtype=np.uint64)

    def top(self, keys: Keys, k: int) -> Ints:
        """The first min(k, C) columns of each query, int64 [queries, min(k, C)]."""
        k = min(k, keys.shape[1])
        first = np.sort(np.partition(keys, k - 1, axis=1)[:, :k], axis=1)
        place = (first & np.uint64(_LAST)).astype(np.int64)
        known = (first >> _HALF) < _LAST
        return np.where(known, self.tied[place], self.unknown[place])


def ranks_of_relevant(keys: Keys, labels: Labels) -> Ints:
    """Exact ranks, from 1, of the relevant candidates among the whole catalogue, int64 [len(labels.codes)].

    A rank is counted: the relevant of most queries are few, and to sort a large catalogue for them takes many times as
    long.

    Args:
        keys: of `Order.keys`, uint64 [queries, C].
        labels: relevant columns of each query; -1 is outside the catalogue and gets the rank `MISS`.
    """
    ranks = np.full(len(labels.codes), MISS, dtype=np.int64)
    known = np.flatnonzero((labels.codes >= 0) & (labels.sizes < MANY)[labels.rows])
    rows = labels.rows[known]
    own = keys[rows, labels.codes[known]]
    step = max(CELLS // keys.shape[1], 1)
    for begin in range(0, len(known), step):
        some = slice(begin, begin + step)
        ranks[known[some]] = 1 + np.count_nonzero(keys[rows[some]] < own[some, None], axis=1)
    for row in np.flatnonzero(labels.sizes >= MANY):
        asked = labels.offsets[row] + np.flatnonzero(labels.codes[labels.offsets[row] : labels.offsets[row + 1]] >= 0)
        ranks[asked] = 1 + np.searchsorted(np.sort(keys[row]), keys[row, labels.codes[asked]])
    return ranks


def recall_at(ranks: Ints, labels: Labels, k: int, among: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """The share of the relevant candidates of each query that are among its first k, float64 [queries].

    NaN where a query has none.

    Args:
        ranks: of each relevant candidate, from 1; `MISS` where it is outside the catalogue, int64 [len(labels.codes)].
        among: which relevant candidates count, bool [len(labels.codes)]; all by default.
    """
    counted = np.ones(len(labels.codes), dtype=bool) if among is None else among
    sizes = _per_query(counted, labels)
    return _per_query(counted & (ranks <= k), labels) / np.where(sizes > 0, sizes, np.nan)


def query_metrics(
    ranks: Ints, labels: Labels, slices: dict[str, NDArray[np.bool_]], ks: tuple[int, ...]
) -> pl.DataFrame:
    """The metrics of each query: one row per query, in order.

    For each k, for all relevant candidates and for each slice of them (`recall@10/repeat`, say), float32, null where
    the query has none: `recall@k` (over all relevant), `capped_recall@k` (over min(k, relevant)), `ndcg@k` (binary
    gains, discounted as by Burges et al., ICML 2005, by the logarithm of one more than the rank) and `hit_rate@k`.
    Then int32 counts: `relevant`, one named as each slice, and `outside`.

    Args:
        ranks: of each relevant candidate, `MISS` where it is outside the catalogue, int64 [len(labels.codes)].
        slices: which relevant candidates each slice has, bool [len(labels.codes)].
    """
    masks = {"": np.ones(len(labels.codes), dtype=bool), **{f"/{name}": mask for name, mask in slices.items()}}
    sizes = {name: _per_query(mask, labels) for name, mask in masks.items()}
    columns: dict[str, NDArray[np.float64]] = {}
    for name, mask in masks.items():
        for k in ks:
            columns |= {f"{metric}@{k}{name}": v for metric, v in _at(k, ranks, mask, sizes[name], labels).items()}
    counts = {"relevant": sizes[""], **{name: sizes[f"/{name}"] for name in slices}}
    counts["outside"] = _per_query(labels.codes < 0, labels)
    metrics = pl.DataFrame(columns).fill_nan(None).cast(pl.Float32)
    return metrics.hstack(pl.DataFrame(counts).cast(pl.Int32))


def _at(
    k: int, ranks: Ints, mask: NDArray[np.bool_], sizes: NDArray[np.float64], labels: Labels
) -> dict[str, NDArray[np.float64]]:
    """The four metrics at one k of one slice, float64 [queries]; NaN where the slice is empty."""
    hit = mask & (ranks <= k)
    hits = _per_query(hit, labels)
    gains = _per_query(np.where(hit, 1 / np.log2(1.0 + np.where(hit, ranks, 1)), 0), labels)
    ideal = np.concatenate(([0], np.cumsum(1 / np.log2(np.arange(2, k + 2)))))
    capped = np.minimum(sizes, k)
    some = np.where(sizes > 0, 1.0, np.nan)
    return {
        "recall": recall_at(ranks, labels, k, mask),
        "capped_recall": hits / (capped * some),
        "ndcg": gains / (ideal[capped.astype(np.int64)] * some),
        "hit_rate": (hits > 0) * some,
    }


def _per_query(values: NDArray[np.generic], labels: Labels) -> NDArray[np.float64]:
    sums = np.bincount(labels.rows, weights=values.astype(np.float64), minlength=len(labels.offsets) - 1)
    return sums.astype(np.float64)


def coverage(top_columns: Ints, catalogue_size: int, k: int) -> float:
    """The share of the catalogue that occurs in at least one top k; `top_columns` int64 [queries, >= k or C]."""
    return len(np.unique(top_columns[:, :k])) / catalogue_size
