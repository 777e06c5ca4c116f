"""Rows of user aggregates for question `who`: all eligible users of the training cut-offs, and of a query."""

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Queries
from study.events.spans import Window
from study.features.training_rows import Part, TrainingRows
from study.features.user_aggregates import UserAggregates

Floats = NDArray[np.float32]
KEY = "user aggregates"


def warm_windows(fold: Fold) -> list[Window]:
    """The training windows after the warm-up: before it, aggregates would mostly tell how young the log is."""
    warm = fold.spans.first.toordinal() + fold.features.warmup_days
    return [window for window in fold.windows() if window.day.toordinal() >= warm]


def training_rows(fold: Fold) -> TrainingRows:
    """All eligible users of all warm training cut-offs, by cut-off, then user; each stands for itself alone.

    Kept for the next trial that learns from the fold.
    """
    if KEY not in fold.memo:
        index, blocks, parts = UserAggregates.of(fold.log), [], []
        for window in warm_windows(fold):
            queries, labels = fold.queries(window)
            blocks.append((index.rows(window.local, queries.users), labels.sizes > 0))
            parts.append(Part(window, queries.users, np.zeros(len(queries.users), dtype=np.int64)))
        sizes = np.array([len(label) for _, label in blocks], dtype=np.int64)
        fold.memo[KEY] = TrainingRows(
            features=np.concatenate([np.zeros((0, len(index.names)), np.float32), *(rows for rows, _ in blocks)]),
            relevant=np.concatenate([np.zeros(0, bool), *(label for _, label in blocks)]),
            weights=np.ones(int(sizes.sum()), dtype=np.float32),
            sizes=sizes,
            parts=parts,
        )
    rows: TrainingRows = fold.memo[KEY]
    return rows


def query_rows(queries: Queries) -> Floats:
    """The features of each query's user, float32 [Q, F]; kept for the next model that scores these users."""
    key = KEY, queries.users.tobytes()
    if key not in queries.memo:
        log = queries.log
        if KEY not in log.memo:
            log.memo[KEY] = UserAggregates.of(log)
        queries.memo[key] = log.memo[KEY].rows(queries.local, queries.users)
    features: Floats = queries.memo[key]
    return features
