"""Do more users help? Only a part of them is there to learn from."""

from dataclasses import replace

import numpy as np

from study.diagnostics.change import kept
from study.events.fold import Fold
from study.seeds import hash_text, mix64, seed_of


def fewer(fold: Fold, share: float, seed: int) -> Fold:
    """The fold without the events of the other users; which ones is drawn by a hash, a larger share holds a smaller.

    What was fitted before any model, the codes of values and the popularity that breaks ties, stays that of all users.
    """
    drawn = mix64(hash_text(fold.log.users) ^ np.uint64(seed_of(seed, "users"))) / 2.0**64
    return replace(fold, log=kept(fold.log, (drawn < share)[fold.log.user]), memo={})
