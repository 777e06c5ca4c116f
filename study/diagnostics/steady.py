"""Does time matter? Every user acts at the same steady pace, so that only order is left."""

from dataclasses import replace

import numpy as np

from study.events.log import Log


def steady(log: Log, end: int, local: int) -> Log:
    """The moments of every user at equal distances, the last one half a distance before the end.

    The distance is the mean one between two moments of a user of this log. So the nth last moment is as old for every
    user, which is what a rule with decay is left with: it fades with the number of moments since. The time from the
    last moment to the cut-off is the same for all, and weekdays are those of the steady pace, which say nothing.
    Of a whole fit span the labels move along: a horizon holds as many moments for every user.

    Args:
        end: the cut-off, microseconds since 1970 UTC.
        local: the same on the local clock.
    """
    starts = log.moment_starts
    sizes = np.diff(np.append(starts, len(log.time)))
    user = log.user[starts]
    last = np.searchsorted(user, user, side="right") - 1
    backwards = last - np.arange(len(starts))
    distance = _mean_distance(log.time[starts], user)
    age = np.repeat(backwards * distance + distance // 2, sizes)
    return replace(log, time=end - age, local=local - age)


def _mean_distance(times: np.typing.NDArray[np.int64], user: np.typing.NDArray[np.int32]) -> int:
    """Microseconds between two moments of a user that follow each other, on average; at least 2."""
    same = user[1:] == user[:-1]
    return max(int(np.diff(times)[same].sum()) // max(int(same.sum()), 1), 2)
