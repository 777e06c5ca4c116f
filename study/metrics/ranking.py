"""Where the relevant candidates stand in a full ranking, and what each query scores for it."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from study.events.log import Ints, Labels

MISS = int(np.iinfo(np.int64).max)
"""The rank of a relevant candidate outside the catalogue: beyond every k."""

_SIGN = np.uint32(0x80000000)
_LAST = np.uint32(0xFFFFFFFF)
_HALF = np.uint64(32)

Keys = NDArray[np.uint64]
Scores = NDArray[np.float32]


def ranks_of_relevant(
    scores: Scores, popularity: Ints, tie_hash: Keys, labels: Labels, *, asof_popularity: Ints
) -> Ints:
    """Exact ranks, from 1, of the relevant candidates among the whole catalogue, int64 [len(labels.codes)].

    Higher scores come first; ties by fitted popularity, higher first, then by hash, lower first. Unknown candidates
    (NaN) come after all known ones, by as-of popularity, then as ties.

    Args:
        scores: float32 [queries, C].
        popularity: of the fit span, int64 [C].
        tie_hash: uint64 [C], distinct.
        labels: relevant columns of each query; -1 is outside the catalogue and gets the rank `MISS`.
        asof_popularity: popularity before the cut-off, int64 [C].
    """
    keys = _order_keys(scores, popularity, tie_hash, asof_popularity)
    inside = labels.codes >= 0
    ranks = np.full(len(labels.codes), MISS, dtype=np.int64)
    wanted = keys[labels.rows[inside], labels.codes[inside]]
    bounds = np.concatenate(([0], np.cumsum(inside)))[labels.offsets]
    keys.sort(axis=1)
    found = [np.searchsorted(row, wanted[a:b]) for row, a, b in zip(keys, bounds[:-1], bounds[1:], strict=True)]
    ranks[inside] = 1 + np.concatenate([np.zeros(0, np.int64), *found])
    return ranks


def top(scores: Scores, popularity: Ints, tie_hash: Keys, k: int, *, asof_popularity: Ints) -> Ints:
    """The first min(k, C) columns of each query in the order of `ranks_of_relevant`, int64 [queries, min(k, C)]."""
    keys = _order_keys(scores, popularity, tie_hash, asof_popularity)
    k = min(k, keys.shape[1])
    first = np.sort(np.partition(keys, k - 1, axis=1)[:, :k], axis=1)
    place = (first & np.uint64(_LAST)).astype(np.int64)
    known = (first >> _HALF) < _LAST
    tied, unknown = _orders(popularity, tie_hash, asof_popularity)
    return np.where(known, tied[place], unknown[place])


def _orders(popularity: Ints, tie_hash: Keys, asof_popularity: Ints) -> tuple[Ints, Ints]:
    """The columns in the order of tied scores, and in the order of unknown candidates."""
    return np.lexsort((tie_hash, -popularity)), np.lexsort((tie_hash, -popularity, -asof_popularity))


def _order_keys(scores: Scores, popularity: Ints, tie_hash: Keys, asof_popularity: Ints) -> Keys:
    """One distinct integer per candidate whose ascending order is the ranking, uint64 [queries, C].

    The upper half is the score's bits, turned so that a higher score is a lower integer; the lower half is the
    place among ties. Integers sort several times faster than floats with a stable order.
    """
    tied, unknown = (np.argsort(order).astype(np.uint64) for order in _orders(popularity, tie_hash, asof_popularity))
    bits = (scores.astype(np.float32) + np.float32(0)).view(np.uint32)  # -0.0 + 0.0 is 0.0: one zero, one key
    falling = np.where(bits & _SIGN, bits, ~(bits | _SIGN))
    missing = np.isnan(scores)
    upper = np.where(missing, _LAST, falling).astype(np.uint64) << _HALF
    return np.asarray(upper | np.where(missing, unknown, tied), dtype=np.uint64)


def query_metrics(
    ranks: Ints, labels: Labels, slices: dict[str, NDArray[np.bool_]], ks: tuple[int, ...]
) -> pl.DataFrame:
    """The metrics of each query: one row per query, in order.

    For each k, for all relevant candidates and for each slice of them (`recall@10/repeat`, say), float32, null where
    the query has none: `recall@k` (over all relevant), `capped_recall@k` (over min(k, relevant)), `ndcg@k` (Jarvelin
    and Kekalainen, 2002, binary gains) and `hit_rate@k`. Then int32 counts: `relevant`, one named as each slice, and
    `outside`.

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
        "recall": hits / (sizes * some),
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
