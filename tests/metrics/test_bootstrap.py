import numpy as np
import polars as pl
import pytest

from study.metrics.bootstrap import SeedWeights, bootstrap, user_weights

METRICS = ["recall@10"]


def table(variant, values, users, seeds=1):
    """`values` [seeds, queries] of the queries of `users`."""
    values = np.asarray(values, dtype=np.float32).reshape(seeds, -1)
    frames = [
        pl.DataFrame({"variant": variant, "seed": seed, "user_id": users, "recall@10": values[seed]})
        for seed in range(seeds)
    ]
    return pl.concat(frames)


def draws_of(queries, resamples=2000, seed=1):
    return bootstrap(queries, METRICS, resamples=resamples, seed=seed)["recall@10"]


def users(count, windows=1):
    return [f"u{i:03d}" for i in range(count) for _ in range(windows)]


def test_the_estimate_is_the_mean_over_queries_of_the_mean_over_seeds():
    queries = table("a", [[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]], ["x", "x", "y"], seeds=2)

    assert [0.5] == draws_of(queries).estimates.tolist()


def test_a_resample_recomputes_the_ratio_over_whole_users():
    # User x has three queries at 1, user y one at 0: two drawn users give 1, 3/4 or 0, never 1/2 or 1/4.
    drawn = draws_of(table("a", [1, 1, 1, 0], ["x", "x", "x", "y"])).values[:, 0]

    shares = {value: float((drawn == value).mean()) for value in np.unique(drawn)}
    assert [0.0, 0.75, 1.0] == list(shares)
    assert pytest.approx([0.25, 0.5, 0.25], abs=0.04) == list(shares.values())


def test_more_windows_of_the_same_users_add_no_certainty():
    values = np.random.default_rng(3).random(30)
    once = draws_of(table("a", values, users(30)))
    often = draws_of(table("a", np.repeat(values, 4), users(30, windows=4)))

    assert np.allclose(once.values, often.values)


def test_the_spread_over_users_is_that_of_a_mean():
    values = np.random.default_rng(3).random(50).astype(np.float32)
    drawn = draws_of(table("a", values, users(50)), resamples=20000).values

    assert pytest.approx(values.std() / np.sqrt(50), rel=0.03) == drawn.std()


def test_the_spread_over_seeds_is_unbiased():
    # One user, so nothing but the seeds varies; without the stretch it would be (S-1)/S of this.
    values = np.array([0.1, 0.4, 0.2, 0.35, 0.3])
    drawn = draws_of(table("a", values, ["x"], seeds=5), resamples=20000).values

    assert pytest.approx(values.var(ddof=1) / 5, rel=0.04) == drawn.var()
    assert pytest.approx(values.mean(), abs=0.002) == drawn.mean()


def test_one_seed_has_no_seed_part():
    drawn = draws_of(table("a", [0.3, 0.3], ["x", "y"])).values

    assert {np.float64(np.float32(0.3))} == set(drawn.ravel())


def test_users_are_paired_across_variants_and_seeds_are_not():
    values = np.random.default_rng(4).random(40) / 2 + np.array([[0.1], [0.2], [0.15], [0.3], [0.12]])
    drawn = draws_of(
        pl.concat(
            [
                table("rule", values[0], users(40)),
                table("same-rule", values[0], users(40)),
                table("net", values, users(40), seeds=5),
                table("same-net", values, users(40), seeds=5),
            ]
        )
    )

    assert not drawn.difference("rule", "same-rule")[1].any()
    effect, difference = drawn.difference("net", "same-net")
    assert effect == 0
    seed_part = values.mean(axis=1).var(ddof=1) / 5
    assert pytest.approx(2 * seed_part, rel=0.08) == difference.var()


def test_another_variant_or_row_order_changes_nothing():
    values = np.random.default_rng(5).random((3, 20))
    first = table("first", values, users(20), seeds=3)
    other = table("other", values[::-1], users(20), seeds=3)

    alone, both = draws_of(first), draws_of(pl.concat([other, first]).sample(fraction=1, shuffle=True, seed=1))

    assert np.array_equal(alone.values[:, 0], both.values[:, both.variants.index("first")])


def test_the_seed_of_the_study_decides_the_draws():
    queries = table("a", np.random.default_rng(6).random(20), users(20))

    assert np.array_equal(draws_of(queries, seed=1).values, draws_of(queries, seed=1).values)
    assert not np.array_equal(draws_of(queries, seed=1).values, draws_of(queries, seed=2).values)


def test_queries_without_the_slice_do_not_count():
    queries = table("a", [1.0, 0.0, 0.5, 0.5], ["x", "x", "y", "z"])
    queries = queries.with_columns(pl.when(pl.col("user_id") == "x").then("recall@10").alias("recall@10"))

    drawn = draws_of(queries)

    assert [0.5] == drawn.estimates.tolist()
    has = ~np.isnan(drawn.values)
    assert {0.5} == set(drawn.values[has])
    assert pytest.approx((2 / 3) ** 3, abs=0.03) == 1 - has.mean()


def test_a_metric_is_measured_on_users_however_many_windows_they_have():
    """Of three users with two queries each, one has no query of the slice, and one a single one."""
    slices = pl.Series("slice", [0.5, 0.5, None, 1.0, None, None], dtype=pl.Float32)
    queries = table("a", np.linspace(0, 1, 6), users(3, windows=2)).with_columns(slices)
    drawn = bootstrap(queries, [*METRICS, "slice"], resamples=10, seed=1)

    assert (3, 1.5) == (drawn["recall@10"].users, drawn["slice"].users)


def test_a_user_who_is_asked_most_says_how_many_users_of_such_weight_there_are():
    """Of seven users one is asked in four windows: 10 / 4, for all that differ may be who weighs as much."""
    names = [*"abcdef", *"gggg"]

    assert 2.5 == draws_of(table("a", [0.5] * 10, names)).users


def test_variants_scored_on_other_queries_are_refused():
    one = table("a", [1.0, 0.5], ["x", "y"])

    with pytest.raises(ValueError, match="same users"):
        draws_of(pl.concat([one, table("b", [1.0], ["x"])]))
    with pytest.raises(ValueError, match="same queries"):
        draws_of(pl.concat([one, table("b", [1.0, 0.5, 0.5], ["x", "x", "y"])]))


def test_very_many_users_are_drawn_for_fewer_resamples_at_a_time_without_moving_a_draw(monkeypatch):
    whole = np.concatenate([drawn for _, drawn in user_weights(50, 23, seed=0)])
    monkeypatch.setattr("study.metrics.bootstrap.LAID_OUT", 300)
    done, blocks = zip(*user_weights(50, 23, seed=0), strict=True)

    assert [0, 6, 12, 18] == list(done)
    assert np.array_equal(whole, np.concatenate(blocks))


def test_seeds_are_drawn_block_by_block_without_moving_a_draw():
    names, sizes = ["a", "b", "c"], np.array([5, 1, 3])
    whole, parts = SeedWeights(names, sizes, seed=4).draw(23), SeedWeights(names, sizes, seed=4)

    assert (23, 9) == whole.shape
    assert np.array_equal(whole, np.concatenate([parts.draw(rows) for rows in (6, 6, 1, 10)]))
    assert np.array_equal(whole[:, 5], np.ones(23))
    np.testing.assert_allclose(1, whole[:, :5].sum(axis=1))


def test_the_seed_of_the_study_decides_which_seeds_are_drawn():
    """Of one user nothing else is drawn."""
    queries = table("a", [0.1, 0.4, 0.2], ["x"], seeds=3)
    first, again, other = (draws_of(queries, resamples=50, seed=seed).values for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
