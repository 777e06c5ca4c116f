"""How well the users of one cut-off are screened: who takes the key action.

A ranking here is a strict order, higher scores first and ties by a hash of user and cut-off: it is what a team that
writes to the first so many users would act on, and every metric of order reads the same one.
"""

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints
from study.seeds import hash_text, mix64

SHARES = {"recall@1%": 0.01, "recall@5%": 0.05, "recall@10%": 0.1}
PRIMARY = "recall@5%"
AVERAGE_PRECISION, AUROC, LOG_LOSS, CALIBRATION = "average_precision", "auroc", "log_loss", "ece"
ORDER_METRICS = [*SHARES, AVERAGE_PRECISION, AUROC]
ROUNDING = 1e-9
SMALLEST = 1e-6
"""Probabilities are kept this far from 0 and 1, as no 2,000 users could tell the difference."""

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


def recall_at_share(scores: NDArray[np.floating], labels: Bools, share: float, tie_hash: NDArray[np.uint64]) -> float:
    """The share of the users with the key action that are among the first `share` of all users.

    Args:
        scores: higher is better, [U]; NaN ranks last.
        labels: whether the user takes the key action, bool [U].
        share: of the users; rounded down to whole users, at least one.
        tie_hash: orders equal scores, lower first, uint64 [U].

    Returns:
        NaN where no user takes the key action.
    """
    taken = labels[ranking(scores, tie_hash)[: places(share, len(scores))]]
    total = labels.sum()
    return float(taken.sum() / total) if total else float("nan")


def ranking(scores: NDArray[np.floating], tie_hash: NDArray[np.uint64]) -> Ints:
    """The users from first to last, int64 [U]."""
    return np.lexsort((tie_hash, -scores))


def tie_hashes(users: list[str], cutoff: int) -> NDArray[np.uint64]:
    """What orders users with equal scores, drawn anew for each cut-off, uint64 [len(users)].

    Args:
        users: their ids.
        cutoff: microseconds since 1970 UTC.
    """
    return mix64(hash_text(users) ^ mix64(np.array([cutoff], dtype=np.int64).astype(np.uint64)))


def places(share: float, users: int) -> int:
    """How many users the first `share` of them are: whole ones, at least one."""
    return int(places_of_each(share, np.array(users, dtype=np.float64)))


def places_of_each(share: float, users: Floats) -> Floats:
    """The same of several numbers of users, float64, of any shape."""
    return np.asarray(np.maximum(np.floor(share * users + ROUNDING), 1))


def log_losses(probabilities: Floats, labels: Bools) -> Floats:
    """-log of the probability of what each user did, float64 [U]."""
    kept = np.clip(probabilities, SMALLEST, 1 - SMALLEST)
    return -np.log(np.where(labels, kept, 1 - kept))
