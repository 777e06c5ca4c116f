"""Masked event: a hidden event's candidate is predicted from both sides (BERT4Rec, Sun et al., CIKM 2019).

Every position that has a candidate can be asked for it; the trainer draws a part of them for each batch, hides their
codes and asks those alone. The event type and the time of the event are given, as in the other objectives. The paper
also trains on histories of which the last event alone is hidden, as at a query; that is left out here.
"""

import numpy as np

from study.events.stream import Cutoffs, Readouts, Stream
from study.nn.objectives.targets import one_label

CLASSES = "candidates"
LAYOUTS = ("event",)
ASKS_ABOUT_TIME = True
HIDES = True
READ_SHARE = 0.2
"""Hidden of the events of a batch; what was published for MovieLens, whose histories are long too."""


def readouts(stream: Stream, cutoffs: Cutoffs) -> Readouts:
    """One readout with one label, its own candidate, at every position that has one; of a stream of events."""
    position = np.flatnonzero(stream.candidate >= 0)
    own = stream.candidate[position].astype(np.int64)
    until = np.full(len(position), -1)
    return one_label(stream, position, position, own, until, stream.key[position])
