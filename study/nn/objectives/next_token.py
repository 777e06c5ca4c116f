"""Next token: every token predicts the one after it, over the shared vocabulary (GPT-2, Radford et al., 2019).

Every token is read as context, but the loss is taken at a part of the positions of each batch: where a candidate of a
key action comes next, as when the model is asked to rank, and at a random share of the others, each of which counts for
those that were not drawn. The expectation is the same, and most of the cost of a step is what follows a position that
is asked.
"""

import numpy as np

from study.events.stream import Cutoffs, Readouts, Stream
from study.nn.objectives.targets import moment_starts, one_label

CLASSES = "tokens"
LAYOUTS = ("token",)
ASKS_ABOUT_TIME = False
READ_SHARE = 0.1


def readouts(stream: Stream, cutoffs: Cutoffs) -> Readouts:
    """One readout with one label at every token that has a next one of the same user.

    The own past is asked about after the prompt of a key action, as when the model is asked to rank: whatever comes
    next, which is another token where the event has no candidate. It ends before the moment, since the basket at hand
    is no past at a cut-off.
    """
    position = np.flatnonzero(stream.user[1:] == stream.user[:-1])
    target = position + 1
    first = np.append(True, stream.event[1:] != stream.event[:-1])[: len(stream.event)]
    place = np.arange(len(first)) - np.flatnonzero(first)[np.cumsum(first) - 1]
    after = np.flatnonzero(place == len(cutoffs.prompt))
    tokens = stream.inputs[after[:, None] - np.arange(len(cutoffs.prompt), 0, -1), 0]
    is_prompted = np.zeros(len(first), dtype=bool)
    is_prompted[after] = (tokens == np.array(cutoffs.prompt)).all(axis=1)
    until = np.where(is_prompted[target], stream.event[moment_starts(stream)[position]], -1)
    return one_label(stream, position, target, stream.inputs[target, 0], until, stream.key[target])
