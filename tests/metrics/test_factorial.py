from itertools import product

import numpy as np
import pytest

from study.metrics.bootstrap import Draws
from study.metrics.factorial import factorial_effects
from study.params.statistics import Factorial, Statistics

SETTINGS = Statistics(resamples=1000, margin=0.005, who_margin=0.02, alpha=0.05)
PLAN = Factorial(
    factors={"representation": ("flat", "sum"), "head": ("plain", "repeat")},
    cells={"a": ["flat", "plain"], "b": ["sum", "plain"], "c": ["flat", "repeat"], "d": ["sum", "repeat"]},
)


def drawn(values: dict[str, float], spread: float = 1e-4) -> Draws:
    """Resamples around the given values, independent between variants."""
    random = np.random.default_rng(1)
    estimates = np.array(list(values.values()))
    return Draws(list(values), estimates, estimates + spread * random.standard_normal((1000, len(values))), 10_000)


def test_main_effects_are_differences_of_means_and_interactions_differences_of_differences():
    """sum gains .02 under the plain head and .06 under the other: .04 on average, and .04 more under the other."""
    effects = factorial_effects(PLAN, drawn({"a": 0.20, "b": 0.22, "c": 0.30, "d": 0.36}), SETTINGS)

    assert ["representation", "head", "representation x head"] == [row["name"] for row in effects]
    assert [0.04, 0.12, 0.04] == pytest.approx([row["effect"] for row in effects])
    assert ["better"] * 3 == [row["verdict"] for row in effects]
    assert [["flat", "sum"], ["plain", "repeat"]] == effects[2]["levels"]


def test_effects_do_not_depend_on_the_order_of_the_variants_or_on_others_beside():
    values = {"other": 0.9, "d": 0.36, "a": 0.20, "c": 0.30, "b": 0.22}

    assert [0.04, 0.12, 0.04] == pytest.approx(
        [row["effect"] for row in factorial_effects(PLAN, drawn(values), SETTINGS)]
    )


def test_the_upper_level_may_lose_and_factors_that_add_up_do_not_interact():
    effects = factorial_effects(PLAN, drawn({"a": 0.30, "b": 0.20, "c": 0.25, "d": 0.15}), SETTINGS)

    assert ["worse", "worse", "equivalent"] == [row["verdict"] for row in effects]


def test_three_factors_have_seven_effects_all_in_units_of_the_metric():
    """Only the cell at all three upper levels gains .08: the effect of a factor is a quarter of it, of two a half."""
    levels = [(a, b, c) for a in ("l", "u") for b in ("l", "u") for c in ("l", "u")]
    cells = {"".join(cell): list(cell) for cell in levels}
    plan = Factorial(factors=dict.fromkeys(("f", "g", "h"), ("l", "u")), cells=cells)
    effects = factorial_effects(plan, drawn({name: 0.28 if name == "uuu" else 0.2 for name in cells}), SETTINGS)

    assert ["f", "g", "h", "f x g", "f x h", "g x h", "f x g x h"] == [row["name"] for row in effects]
    assert [0.02] * 3 + [0.04] * 3 + [0.08] == pytest.approx([row["effect"] for row in effects])


@pytest.mark.parametrize("factors", [1, 2, 3])
def test_where_nobody_differs_an_interaction_may_be_all_that_it_can_be(factors):
    """It is greatest where the cells that count for it find everything and the others nothing."""
    names = [f"factor {i}" for i in range(factors)]
    levels = list(product("lu", repeat=factors))
    cells = ["".join(cell) for cell in levels]
    plan = Factorial(factors=dict.fromkeys(names, ("l", "u")), cells=dict(zip(cells, map(list, levels), strict=True)))
    greatest = np.array([float(cell.count("l") % 2 == 0) for cell in levels])
    alike = Draws(cells, np.full(len(cells), 0.5), np.full((1000, len(cells)), 0.5), 100)
    most = factorial_effects(plan, Draws(cells, greatest, alike.values, 100), SETTINGS)[-1]["effect"]
    whole = factorial_effects(plan, alike, SETTINGS)[-1]

    assert 2 ** (factors - 1) == most
    assert ("undetermined", -most, most) == (whole["verdict"], whole["low"], whole["high"])
