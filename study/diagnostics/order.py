"""Does order matter? The contents of a user's moments change places; the times of the moments stay."""

from dataclasses import replace

import numpy as np

from study.events.log import Log
from study.events.ragged import expand
from study.seeds import seed_of


def shuffled(log: Log, seed: int) -> Log:
    """Each moment of a user gets the events of another one, drawn without replacement.

    How often a user did something stays, and how often anything happened; when, before and after what, does not. Of a
    whole fit span the labels move along: it becomes a log in which order says nothing, and no event stands in a
    history and in its label at once.
    """
    starts = log.moment_starts
    sizes = np.diff(np.append(starts, len(log.time)))
    drawn = np.random.default_rng(seed_of(seed, "order")).random(len(starts))
    order = np.lexsort((drawn, log.user[starts]))
    rows = expand(starts[order], (starts + sizes)[order])[1]
    return replace(
        log,
        time=np.repeat(log.time[starts], sizes[order]),
        local=np.repeat(log.local[starts], sizes[order]),
        candidate=log.candidate[rows],
        key=log.key[rows],
        codes={name: codes[rows] for name, codes in log.codes.items()},
    )
