"""Targets and label sets, shared by the objectives."""

import numpy as np

from study.events.log import Ints, sets_of
from study.events.stream import Readouts, Stream


def with_sets(asked: Readouts, rows: Ints, classes: Ints) -> Readouts:
    """The readouts with the distinct classes of each row as labels; rows without any are left out."""
    sets = sets_of(rows, classes.astype(np.int32), len(asked.position))
    kept = sets.sizes > 0
    return Readouts(
        asked.position[kept],
        asked.time[kept],
        asked.local[kept],
        asked.event_type[kept],
        np.concatenate(([0], np.cumsum(sets.sizes[kept]))),
        sets.codes.astype(np.int64),
    )


def next_with_candidate(stream: Stream) -> Ints:
    """Index of the first later position of the same user that has a candidate, or -1; int64 [P]."""
    count = len(stream.time)
    index = np.where(stream.candidate >= 0, np.arange(count), count)
    later = np.append(np.minimum.accumulate(index[::-1])[::-1][1:], count) if count else index
    found = np.append(stream.user, -1)[later] == stream.user
    return np.where(found, later, -1)


def unanswered(position: Ints, time: Ints, local: Ints, event_type: Ints) -> Readouts:
    """Readouts without labels yet."""
    none = np.zeros(0, dtype=np.int64)
    return Readouts(position, time, local, event_type.astype(np.int32), none, none)
