"""The log as positions: one per event, or one per token of an event."""

import numpy as np

from study.events.log import Ints, Log
from study.events.stream import Stream
from study.features.vocabulary import MISSING


def event_stream(log: Log, last: int | None = None) -> Stream:
    """One position per event; its inputs are the codes of event_type and of each attribute, [P, K].

    Args:
        last: only the last so many events of each user; all by default.
    """
    events = _recent(log, last)
    codes = np.column_stack([column[events] for column in log.codes.values()])
    return _stream(log, events, np.arange(len(events)), codes)


def token_starts(log: Log) -> dict[str, int]:
    """The token of code 0 of each column in the shared vocabulary."""
    sizes = list(log.sizes.values())
    return dict(zip(log.sizes, np.concatenate(([0], np.cumsum(sizes)[:-1])).tolist(), strict=True))


def prompt_of(log: Log) -> tuple[int, ...]:
    """The tokens that the key filter fixes, in the order in which they begin a key action."""
    starts = token_starts(log)
    return tuple(starts[name] + code for name, code in log.prompt.items())


def token_stream(log: Log, last: int | None = None) -> Stream:
    """One position per token: event_type first, then what the key filter fixes, the candidate columns, the rest.

    A missing attribute has no token; event_type always has one.

    Args:
        last: only the last so many events of each user; all by default.
    """
    events = _recent(log, last)
    starts = np.array(list(token_starts(log).values()), dtype=np.int32)
    codes = np.column_stack([column[events] for column in log.codes.values()])
    present = codes != MISSING
    present[:, 0] = True
    row = np.repeat(np.arange(len(events)), present.sum(axis=1))
    return _stream(log, events, row, (codes + starts)[present][:, None])


def _recent(log: Log, last: int | None) -> Ints:
    if last is None:
        return np.arange(len(log.time))
    return np.flatnonzero(np.arange(len(log.time)) >= (log.offsets[1:] - last)[log.user])


def _stream(log: Log, events: Ints, row: Ints, inputs: np.typing.NDArray[np.int32]) -> Stream:
    """The stream of positions that belong to the rows `row` of the events `events`."""
    event = events[row]
    user = log.user[event]
    last_of_event = np.append(row[1:] != row[:-1], True)[: len(row)]
    return Stream(
        offsets=np.searchsorted(user, np.arange(len(log.users) + 1)).astype(np.int64),
        inputs=inputs,
        event=event,
        user=user,
        time=log.time[event],
        local=log.local[event],
        gap=(log.time - log.previous_time)[event],
        candidate=log.candidate[event],
        key=log.key[event],
        event_type=log.codes["event_type"][event],
        moment_end=log.moment_end[event] & last_of_event,
    )
