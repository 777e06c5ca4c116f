"""What the users of a block of queries did before the cut-off, as sparse matrices [queries, catalogue]."""

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from study.events.log import Ints, Log, Queries
from study.events.ragged import expand
from study.events.spans import DAY
from study.features.distinct import distinct

Weights = NDArray[np.float32]


def half_life_weights(ages: Ints, half_life_days: float) -> Weights:
    """1 for age 0, 1/2 after one half-life, and so on; float32, like `ages` (in days)."""
    return np.exp2(-ages / half_life_days).astype(np.float32)


def acted_days(queries: Queries, users: Ints) -> tuple[Ints, NDArray[np.int32], Ints]:
    """The distinct (user, candidate, local day) of the key actions of some users before the cut-off.

    Args:
        users: indices into `queries.log.users`, [U].

    Returns:
        Row in `users`, int64 [D]; candidate, int32 [D]; age of the day in whole days, at least 1 where the cut-off
        is a local midnight, int64 [D].
    """
    log = queries.log
    rows, events = expand(log.offsets[users], log.offsets[users + 1])
    acted = log.key[events]
    rows, events = rows[acted], events[acted]
    ages = queries.local // DAY - log.day[events].astype(np.int64)
    pairs = rows * len(log.catalogue) + log.candidate[events]
    longest = int(ages.max(initial=0)) + 1
    pairs_and_ages = distinct(pairs * longest + ages)
    pairs, ages = pairs_and_ages // longest, pairs_and_ages % longest
    return pairs // len(log.catalogue), (pairs % len(log.catalogue)).astype(np.int32), ages


def user_days(log: Log, since: int | None = None) -> Ints:
    """On how many distinct days of distinct users each candidate was acted on, int64 [catalogue].

    Args:
        since: only from this time on, microseconds since 1970 UTC; all by default.
    """
    acted = log.key if since is None else log.key & (log.time >= since)
    day = log.day[acted].astype(np.int64)
    first, days = (int(day.min()), int(np.ptp(day)) + 1) if len(day) else (0, 1)
    pairs = log.user[acted].astype(np.int64) * len(log.catalogue) + log.candidate[acted]
    return np.bincount(distinct(pairs * days + day - first) // days % len(log.catalogue), minlength=len(log.catalogue))


def decayed_days(queries: Queries, users: Ints, half_life_days: float) -> csr_array:
    """Decayed personal frequencies: each distinct local day on which a user acted on a candidate weighs by its age.

    Returns:
        float32 [U, catalogue]; an infinite half-life counts the days.
    """
    rows, codes, ages = acted_days(queries, users)
    return matrix_of(rows, codes, half_life_weights(ages, half_life_days), (len(users), len(queries.log.catalogue)))


def matrix_of(rows: Ints, columns: NDArray[np.int32], values: Weights, shape: tuple[int, int]) -> csr_array:
    """The sparse matrix of a list of cells, float32 of the given shape; cells that occur twice are added.

    Args:
        rows: of each cell, int64 [N].
        columns: of each cell, int32 [N].
        values: of each cell, float32 [N].
    """
    matrix = csr_array((values, (rows, columns)), shape=shape)
    matrix.sum_duplicates()
    return matrix


def moments_of(log: Log) -> tuple[csr_array, NDArray[np.int32]]:
    """Which candidates the key actions of each moment have.

    Returns:
        0 or 1, float32 [M, catalogue]: one row per moment with a key action, in the order of the log; and its user,
        int32 [M].
    """
    rows, index = np.unique(log.moment[log.key], return_inverse=True)
    matrix = matrix_of(index, log.candidate[log.key], np.ones(len(index), np.float32), (len(rows), len(log.catalogue)))
    matrix.data[:] = 1
    return matrix, log.user[log.moment_starts[rows]]
