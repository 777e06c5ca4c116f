"""Every change that draws something draws it by its seed: the fits of several seeds are to differ by that too."""

import numpy as np
import pytest

from study.diagnostics.labels import permuted
from study.diagnostics.order import shuffled
from study.diagnostics.users import drawn
from study.events.fold import Fold
from study.events.spans import Spans
from study.events.stream import Readouts
from tests.made import FEATURES, START, day_of, random_log

LOG = random_log(np.random.default_rng(3), users=30, events=300)


def order(seed: int) -> list[int]:
    return shuffled(LOG, seed).candidate.tolist()


def users(seed: int) -> list[bool]:
    return drawn(Fold(LOG, Spans("UTC", 7, START.date(), [], [], []), day_of(35), FEATURES), 0.5, seed).tolist()


def labels(seed: int) -> list[int]:
    none = np.zeros(40, dtype=np.int64)
    return permuted(
        Readouts(none, none, none, none, np.arange(41), np.arange(40), none, none > 0), none, seed
    ).labels.tolist()


@pytest.mark.parametrize("change", [order, users, labels])
def test_another_seed_draws_otherwise_and_the_same_one_does_not(change):
    assert change(1) == change(1) != change(2)
