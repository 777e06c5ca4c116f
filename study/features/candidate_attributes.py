"""What describes a candidate: the most frequent code of each other attribute among its events."""

import numpy as np
from numpy.typing import NDArray

from study.events.log import Log
from study.features.vocabulary import MISSING


def describing(log: Log) -> list[str]:
    """The columns that describe a candidate: every attribute that is no part of it."""
    return [name for name in log.codes if name != "event_type" and name not in log.candidate_columns]


def composing(log: Log) -> list[str]:
    """The columns that a candidate can be composed from: what describes it, and its own where these are several.

    A candidate of one column that nothing describes is composed from that one: it is an id then, by another name.
    """
    found = describing(log)
    return [*log.candidate_columns, *found] if len(log.candidate_columns) > 1 or not found else found


def candidate_attributes(log: Log) -> NDArray[np.int32]:
    """The codes of each candidate, int32 [catalogue, columns of `composing`], as of the end of the log.

    Of equally frequent codes the smaller is taken; a candidate without an event has missing ones.
    """
    names = composing(log)
    result = np.full((len(log.catalogue), len(names)), MISSING, dtype=np.int32)
    events = np.flatnonzero(log.candidate >= 0)
    candidate = log.candidate[events].astype(np.int64)
    for column, name in enumerate(names):
        joint = np.sort(candidate * log.sizes[name] + log.codes[name][events])
        first = np.flatnonzero(np.append(True, joint[1:] != joint[:-1])[: len(joint)])
        counts = np.diff(np.append(first, len(joint)))
        owner, code = joint[first] // log.sizes[name], joint[first] % log.sizes[name]
        order = np.lexsort((code, -counts, owner))
        leads = np.append(True, owner[order][1:] != owner[order][:-1])[: len(order)]
        result[owner[order][leads], column] = code[order][leads]
    return result
