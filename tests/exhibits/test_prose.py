"""Contrasts in words: turned around, and several together."""

import pytest

from study.exhibits.prose import brief, flipped, interval, signed, to_margin, verdict_sentence
from study.exhibits.records import Contrast
from study.exhibits.settled import settled
from tests.exhibits.conftest import contrast


def test_a_contrast_told_the_other_way_round_says_the_same():
    one = Contrast(**contrast("better", 0.02))
    other = flipped(one)

    assert ("worse", -0.02, -0.024, -0.016) == pytest.approx((other.verdict, other.effect, other.low, other.high))
    assert (one.left_variant, one.right_variant) == (other.right_variant, other.left_variant)
    assert one == flipped(other)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["better", "worse"], "divided between a and b (1 in favour of a, 1 in favour of b)"),
        (["better", "undetermined"], "partly in favour of a, never of b (1 in favour of a, 1 undetermined)"),
        (["worse", "undetermined"], "partly in favour of b, never of a (1 in favour of b, 1 undetermined)"),
        (["worse", "equivalent"], "partly in favour of b, never of a (1 in favour of b, 1 equivalent)"),
        (
            ["equivalent", "undetermined"],
            "no difference beyond the margin shown between a and b (1 equivalent, 1 undetermined)",
        ),
    ],
)
def test_contrasts_that_differ_favour_only_what_one_of_them_favours(verdicts, expected):
    effects = {"better": 0.02, "worse": -0.02, "equivalent": 0.001, "undetermined": 0.006}
    told = [Contrast(**contrast(verdict, effects[verdict])) for verdict in verdicts]

    assert expected == settled(told, "a", "b", 0.005)


def test_how_differences_lie_to_the_margin_is_told_by_their_intervals():
    ends = {"small": (0.001, 0.004), "perhaps": (0.001, 0.009), "large": (0.006, 0.014)}
    small, perhaps, large = (
        Contrast(**contrast("better", sum(end) / 2)).model_copy(update={"low": end[0], "high": end[1]})
        for end in ends.values()
    )

    assert "in favour of a over b, by less than the margin" == settled([small], "a", "b", 0.005)
    assert "in favour of a over b, perhaps by less than the margin" == settled([small, perhaps], "a", "b", 0.005)
    assert "in favour of a over b, 1 of 3 by more than the margin" == settled([small, perhaps, large], "a", "b", 0.005)
    assert "in favour of b over a, perhaps by less than the margin" == settled([flipped(perhaps)], "a", "b", 0.005)
    assert "" == to_margin(Contrast(**contrast("equivalent", 0.001)), 0.005)
    assert "by 0.0050, perhaps less than the margin (" in verdict_sentence(perhaps, 0.005)


def test_the_noise_of_sums_has_no_sign_but_what_is_rounded_to_zero_has():
    assert ["0.0000", "0.0000", "−0.0000", "+0.0100"] == [signed(value) for value in (0.0, -1.1e-16, -1e-5, 0.01)]


def test_an_interval_that_leaves_everything_open_says_why():
    some = Contrast(**contrast("undetermined", 0.01))
    few = some.model_copy(update={"low": -1.0, "high": 1.0})

    assert "[−1.0000, +1.0000: no bound, since few users differ], <strong>" in brief(few, 0.005)
    assert interval(few).endswith("−1.0000 to +1.0000, no bound, since few users differ")
    assert "no bound" not in brief(some, 0.005) + interval(some)
