"""Horizon: every prefix predicts the key actions of its next H days.

Dense all-action (PinnerFormer, Pancha et al., 2022), at the end of every moment and at cut-offs between moments, the
latter by the law of the query cut-offs.
"""

import numpy as np

from study.events.log import Ints
from study.events.ragged import expand
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
    rows, index = expand(position + 1, _first_at(stream, stream.user[position], stop))
    fits = stream.key[index]
    key_types = np.full(len(position), cutoffs.key_type)
    asked = unanswered(stream, position, time, local, key_types, cutoffs.key_type)
    return with_sets(asked, rows[fits], stream.candidate[index[fits]].astype(np.int64))


def _first_at(stream: Stream, users: Ints, times: Ints) -> Ints:
    """Index of the first position of each user at or after each time; the user's end where there is none."""
    origin = int(stream.time.min()) if len(stream.time) else 0
    width = max(int(stream.time.max()) - origin + 2, 1) if len(stream.time) else 1
    joint = stream.user.astype(np.int64) * width + (stream.time - origin)
    asked = users.astype(np.int64) * width + np.clip(times - origin, 0, width - 1)
    return np.searchsorted(joint, asked, side="left")


def _last_before(stream: Stream, cutoffs: Cutoffs) -> tuple[Ints, Ints]:
    """Last position before each training cut-off of each user that has one, with the index of the cut-off."""
    users = np.arange(len(stream.offsets) - 1)
    found, windows = [], []
    for window, start in enumerate(cutoffs.start):
        last = _first_at(stream, users, np.full(len(users), start)) - 1
        has = last >= stream.offsets[:-1]
        found.append(last[has])
        windows.append(np.full(int(has.sum()), window))
    empty = np.zeros(0, dtype=np.int64)
    return np.concatenate([empty, *found]), np.concatenate([empty, *windows])
