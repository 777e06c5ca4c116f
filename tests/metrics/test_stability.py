"""Rank stability: tau-b by hand and by SciPy, and what users and seeds leave of it where the order is one."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import kendalltau

from study.metrics.bootstrap import Draws
from study.metrics.pairing import draws_apart, draws_of_seeds
from study.metrics.stability import _one_order, _parting, stability, tau_b

METRIC = "recall@10"
SETTINGS = {"resamples": 400, "seed": 1, "alpha": 0.05, "is_one_log": False}


def queries(levels: dict[str, float], users: range, *, seeds: int = 2, noise: float = 0.3, seed: int = 0):
    random = np.random.default_rng(seed)
    rows = [
        (variant, number, f"u{user}", level + noise * random.normal())
        for variant, level in levels.items() for number in range(seeds) for user in users
    ]  # fmt: skip
    schema = {"variant": pl.String, "seed": pl.Int64, "user_id": pl.String, METRIC: pl.Float32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_tau_by_hand():
    """Pairs of (1, 2, 3) and (1, 3, 2): two agree, one does not. With a tie on one side: 2 / sqrt(3 * 2)."""
    left = np.array([[1.0, 2, 3], [1, 2, 3], [1, 1, 1]])
    right = np.array([[1.0, 3, 2], [1, 2, 2], [1, 2, 3]])

    assert pytest.approx([1 / 3, 2 / np.sqrt(6), np.nan], nan_ok=True) == tau_b(left, right)


def test_tau_is_that_of_scipy():
    random = np.random.default_rng(0)
    left, right = random.integers(0, 6, (30, 9)).astype(float), random.integers(0, 6, (30, 9)).astype(float)

    assert pytest.approx([kendalltau(a, b).statistic for a, b in zip(left, right, strict=True)]) == tau_b(left, right)


def test_a_kept_order_and_a_turned_one_are_told_apart():
    levels = {f"v{i}": 0.2 * i for i in range(5)}
    turned = dict(zip(levels, reversed(levels.values()), strict=True))
    here = queries(levels, range(60))
    kept = stability(here, queries(levels, range(20, 80), seed=1), METRIC, **SETTINGS)
    found = stability(here, queries(turned, range(20, 80), seed=1), METRIC, **SETTINGS)

    assert (1.0, -1.0) == (kept["estimate"], found["estimate"])
    assert kept["low"] > 0.7
    assert found["estimate"] < found["low"] <= found["high"] == 1.0


def test_a_tau_of_one_order_lies_where_resamples_of_one_snapshot_do():
    """Close values: the order is one, and noise alone keeps the two estimates of it from agreeing."""
    levels = {f"v{i:02}": 0.01 * i for i in range(20)}
    found = [
        stability(
            *(queries(levels, range(200), noise=0.2, seeds=1, seed=2 * n + side) for side in (0, 1)), METRIC, **SETTINGS
        )
        for n in range(10)
    ]

    assert sum(one["low"] <= one["estimate"] <= one["high"] for one in found) >= 9
    assert max(one["high"] for one in found) < 1


def test_more_noise_leaves_less_of_an_order():
    levels = {f"v{i}": 0.02 * i for i in range(5)}
    calm, loud = (
        stability(queries(levels, range(30), noise=noise), queries(levels, range(30), noise=noise), METRIC, **SETTINGS)
        for noise in (0.01, 0.3)
    )

    assert calm["low"] == calm["high"] == 1.0
    assert loud["low"] < 0.7


def test_only_what_both_have_is_compared_and_the_order_of_rows_does_not_matter():
    here = queries({"a": 0.1, "b": 0.5, "new": 0.9}, range(20), seeds=3)
    there = queries({"gone": 0.9, "a": 0.1, "b": 0.5}, range(5, 25), seed=1)
    found = stability(here, there, METRIC, **SETTINGS)

    assert ["a", "b"] == found["variants"]
    assert 1.0 == found["estimate"]
    assert found == stability(here.reverse(), there.sample(fraction=1, shuffle=True, seed=3), METRIC, **SETTINGS)


def test_one_variant_has_no_order():
    alone = queries({"a": 0.1}, range(5))

    assert stability(alone, alone, METRIC, **SETTINGS)["estimate"] is None


def test_the_luck_of_seeds_is_noise_as_well():
    """Users whose queries hardly differ: with one seed no resample turns the order, with unlike seeds some do."""
    levels = {f"v{i}": 0.02 * i for i in range(6)}
    one = queries(levels, range(30), seeds=1, noise=0.001)
    luck = np.random.default_rng(2).normal(scale=0.05, size=len(levels))
    lucky = {name: level + shift for (name, level), shift in zip(levels.items(), luck, strict=True)}
    many = pl.concat([one, _as_seed(1, queries(lucky, range(30), seeds=1, noise=0.001))])

    assert 1.0 == stability(one, one, METRIC, **SETTINGS)["low"]
    assert stability(many, many, METRIC, **SETTINGS)["low"] < 0.9


def test_what_users_of_both_do_to_both_orders_does_not_part_them():
    """Few users that differ much among variants: no order is sure, but for two runs that ask the same ones."""
    levels = {f"v{i}": 0.02 * i for i in range(6)}
    one, other = (queries(levels, range(30), seeds=1, noise=0.3, seed=number) for number in (0, 1))

    assert 1.0 == stability(one, one, METRIC, **SETTINGS)["low"]
    assert stability(one, other, METRIC, **SETTINGS)["low"] < 0.7


def test_two_runs_on_one_log_are_parted_by_their_seeds_alone():
    """Five refits each that err on other users: draws of users would part them more than other refits do."""
    levels = {f"v{i:02}": 0.02 * i for i in range(12)}
    random = np.random.default_rng(0)

    def run():
        refits = [_as_seed(n, queries(levels, range(40), seeds=1, seed=int(random.integers(10**6)))) for n in range(5)]
        return pl.concat(refits)

    one, other = run(), run()
    alone, drawn = (stability(one, other, METRIC, **SETTINGS | {"is_one_log": is_one}) for is_one in (True, False))

    assert alone["estimate"] == drawn["estimate"]
    assert drawn["low"] < alone["low"] < 1.0


def test_draws_of_seeds_are_those_of_the_bootstrap_where_all_users_are_alike():
    values = {"a": 0.1, "b": 0.5}
    rows = pl.concat(
        [
            _as_seed(n, queries({v: x + 0.1 * n for v, x in values.items()}, range(9), seeds=1, noise=0))
            for n in range(3)
        ]
    )
    seeds = draws_of_seeds(rows, METRIC, "here", resamples=50, seed=1)
    both = draws_apart(rows, rows.select("user_id").unique(), METRIC, "here", resamples=50, seed=1)

    assert ["a here", "b here"] == seeds.variants == both.variants
    assert np.allclose(seeds.estimates, both.estimates)
    assert np.allclose(seeds.values, both.values)


def _as_seed(number: int, rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(pl.lit(number, pl.Int64).alias("seed"))


def redrawn(resamples):
    """Tau-b between redraws of two variants, of 0 and 1, parted by the noise of a resample and of the one before it."""
    estimates = np.array([0.0, 1.0])
    left, right = (
        Draws(["a", "b"], estimates, estimates + some, 10.0) for some in (resamples, np.roll(resamples, 1, axis=0))
    )
    half = _parting(left, right)
    order = _one_order(estimates, half)
    return tau_b(order + half, order - half).tolist()


LUCK = 0.14**0.5 * np.array([[1.0, -1.0], [-1.0, 1.0]] * 3)


def test_estimates_are_drawn_together_until_their_variance_is_that_of_the_truth():
    """Two, half a one from their mean: of a variance of 0.5 noise of 0.14 is taken, and the order of the rest holds."""
    assert [1.0] * 6 == redrawn(LUCK)
    assert [-1.0] * 6 == redrawn(1.2 * LUCK)  # 0.5 * sqrt(1 - 0.2016 / 0.5) is less than sqrt(0.2016)


def test_what_a_resample_does_to_all_variants_alike_is_no_noise_of_their_order():
    shared = np.array([[-5.0], [5.0], [0.0], [9.0], [-9.0], [0.0]])

    assert [1.0] * 6 == redrawn(LUCK + shared)
