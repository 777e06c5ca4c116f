"""Next moment: the end of every moment predicts the set of candidates at the next strictly later moment.

The event type and the time of that moment are given: the training cut-off is the time of the target.
"""

import numpy as np

from study.events.ragged import expand
from study.events.stream import Cutoffs, Readouts, Stream
from study.nn.objectives.targets import next_with_candidate, unanswered, with_sets

CLASSES = "candidates"
LAYOUTS = ("event", "token")
ASKS_ABOUT_TIME = True
READ_SHARE = 1.0


def readouts(stream: Stream, cutoffs: Cutoffs) -> Readouts:
    """One readout per moment that has a later one with a candidate of the event type that comes first there."""
    following = next_with_candidate(stream)
    position = np.flatnonzero(stream.moment_end & (following >= 0))
    first = following[position]
    ends = np.flatnonzero(stream.moment_end)
    stop = ends[np.searchsorted(ends, first)] + 1
    rows, index = expand(first, stop)
    fits = (stream.candidate[index] >= 0) & (stream.event_type[index] == stream.event_type[first[rows]])
    types = stream.event_type[first].astype(np.int64)
    asked = unanswered(stream, position, stream.time[first], stream.local[first], types, cutoffs.key_type)
    return with_sets(asked, rows[fits], stream.candidate[index[fits]].astype(np.int64))
