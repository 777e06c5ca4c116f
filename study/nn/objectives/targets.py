"""Targets and label sets, shared by the objectives."""

import numpy as np
from numpy.typing import NDArray

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
        asked.until[kept],
        asked.is_key[kept],
    )


def next_with_candidate(stream: Stream) -> Ints:
    """Index of the first later position of the same user that has a candidate, or -1; int64 [P]."""
    count = len(stream.time)
    index = np.where(stream.candidate >= 0, np.arange(count), count)
    later = np.append(np.minimum.accumulate(index[::-1])[::-1][1:], count) if count else index
    found = np.append(stream.user, -1)[later] == stream.user
    return np.where(found, later, -1)


def unanswered(stream: Stream, position: Ints, time: Ints, local: Ints, event_type: Ints, key_type: int) -> Readouts:
    """Readouts at positions about later times, without labels yet; what the position's event ends is the own past."""
    none = np.zeros(0, dtype=np.int64)
    until, is_key = stream.event[position] + 1, event_type == key_type
    return Readouts(position, time, local, event_type.astype(np.int32), none, none, until, is_key)


def one_label(
    stream: Stream, position: Ints, target: Ints, classes: Ints, until: Ints, is_key: NDArray[np.bool_]
) -> Readouts:
    """Readouts whose only label is the class of one other position, the target, whose time and event type are given."""
    return Readouts(
        position,
        stream.time[target],
        stream.local[target],
        stream.event_type[target],
        np.arange(len(position) + 1),
        classes.astype(np.int64),
        until,
        is_key,
    )


def moment_starts(stream: Stream) -> Ints:
    """First position of the moment of each position, int64 [P]."""
    first = np.append(True, stream.moment_end[:-1])[: len(stream.time)]
    starts: Ints = np.flatnonzero(first)[np.cumsum(first) - 1]
    return starts
