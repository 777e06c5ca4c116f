"""Contrasts in words: turned around, and several together."""

import pytest

from study.exhibits.prose import flipped, settled
from study.exhibits.records import Contrast
from tests.exhibits.conftest import contrast


def test_a_contrast_told_the_other_way_round_says_the_same():
    one = Contrast(**contrast("better", 0.02))
    other = flipped(one)

    assert ("worse", -0.02, -0.024, -0.016) == pytest.approx((other.verdict, other.effect, other.low, other.high))
    assert (one.left_variant, one.right_variant) == (other.right_variant, other.left_variant)
    assert one == flipped(other)


def test_small_effects_are_called_small_only_where_all_are():
    small, large = (Contrast(**contrast("better", effect)) for effect in (0.003, 0.02))

    assert "in favour of a over b, by less than the margin" == settled([small], "a", "b", 0.005)
    assert "in favour of a over b" == settled([small, large], "a", "b", 0.005)
