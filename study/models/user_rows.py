"""Rows of user aggregates for question `who`: all eligible users of the training cut-offs, and of a query."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Queries
from study.features.training_rows import Part, TrainingRows, held
from study.features.user_aggregates import UserAggregates
from study.prepared import kept

Floats = NDArray[np.float32]
KEY = "user aggregates"


def training_rows(fold: Fold, windows: int | None = None) -> TrainingRows:
    """All eligible users of the training cut-offs, by cut-off, then user; each stands for itself alone.

    Kept for the next trial that learns from the fold.

    Args:
        windows: only so many at the end of the fold; None for all after the warm-up.
    """
    return kept(fold.memo, (KEY, windows, fold.features.warmup_days), partial(_rows, fold, windows))


def _rows(fold: Fold, windows: int | None) -> TrainingRows:
    index, blocks, parts = UserAggregates.of(fold.log), [], []
    for window in held(fold, windows):
        users, labels = fold.asked(window)
        blocks.append((index.rows(window.local, users), labels.sizes > 0))
        parts.append(Part(window, users, np.zeros(len(users), dtype=np.int64)))
    sizes = np.array([len(label) for _, label in blocks], dtype=np.int64)
    return TrainingRows(
        features=np.concatenate([np.zeros((0, len(index.names)), np.float32), *(rows for rows, _ in blocks)]),
        relevant=np.concatenate([np.zeros(0, bool), *(label for _, label in blocks)]),
        weights=np.ones(int(sizes.sum()), dtype=np.float32),
        sizes=sizes,
        parts=parts,
    )


def query_rows(queries: Queries) -> Floats:
    """The features of each query's user, float32 [Q, F]; kept for the next model that scores these users."""
    return kept(queries.memo, (KEY, queries.users.tobytes()), partial(_of_users, queries))


def _of_users(queries: Queries) -> Floats:
    index = kept(queries.log.memo, KEY, partial(UserAggregates.of, queries.log))
    return index.rows(queries.local, queries.users)
