"""Does the far past matter? Only the last events of a user are left."""

import numpy as np

from study.events.log import Log


def last_events(log: Log, count: int) -> Log:
    """The last `count` events of each user."""
    return log.kept(np.arange(len(log.time)) >= (log.offsets[1:] - count)[log.user])
