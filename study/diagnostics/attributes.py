"""Which attribute matters? One is missing in every event."""

from dataclasses import replace

import numpy as np

from study.events.log import Log
from study.features.vocabulary import MISSING


def without(log: Log, attribute: str) -> Log:
    """The log with that attribute missing everywhere; candidates stay, also where it is a part of them.

    What a key action starts with has it no more, so that nothing is asked for a token that never occurs.
    """
    missing = np.full_like(log.codes[attribute], MISSING)
    prompt = {name: code for name, code in log.prompt.items() if name != attribute}
    return replace(log, codes=log.codes | {attribute: missing}, prompt=prompt)
