"""Next line: every event predicts the candidate of the next event that has one (SASRec, Kang and McAuley, 2018).

The event type and the time of that event are given, so the training cut-off is the time of the target; inside a
moment the order is that of the log's content hash. Most lines follow another of the same moment: this objective
largely measures basket completion.
"""

import numpy as np

from study.events.stream import Cutoffs, Readouts, Stream
from study.nn.objectives.targets import next_with_candidate, one_label

CLASSES = "candidates"
LAYOUTS = ("event",)
ASKS_ABOUT_TIME = True
READ_SHARE = 1.0


def readouts(stream: Stream, cutoffs: Cutoffs) -> Readouts:
    """One readout with one label at every position that has a target."""
    target = next_with_candidate(stream)
    position = np.flatnonzero(target >= 0)
    target = target[position]
    until = stream.event[position] + 1
    return one_label(stream, position, target, stream.candidate[target].astype(np.int64), until, stream.key[target])
