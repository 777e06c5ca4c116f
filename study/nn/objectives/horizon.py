"""Horizon: every prefix predicts the key actions of its next H days.

Dense all-action (PinnerFormer, Pancha et al., 2022), at the end of every moment and at cut-offs between moments, the
latter by the law of the query cut-offs.
"""

import numpy as np

from study.events.log import Ints
from study.events.ragged import expand, first_at
from study.events.stream import Cutoffs, Readouts, Stream
from study.nn.objectives.targets import unanswered, with_sets

CLASSES = "candidates"
LAYOUTS = ("event", "token")
ASKS_ABOUT_TIME = True
READ_SHARE = 1.0


def readouts(stream: Stream, cutoffs: Cutoffs) -> Readouts:
    """The readouts at moment ends, whose label is the key actions in (t, t + H], and at the training cut-offs.

    One whose horizon passes the end of the fit span, or in which the user takes no key action, does not exist.
    """
    ends = np.flatnonzero(stream.moment_end & (stream.time + cutoffs.horizon < cutoffs.end))
    at_cutoffs, window = _last_before(stream, cutoffs)
    position = np.concatenate([ends, at_cutoffs])
    time = np.concatenate([stream.time[ends], cutoffs.start[window]])
    local = np.concatenate([stream.local[ends], cutoffs.local[window]])
    stop = np.concatenate([stream.time[ends] + cutoffs.horizon + 1, cutoffs.stop[window]])
    order = np.lexsort((time, position))
    position, time, local, stop = position[order], time[order], local[order], stop[order]
    keys = np.flatnonzero(stream.key)
    ends_before = first_at(stream.time, stream.offsets, stream.user[position], stop)
    candidate = stream.candidate[keys].astype(np.int64)
    earlier = _earlier_alike(stream.user[keys].astype(np.int64), candidate)
    rows, index = _firsts(np.searchsorted(keys, position + 1), np.searchsorted(keys, ends_before), earlier)
    key_types = np.full(len(position), cutoffs.key_type)
    asked = unanswered(stream, position, time, local, key_types, cutoffs.key_type)
    return with_sets(asked, rows, candidate[index])


def _earlier_alike(user: Ints, candidate: Ints) -> Ints:
    """Index of the last earlier key action of the same user with the same candidate, or -1; int64 [K]."""
    order = np.argsort(user * (candidate.max(initial=0) + 1) + candidate, kind="stable")
    alike = (user[order[1:]] == user[order[:-1]]) & (candidate[order[1:]] == candidate[order[:-1]])
    earlier = np.full(len(order), -1)
    earlier[order[1:][alike]] = order[:-1][alike]
    return earlier


def _firsts(low: Ints, high: Ints, earlier: Ints) -> tuple[Ints, Ints]:
    """All (readout, key action) with low <= key action < high of which no earlier one there is alike, as two int64 [M].

    So there are as many as labels. A user of a hundred thousand key actions has thousands in each horizon, but few
    candidates.

    Args:
        low, high: key actions of each readout, int64 [R]; `low` ascends, `high` all but ascends.
        earlier: of `_earlier_alike`, int64 [K].
    """
    keys = np.arange(len(earlier))
    begins = np.maximum(
        np.searchsorted(low, earlier, side="right"),
        np.searchsorted(np.maximum.accumulate(high), keys, side="right"),
    )
    index, rows = expand(begins, np.searchsorted(low, keys, side="right"))
    inside = np.flatnonzero(high[rows] > index)  # where clocks were put forward a later horizon may end earlier
    return rows[inside], index[inside]


def _last_before(stream: Stream, cutoffs: Cutoffs) -> tuple[Ints, Ints]:
    """Last position before each training cut-off, with the index of the cut-off, of each user active after it too."""
    order = np.argsort(stream.time, kind="stable")
    found, windows = [], []
    for window, (low, high) in enumerate(np.searchsorted(stream.time[order], [cutoffs.start, cutoffs.stop]).T):
        inside = np.sort(order[low:high])
        user = stream.user[inside]
        first = inside[np.append(True, user[1:] != user[:-1])[: len(inside)]]
        last = first[first > stream.offsets[stream.user[first]]] - 1
        found.append(last)
        windows.append(np.full(len(last), window))
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *found]), np.concatenate([empty, *windows])
