"""Does noise hurt? Attributes are added that say nothing."""

from dataclasses import replace

import numpy as np

from study.events.log import Log
from study.features.vocabulary import FIRST
from study.seeds import hash_text, mix64, seed_of


def with_noise(log: Log, attributes: int, values: int, seed: int) -> Log:
    """The log with so many further attributes, each uniform over `values` codes.

    The code of an event is a hash of its user and of its place in their history: the same in every log that the
    history begins.
    """
    place = np.arange(len(log.time), dtype=np.uint64) - log.offsets[log.user].astype(np.uint64)
    event = mix64(hash_text(log.users)[log.user] ^ place)
    added = {}
    for number in range(1, attributes + 1):
        drawn = mix64(event ^ np.uint64(seed_of(seed, "noise", number))) % np.uint64(values)
        added[f"noise_{number}"] = (FIRST + drawn.astype(np.int64)).astype(np.int32)
    return replace(log, codes=log.codes | added, sizes=log.sizes | dict.fromkeys(added, FIRST + values))
