"""What the users most like a user did: nearest neighbours on decayed personal frequencies, as-of."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

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
    return matrix_of(rows, codes, (weights / total[rows]).astype(np.float32), shape)


def reference_users(queries: Queries, limit: int = POOL) -> Ints:
    """The users with a key action before the cut-off; of more than `limit` those first by a hash of their id."""
    log = queries.log
    users = np.flatnonzero(np.bincount(log.user[log.key], minlength=len(log.users)))
    if len(users) <= limit:
        return users
    order = np.argsort(mix64(hash_text([log.users[user] for user in users])))
    return np.sort(users[order[:limit]])


def neighbour_rates(queries: Queries, neighbours: int, half_life_days: float) -> csr_array:
    """The mean `decayed_rates` of the nearest reference users of each query, by Euclidean distance, itself left out.

    Returns:
        float32 [Q, catalogue]; zero where there is no other user.
    """
    references = reference_users(queries)
    pool = decayed_rates(queries, references, half_life_days)
    own = decayed_rates(queries, queries.users, half_life_days)
    count = min(neighbours, len(references) - 1)
    if count < 1:
        return csr_array(own.shape, dtype=np.float32)
    nearest = np.concatenate(
        [
            _nearest(own[begin : begin + BLOCK], pool, queries.users[begin : begin + BLOCK], references, count)
            for begin in range(0, own.shape[0], BLOCK)
        ]
    )
    indptr = np.arange(0, nearest.size + 1, count)
    picks = csr_array((np.full(nearest.size, 1 / count, np.float32), nearest.ravel(), indptr), (len(own.indptr) - 1, len(references)))
    return picks @ pool


def _nearest(own: csr_array, pool: csr_array, users: Ints, references: Ints, count: int) -> Ints:
    """Rows of the pool, int64 [B, count]; the squared distance falls as 2ab - b² rises."""
    squares = pool.multiply(pool).sum(axis=1)
    closeness: NDArray[np.float32] = 2 * (pool @ own.T.toarray()).T - squares
    closeness[users[:, None] == references] = -np.inf
    return np.argpartition(closeness, -count, axis=1)[:, -count:]
