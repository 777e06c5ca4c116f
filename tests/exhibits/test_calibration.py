"""What the page Who will buy? says of the level of calibrated probabilities."""

import pytest

from study.exhibits import calibration


def bins(predicted: float, observed: float) -> calibration.Reliability:
    """One bin with all users."""
    one = {"predicted": predicted, "observed": observed, "users": 100}
    return calibration.Reliability.model_validate({"bins": [one], "errors": [0.0]})


@pytest.mark.parametrize(
    ("other", "is_as_much"), [((0.10, 0.10), True), ((0.10, 0.05), False)], ids=["each its own", "crossed"]
)
def test_probabilities_are_as_much_as_is_observed_where_each_variant_has_its_own(other, is_as_much):
    """Both ranges are 5 % to 10 % also where every variant is wrong."""
    first = (0.05, 0.05) if is_as_much else (0.05, 0.10)
    told = calibration._level([bins(*first), bins(*other)])

    assert "on average 5 % to 10 %" in told
    assert is_as_much == ("as much as is observed" in told)
    assert is_as_much != ("above or below the 5 % to 10 % observed" in told)
