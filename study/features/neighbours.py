"""What the users most like a user did: nearest neighbours on decayed personal frequencies, as-of."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from study.events.log import Ints, Queries
from study.features.distinct import distinct
from study.features.histories import acted_days, half_life_weights, matrix_of
from study.seeds import hash_text, mix64

POOL = 5_000
"""Most reference users: the cost of a block of queries stays linear in the number of users."""
BLOCK = 512


def decayed_rates(queries: Queries, users: Ints, half_life_days: float) -> csr_array:
    """The share of a user's days with a key action on which they acted on each candidate, days weighed by age.

    Hu et al. (2020) average the user's baskets with one decay inside groups of baskets and another between them;
    here a basket is a local day, and one half-life in calendar time stands for both.

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


def reference_users(ids: list[str], active: Ints, limit: int = POOL) -> Ints:
    """Of more than `limit` active users those first by a hash of their id; ascending indices into `ids`."""
    if len(active) <= limit:
        return active
    order = np.argsort(mix64(hash_text([ids[user] for user in active])))
    return np.sort(active[order[:limit]])


def neighbour_rates(queries: Queries, neighbours: int, half_life_days: float) -> csr_array:
    """The mean `decayed_rates` of the users nearest to those of the queries, float32 [Q, catalogue]."""
    log = queries.log
    active = np.flatnonzero(np.bincount(log.user[log.key], minlength=len(log.users)))
    pool = reference_users(log.users, active)
    return nearest_mean(
        decayed_rates(queries, queries.users, half_life_days),
        decayed_rates(queries, pool, half_life_days),
        queries.users[:, None] == pool,
        neighbours,
    )


def nearest_mean(own: csr_array, pool: csr_array, is_self: NDArray[np.bool_], neighbours: int) -> csr_array:
    """The mean of the nearest rows of a pool by Euclidean distance, a user's own row left out.

    Args:
        own: float32 [Q, catalogue].
        pool: float32 [P, catalogue].
        is_self: which row of the pool is the query's own user, bool [Q, P].
        neighbours: how many; fewer where the pool is smaller.

    Returns:
        float32 [Q, catalogue]; zero where there is no other user.
    """
    count, total = min(neighbours, pool.shape[0] - 1), own.shape[0]
    if count < 1 or not total:
        return csr_array(own.shape, dtype=np.float32)
    blocks = [slice(begin, begin + BLOCK) for begin in range(0, total, BLOCK)]
    nearest = np.concatenate([_nearest(own[block], pool, is_self[block], count) for block in blocks]).ravel()
    weights = np.full(len(nearest), 1 / count, dtype=np.float32)
    picks = csr_array((weights, nearest, np.arange(0, len(nearest) + 1, count)), shape=(total, pool.shape[0]))
    return picks @ pool


def _nearest(own: csr_array, pool: csr_array, is_self: NDArray[np.bool_], count: int) -> Ints:
    """Rows of the pool, int64 [B, count]: the squared distance |a - b|² falls as 2ab - |b|² rises."""
    squares = pool.multiply(pool).sum(axis=1)
    closeness = 2 * (pool @ own.T.toarray()).T - squares
    closeness[is_self] = -np.inf
    return np.argpartition(closeness, -count, axis=1)[:, -count:]
