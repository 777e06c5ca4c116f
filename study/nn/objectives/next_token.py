"""Next token: every token predicts the one after it, over the shared vocabulary (GPT-2, Radford et al., 2019)."""

import numpy as np

from study.events.stream import Cutoffs, Readouts, Stream

CLASSES = "tokens"
ASKS_ABOUT_TIME = False


def readouts(stream: Stream, cutoffs: Cutoffs) -> Readouts:
    """One readout with one label at every token that has a next one of the same user."""
    position = np.flatnonzero(stream.user[1:] == stream.user[:-1])
    target = position + 1
    return Readouts(
        position,
        stream.time[target],
        stream.local[target],
        stream.event_type[target],
        np.arange(len(position) + 1),
        stream.inputs[target, 0].astype(np.int64),
    )
