"""How far the luck of the draws of the bootstrap reaches."""

import re

import numpy as np
import pytest

from study.exhibits import chance
from study.exhibits.caveats import caveats
from study.metrics.verdicts import judge
from tests.exhibits.pairing import text

NAME = "horizon-over-moment"
SIDES = "sum-horizon over sum-next-moment"


def test_the_standard_error_of_a_p_is_that_of_p_over_many_draws():
    """Of one contrast alone, and of ten with the same p, which are all at the first step of Holm."""
    random = np.random.default_rng(3)
    for contrasts in (1, 10):
        draws = [np.repeat(random.normal(2.0, 1, (4_000, 1)), contrasts, axis=1) for _ in range(400)]
        found = [judge([1.0] * contrasts, one, users=np.inf, margin=0.01, alpha=0.05)[0].p_difference for one in draws]
        assert np.std(found) == pytest.approx(chance.standard_error(np.mean(found), 4_000, contrasts), rel=0.1)


def with_p(verdict: str, **changes):
    """A change of results: one contrast has the verdict and the p, at a step of Holm that two contrasts share."""

    def change(written):
        effect = {"better": 0.02, "equivalent": 0.001, "undetermined": 0.006}[verdict]
        one = next(one for one in written["contrasts.json"] if one["name"] == NAME)
        level = 0.975 if verdict == "better" else 0.95
        ends = {"effect": effect, "low": effect - 0.004, "high": effect + 0.004, "level": level}
        one.update(verdict=verdict, **ends | changes)

    return change


@pytest.mark.parametrize(
    ("verdict", "changes", "is_near"),
    [
        ("better", {"p_difference": 0.0495}, True),
        ("better", {"p_difference": 0.03}, False),
        ("equivalent", {"p_equivalence": 0.0495, "p_difference": 1.0}, True),
        ("equivalent", {"p_equivalence": 0.03, "p_difference": 0.0495}, False),
        ("undetermined", {"p_equivalence": 0.0505, "p_difference": 1.0}, True),
        ("undetermined", {"p_equivalence": 0.2, "p_difference": 0.0505}, True),
        ("undetermined", {"p_equivalence": 0.2, "p_difference": 0.1}, False),
        # its level is that of the other test, whose interval is the wider
        ("undetermined", {"p_equivalence": 0.053, "p_difference": 1.0, "level": 0.998}, False),
    ],
)
def test_a_verdict_near_the_border_is_named(made, verdict, changes, is_near):
    shown = text(caveats(made(with_p(verdict, **changes))))
    p = next(value for value in changes.values() if 0.04 < value < 0.06) if is_near else 0

    kind = "equivalence" if is_near and changes.get("p_equivalence") == p else "a difference"
    told = f"Near the border. {SIDES} ({verdict}, p = {p:.3f} of {kind}): its p value lies within two standard"

    assert is_near == (told in shown)
    assert is_near == ("Near the border" in shown)


def test_the_more_contrasts_share_a_step_of_holm_the_less_is_known_of_its_p(made):
    """The same distance from alpha is within the error of a p that is multiplied by many."""

    def told(others):
        def change(written):
            with_p("undetermined", p_equivalence=0.053, p_difference=1.0)(written)
            for one in written["contrasts.json"]:
                if one["name"] != NAME:
                    one.update(verdict="undetermined", p_equivalence=others, p_difference=1.0)

        return chance.near(made(change))

    assert NAME in told(others=0.9)
    assert NAME not in told(others=0.01)


def test_a_verdict_near_the_border_of_the_arm_who_is_named_too(made):
    def near(written):
        for one in written["contrasts.json"]:
            one.update(verdict="better", effect=0.05, low=0.001, high=0.1, level=0.95, p_difference=0.0495)

    assert "who-sum-bpr over who-sum-bce (better, p = 0.050 of a difference)" in text(caveats(made(who=near)))


def test_the_error_of_p_is_that_of_one_that_lies_at_alpha(made):
    (told,) = re.findall(r"near 0\.05 its standard error is at most ([\d.]+\d), in a world", chance.error_of_p(made()))

    assert float(told) == pytest.approx(chance.standard_error(0.05, 10_000, 1), rel=0.1)
