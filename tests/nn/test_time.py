"""How a network is told time, by hand."""

import math

import numpy as np
import pytest
import torch

from study.events.spans import DAY
from study.nn.time import DECAYS, FEATURES, GAPS, rotation, time_features


def test_a_time_is_told_by_the_days_since_the_moment_before_its_weekday_and_the_part_of_the_month():
    """Friday, 16 January 1970, at noon, two days after the moment before; a gap is never negative."""
    found = time_features(np.array([2, -1]) * DAY, np.array([15 * DAY + DAY // 2] * 2))
    part = 2 * math.pi * 15 / 30.44

    assert (2, FEATURES) == found.shape
    assert [math.log(3), *(math.exp(-2 / decay) for decay in DECAYS)] == pytest.approx(found[0, :GAPS].tolist())
    assert [0, *(1 for _ in DECAYS)] == found[1, :GAPS].tolist()
    assert [0, 0, 0, 0, 1, 0, 0] == found[0, GAPS:-2].tolist()
    assert [math.sin(part), math.cos(part)] == pytest.approx(found[0, -2:].tolist())


def test_half_of_the_pairs_turn_with_the_index_and_half_with_the_days_from_a_half_to_a_thousand_of_them():
    """A quarter of a day is half a turn of the quickest of the latter."""
    phases = rotation(torch.tensor([[0.0, 0.25]]), 4)
    angles = [1.0, 0.01, math.pi, 2 * math.pi * 0.25 / 1000]
    turned = torch.polar(torch.ones(4), torch.tensor(angles))

    assert (1, 2, 1, 4) == phases.shape
    torch.testing.assert_close(phases[0, 0, 0], torch.ones(4, dtype=turned.dtype))
    torch.testing.assert_close(phases[0, 1, 0], turned, atol=1e-6, rtol=0)
