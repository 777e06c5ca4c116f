"""What Student's t says of contrasts: as the bootstrap where seeds hardly matter, less where they are few."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student
from scipy.stats import ttest_ind, ttest_rel
from statsmodels.stats.multitest import multipletests

from study.metrics.few_seeds import RankEffect, judge_by_student, judge_changes_by_student, judge_ranks_by_student
from study.metrics.verdicts import holm

SETTINGS = {"margin": 0.05, "alpha": 0.05}


def rows(values: dict[str, np.ndarray]) -> pl.DataFrame:
    """The table of `values[variant]`, [seeds, users], one query a user."""
    parts = [
        pl.DataFrame({"variant": variant, "seed": seed, "user_id": [f"u{u}" for u in range(len(row))], "m": row})
        for variant, table in values.items()
        for seed, row in enumerate(table)
    ]
    return pl.concat(parts).sample(fraction=1, shuffle=True, seed=0)


def test_without_seeds_it_is_the_paired_t_test_of_users():
    generator = np.random.default_rng(0)
    left, right = generator.normal(0.1, 1, (2, 40))
    (found,) = judge_by_student(rows({"a": left[None], "b": right[None]}), [("a", "b")], "m", **SETTINGS)

    assert found.p_difference == pytest.approx(ttest_rel(left, right).pvalue)
    assert found.seed_share == pytest.approx(0)


def test_without_a_spread_of_users_it_is_the_t_test_of_welch_over_seeds():
    generator = np.random.default_rng(1)
    left, right = generator.normal(0, 1, 5), generator.normal(1, 3, 4)
    table = rows({"a": np.repeat(left[:, None], 30, axis=1), "b": np.repeat(right[:, None], 30, axis=1)})
    (found,) = judge_by_student(table, [("a", "b")], "m", **SETTINGS)

    expected = ttest_ind(left, right, equal_var=False)
    interval = expected.confidence_interval(0.99)
    assert found.p_difference == pytest.approx(expected.pvalue)
    assert 2 * found.reach(0.99) == pytest.approx(interval.high - interval.low)
    assert found.seed_share == pytest.approx(1)


def test_an_effect_in_ranks_with_the_spread_of_a_mean_has_what_is_said_of_the_mean():
    generator = np.random.default_rng(2)
    left, right = generator.normal(0.2, 1, (5, 40)), generator.normal(0, 1, (4, 40))
    left += generator.normal(0, 0.3, (5, 1))
    among_users = (left.mean(axis=0) - right.mean(axis=0)).std(ddof=1) / np.sqrt(40)
    effect = RankEffect(left.mean() - right.mean(), among_users, (left.mean(axis=1), right.mean(axis=1)))
    (expected,) = judge_by_student(rows({"a": left, "b": right}), [("a", "b")], "m", **SETTINGS)
    (found,) = judge_ranks_by_student([effect], 40, **SETTINGS)

    assert found.p_difference == pytest.approx(expected.p_difference)
    assert found.p_equivalence == pytest.approx(expected.p_equivalence)
    assert found.seed_share == pytest.approx(expected.seed_share)
    assert 0.1 < found.seed_share < 0.9


def test_an_effect_whose_spread_is_all_of_seeds_has_their_degrees_of_freedom():
    values = [0.0, 0.1, 0.2, 0.3, 0.4]
    error = np.std(values, ddof=1) / np.sqrt(5)
    (found,) = judge_ranks_by_student([RankEffect(0.2, 0.0, (values, [0.1]))], 1000, **SETTINGS)

    assert found.p_difference == pytest.approx(2 * student.sf(0.2 / error, 4))
    assert found.seed_share == pytest.approx(1)


def test_effects_in_ranks_are_adjusted_by_holm_and_a_variant_is_equivalent_to_itself():
    effects = [RankEffect(0.2, 0.1, ([0.1], [0.2])), RankEffect(0.0, 0.0, ())]
    found = judge_ranks_by_student(effects, 30, **SETTINGS)

    assert found[0].p_difference == pytest.approx(2 * 2 * student.sf(2, 29))
    assert ["undetermined", "equivalent"] == [one.verdict for one in found]
    assert 0.0 == found[1].seed_share
    assert ["undetermined"] * 2 == [one.verdict for one in judge_ranks_by_student(effects, 1, **SETTINGS)]
    assert [] == judge_ranks_by_student([], 30, **SETTINGS)


def test_of_one_user_nothing_is_shown():
    table = rows({"a": np.full((3, 1), 0.5), "b": np.full((3, 1), 0.1)})
    (found,) = judge_by_student(table, [("a", "b")], "m", **SETTINGS)

    assert ("undetermined", 1.0) == (found.verdict, found.p_difference)


def test_users_are_the_clusters_however_many_queries_they_have():
    """Each query three times is no more evidence; a user with more queries than others has more of the effect."""
    generator = np.random.default_rng(0)
    table = rows({"a": generator.normal(0.1, 1, (3, 40)), "b": generator.normal(0, 1, (3, 40))})
    once, thrice = (
        judge_by_student(found, [("a", "b")], "m", **SETTINGS)[0] for found in (table, pl.concat([table] * 3))
    )
    assert thrice.p_difference == pytest.approx(once.p_difference)

    left, right = generator.normal(0.1, 1, (2, 40))
    uneven = rows({"a": left[None], "b": right[None]})
    uneven = pl.concat([uneven, uneven.filter(user_id="u0"), uneven.filter(user_id="u0")])
    (found,) = judge_by_student(uneven, [("a", "b")], "m", **SETTINGS)
    weights = np.array([3, *[1] * 39])
    effect = ((left - right) * weights).sum() / 42
    deviation = np.sqrt(((weights * (left - right - effect)) ** 2).sum() / 42**2 * 40 / 39)
    assert found.p_difference == pytest.approx(2 * student.sf(abs(effect) / deviation, 39))


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.2, "better"), (-0.2, "worse"), (0.0, "equivalent"), (0.045, "undetermined")]
)
def test_verdicts_follow_the_rules_of_the_bootstrap(shift, verdict):
    generator = np.random.default_rng(2)
    base = generator.normal(0, 0.1, (3, 400))
    noise = generator.normal(0, 0.1, (3, 400)) if shift != 0.045 else generator.normal(0, 0.8, (3, 400))
    table = rows({"a": base + shift + noise, "b": base})
    (found,) = judge_by_student(table, [("a", "b")], "m", **SETTINGS)

    assert verdict == found.verdict


def test_sides_that_rank_alike_are_equivalent_and_no_contrast_is_none():
    table = rows({"a": np.ones((1, 5)), "b": np.ones((1, 5))})
    (found,) = judge_by_student(table, [("a", "b")], "m", **SETTINGS)

    assert ("equivalent", 1.0, 0.0) == (found.verdict, found.p_difference, found.seed_share)
    assert [] == judge_by_student(table, [], "m", **SETTINGS)


@settings(max_examples=20)  # statsmodels collects garbage in every call, which takes its time
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_p_values_are_adjusted_as_statsmodels_does(p_values):
    adjusted = holm(np.array(p_values), alpha=0.05, tails=1).adjusted

    assert adjusted == pytest.approx(multipletests(p_values, method="holm")[1])


def test_a_variant_does_not_differ_from_itself_however_few_its_seeds_are():
    values = np.array([np.full(40, 0.1), np.full(40, 0.3)])
    (found,) = judge_by_student(rows({"a": values}), [("a", "a")], "m", **SETTINGS)

    assert ("equivalent", 0.0, 1.0) == (found.verdict, found.seed_share, found.p_difference)


SAME = [(("a", "b"), ("a", "b"))]


def test_a_change_of_an_effect_without_seeds_is_a_paired_t_test_of_the_users_differences():
    """A second member of the family that does not change doubles the p value, and widens the interval."""
    generator = np.random.default_rng(3)
    left, right, then = generator.normal([[0.1], [0.0], [0.4]], 1, (3, 40))
    before, after = rows({"a": left[None], "b": right[None]}), rows({"a": then[None], "b": right[None]})
    (found,) = judge_changes_by_student(before, after, SAME, "m", **SETTINGS)
    expected = ttest_rel(then, left)

    assert (found.effect, found.p_difference) == pytest.approx(((then - left).mean(), expected.pvalue))
    assert (found.low, found.high) == pytest.approx(expected.confidence_interval(0.95))
    both = judge_changes_by_student(before, after, [*SAME, (("b", "b"), ("b", "b"))], "m", **SETTINGS)
    assert both[0].p_difference == pytest.approx(min(1, 2 * expected.pvalue))
    assert (both[0].low, both[0].high) == pytest.approx(expected.confidence_interval(0.975))
    assert ("equivalent", 0.0) == (both[1].verdict, both[1].effect)


def test_a_change_has_the_seeds_of_all_four_sides():
    """Without a spread of users it is their variances, and their degrees of freedom by Satterthwaite and Welch."""
    generator = np.random.default_rng(4)
    sides = [generator.normal(0, scale, number) for scale, number in ((1, 5), (2, 4), (3, 5), (1, 3))]
    tables = [np.repeat(seeds[:, None], 30, axis=1) for seeds in sides]
    before, after = rows(dict(zip("ab", tables[:2], strict=True))), rows(dict(zip("ab", tables[2:], strict=True)))
    (found,) = judge_changes_by_student(before, after, SAME, "m", **SETTINGS)

    variances = np.array([seeds.var(ddof=1) / len(seeds) for seeds in sides])
    degrees = variances.sum() ** 2 / (variances**2 / [len(seeds) - 1 for seeds in sides]).sum()
    means = [seeds.mean() for seeds in sides]
    effect = means[2] - means[3] - (means[0] - means[1])
    assert found.effect == pytest.approx(effect)
    assert found.p_difference == pytest.approx(2 * student.sf(abs(effect) / np.sqrt(variances.sum()), degrees))


def test_a_user_who_is_asked_about_in_one_of_both_alone_moves_that_one():
    generator = np.random.default_rng(5)
    left, right = generator.normal(0.1, 1, (2, 40))
    table = rows({"a": left[None], "b": right[None]})
    fewer = table.filter(pl.col("user_id") != "u0")
    (found,) = judge_changes_by_student(fewer, table, SAME, "m", **SETTINGS)

    d = left - right
    moved = (d - d.mean()) / 40
    moved[1:] -= (d[1:] - d[1:].mean()) / 39
    error = np.sqrt((moved**2).sum() * 40 / 39)
    assert found.effect == pytest.approx(d.mean() - d[1:].mean())
    assert found.p_difference == pytest.approx(2 * student.sf(abs(found.effect) / error, 39))
    assert [] == judge_changes_by_student(table, table, [], "m", **SETTINGS)


@pytest.mark.parametrize(("shift", "verdict"), [(0.3, "better"), (-0.3, "worse"), (0.0, "equivalent")])
def test_verdicts_of_changes_follow_the_same_rules(shift, verdict):
    generator = np.random.default_rng(6)
    base, noise = generator.normal(0, 0.1, (2, 3, 400))
    before, after = rows({"a": base, "b": base}), rows({"a": base + shift + noise, "b": base})
    (found,) = judge_changes_by_student(before, after, SAME, "m", **SETTINGS)

    assert verdict == found.verdict
