"""The log as positions: one per event, or one per token of an event."""

import numpy as np

from study.events.log import Log
from study.events.stream import Stream
from study.features.vocabulary import MISSING


def event_stream(log: Log) -> Stream:
    """One position per event; its inputs are the codes of event_type and of each attribute, [P, K]."""
    codes = np.column_stack(list(log.codes.values()))
    return Stream(
        offsets=log.offsets,
        inputs=codes,
        event=np.arange(len(log.time)),
        user=log.user,
        time=log.time,
        local=log.local,
        gap=log.time - log.previous_time,
        candidate=log.candidate,
        key=log.key,
        event_type=log.codes["event_type"],
        moment_end=log.moment_end,
    )


def token_starts(log: Log) -> dict[str, int]:
    """The token of code 0 of each column in the shared vocabulary."""
    sizes = list(log.sizes.values())
    return dict(zip(log.sizes, np.concatenate(([0], np.cumsum(sizes)[:-1])).tolist(), strict=True))


def token_stream(log: Log) -> Stream:
    """One position per token: event_type first, then what the key filter fixes, the candidate columns, the rest.

    A missing attribute has no token; event_type always has one.
    """
    starts = np.array(list(token_starts(log).values()), dtype=np.int32)
    codes = np.column_stack(list(log.codes.values()))
    present = codes != MISSING
    present[:, 0] = True
    event = np.repeat(np.arange(len(log.time)), present.sum(axis=1))
    of_users = np.concatenate(([0], np.cumsum(present.sum(axis=1))))[log.offsets]
    last_of_event = np.append(event[1:] != event[:-1], True)[: len(event)]
    return Stream(
        offsets=of_users.astype(np.int64),
        inputs=(codes + starts)[present][:, None],
        event=event,
        user=log.user[event],
        time=log.time[event],
        local=log.local[event],
        gap=(log.time - log.previous_time)[event],
        candidate=log.candidate[event],
        key=log.key[event],
        event_type=log.codes["event_type"][event],
        moment_end=log.moment_end[event] & last_of_event,
    )
