"""What the users most like a user did: nearest neighbours on decayed personal frequencies, as-of."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack

from study.events.log import Ints, Queries
from study.features.distinct import distinct
from study.features.histories import acted_days, half_life_weights, matrix_of
from study.prepared import latest
from study.seeds import hash_text, mix64

POOL = 5_000
"""Most reference users: the cost of a block of queries stays linear in the number of users."""
BLOCK = 512
"""Queries whose neighbours are looked for at once, at most."""
LAID_OUT = 50_000_000
"""Rates of them that are laid out at once: 0.2 GB, fewer queries of a large catalogue."""


def decayed_rates(queries: Queries, users: Ints, half_life_days: float) -> csr_array:
    """The share of a user's days with a key action on which they acted on each candidate, days weighed by age.

    Hu et al. (2020) average the user's baskets with one decay inside groups of baskets and another between them;
    here a basket is a local day, and one half-life in calendar time stands for both. The weights of a user add up to
    one, so that shares do not shrink with the time since the last basket, as sums divided by the number of baskets do.

    Returns:
        Between 0 and 1, float32 [U, catalogue].
    """
    rows, codes, ages = acted_days(queries, users)
    weights = half_life_weights(ages, half_life_days)
    shape = (len(users), len(queries.log.catalogue))
    width = int(ages.max(initial=0)) + 1
    days = distinct(rows * width + ages)
    total = np.bincount(days // width, weights=half_life_weights(days % width, half_life_days), minlength=len(users))
    shares = weights / np.maximum(total, np.finfo(np.float64).tiny)[rows]  # all weights of a user can round to 0
    return matrix_of(rows, codes, shares.astype(np.float32), shape)


def reference_users(ids: list[str], active: Ints) -> Ints:
    """Of more than `POOL` active users those first by a hash of their id; ascending indices into `ids`."""
    if len(active) <= POOL:
        return active
    return np.sort(active[hash_order(ids, active)[:POOL]])


def hash_order(ids: list[str], users: Ints) -> Ints:
    """What sorts some users by a hash of their ids, int64 like `users`."""
    return np.argsort(mix64(hash_text([ids[user] for user in users])))


def neighbour_rates(queries: Queries, neighbours: int, half_life_days: float) -> csr_array:
    """The mean `decayed_rates` of the users nearest to those of the queries, float32 [Q, catalogue]."""
    told = queries.local, half_life_days  # the log may hold millions of users, of whom a block has but a few
    rates, pool = latest(queries.log.memo, neighbour_rates.__name__, told, partial(_pool, queries, half_life_days))
    own = decayed_rates(queries, queries.users, half_life_days)
    return nearest_mean(own, rates, queries.users, pool, neighbours)


def _pool(queries: Queries, half_life_days: float) -> tuple[csr_array, Ints]:
    """The `decayed_rates` of the users who may be neighbours, and who they are."""
    log = queries.log
    active = np.flatnonzero(np.bincount(log.user[log.key], minlength=len(log.users)))
    pool = reference_users(log.users, active)
    return decayed_rates(queries, pool, half_life_days), pool


def nearest_mean(own: csr_array, pool: csr_array, users: Ints, members: Ints, neighbours: int) -> csr_array:
    """The mean of the nearest rows of a pool by Euclidean distance, a user's own row left out.

    Args:
        own: float32 [Q, catalogue].
        pool: float32 [P, catalogue].
        users: whose rows `own` has, int64 [Q].
        members: whose rows the pool has, int64 [P].
        neighbours: how many; fewer where the pool is smaller.

    Returns:
        float32 [Q, catalogue]; zero where there is no other user.
    """
    count, total = min(neighbours, pool.shape[0] - 1), own.shape[0]
    if count < 1 or not total:
        return csr_array(own.shape, dtype=np.float32)
    squares = pool.multiply(pool).sum(axis=1)
    step = min(max(LAID_OUT // own.shape[1], 1), BLOCK)
    means = []
    for begin in range(0, total, step):
        block = slice(begin, begin + step)
        nearest = _nearest(own[block], pool, squares, users[block, None] == members, count)
        weights = np.full(nearest.size, 1 / count, dtype=np.float32)
        ends = np.arange(0, nearest.size + 1, count)
        means.append(csr_array((weights, nearest.ravel(), ends), shape=(len(nearest), pool.shape[0])) @ pool)
    return csr_array(vstack(means, format="csr"))


def _nearest(
    own: csr_array, pool: csr_array, squares: NDArray[np.float32], is_self: NDArray[np.bool_], count: int
) -> Ints:
    """Rows of the pool, int64 [B, count]: the squared distance |a - b|² falls as 2ab - |b|² rises."""
    closeness = 2 * (pool @ own.T.toarray()).T - squares
    closeness[is_self] = -np.inf
    return np.argpartition(closeness, -count, axis=1)[:, -count:]


def cells_of(matrix: csr_array, rows: Ints, columns: Ints) -> NDArray[np.float32]:
    """The values of R cells of a sparse matrix, float32 [R]: all of it at once may not fit into memory."""
    matrix.sort_indices()
    keys = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr)) * matrix.shape[1] + matrix.indices
    asked = rows * matrix.shape[1] + columns
    place = np.searchsorted(keys, asked)
    found = np.append(keys, -1)[place] == asked
    return np.where(found, np.append(matrix.data, np.float32(0))[place], np.float32(0))
