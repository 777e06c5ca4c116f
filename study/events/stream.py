"""Positions for a sequence model, and the readouts at which it is asked something."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints


@dataclass(frozen=True)
class Stream:
    """P positions of U users: the events, or the tokens of the events.

    Attributes:
        offsets: the positions of user u are offsets[u]:offsets[u + 1], int64 [U + 1].
        inputs: codes that the representation embeds, int32 [P, K].
        event: index of the event of each position, int64 [P].
        user: index of the user, int32 [P].
        time: microseconds since 1970 UTC, int64 [P].
        local: the same on the local clock, int64 [P].
        gap: microseconds since the moment before, 0 for the first, int64 [P].
        candidate: the candidate of the event or -1, int32 [P].
        key: whether the event is a key action with a candidate, bool [P].
        event_type: code, int32 [P].
        moment_end: whether the position is the last of its moment, bool [P].
    """

    offsets: Ints
    inputs: NDArray[np.int32]
    event: Ints
    user: NDArray[np.int32]
    time: Ints
    local: Ints
    gap: Ints
    candidate: NDArray[np.int32]
    key: NDArray[np.bool_]
    event_type: NDArray[np.int32]
    moment_end: NDArray[np.bool_]


@dataclass(frozen=True)
class Cutoffs:
    """The training cut-offs of a fit span: W windows [start, stop), and the end that no label may pass.

    Attributes:
        key_type: code of the event type of key actions.
        prompt: the tokens of a key action that the key filter fixes; the candidate's come next.
    """

    start: Ints
    local: Ints
    stop: Ints
    horizon: int
    end: int
    key_type: int
    prompt: tuple[int, ...]


@dataclass(frozen=True)
class Readouts:
    """Where a sequence model is asked, about which time, and what the answer is.

    Attributes:
        position: int64 [R], ascending.
        time: the cut-off T of each readout, microseconds since 1970 UTC, int64 [R].
        local: the same on the local clock, int64 [R].
        event_type: code of the event type that is asked for, int32 [R].
        offsets: the labels of readout r are labels[offsets[r]:offsets[r + 1]], int64 [R + 1].
        labels: positive classes, int64 [M].
        until: events of the log before this index are the user's own past; -1 where none is asked about, int64 [R].
        is_key: whether the target is part of a key action, bool [R]; where a set is asked for, whether it is of the
            event type of one.
    """

    position: Ints
    time: Ints
    local: Ints
    event_type: NDArray[np.int32]
    offsets: Ints
    labels: Ints
    until: Ints
    is_key: NDArray[np.bool_]
