from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from study.metrics import screening_bootstrap
from study.metrics.bootstrap import runs_of
from study.metrics.screening import (
    SHARES,
    log_losses,
    places,
    places_of_each,
    ranking,
    recall_at_share,
    tie_hashes,
)
from study.metrics.screening_bootstrap import bootstrap, bootstrap_primary, primary_by_seed, weighted_metrics

HASHES = np.arange(10, dtype=np.uint64)
FIRST = datetime(2024, 3, 1, tzinfo=UTC)


def scored(variants: dict[str, int], users: int = 60, cutoffs: int = 2, rate: float = 0.2, seed: int = 0):
    """Random scores of some variants with so many seeds; a user misses each cut-off with probability 1/5."""
    random = np.random.default_rng(seed)
    present = random.random((cutoffs, users)) > 0.2
    label = random.random((cutoffs, users)) < rate
    frames = []
    for variant, seeds in variants.items():
        for number in range(seeds):
            for c in range(cutoffs):
                who = np.flatnonzero(present[c])
                score = (random.normal(size=len(who)) + label[c][who]).round(1).astype(np.float32)
                frames.append(
                    pl.DataFrame(
                        {
                            "user_id": [f"u{i}" for i in who],
                            "score": score,
                            "probability": 1 / (1 + np.exp(-score.astype(np.float64))),
                            "label": label[c][who],
                        }
                    ).with_columns(
                        pl.lit(variant).alias("variant"),
                        pl.lit(number).alias("seed"),
                        pl.lit(FIRST.replace(day=1 + 7 * c)).cast(pl.Datetime("us", "UTC")).alias("cutoff"),
                    )
                )
    return pl.concat(frames)


def expected_metrics(scores, probabilities, labels, ties) -> dict[str, float]:
    """What scikit-learn says of the strict order."""
    order = ranking(scores, ties)
    ordered, strict = labels[order], -np.arange(len(order))
    found = {name: recall_at_share(scores, labels, share, ties) for name, share in SHARES.items()}
    return found | {
        "average_precision": average_precision_score(ordered, strict),
        "auroc": roc_auc_score(ordered, strict),
        "log_loss": log_loss(labels, probabilities),
    }


def test_recall_at_a_share_counts_the_positives_among_the_first_users():
    scores = np.array([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], dtype=np.float32)
    labels = np.array([1, 0, 1, 0, 0, 0, 0, 0, 1, 1], dtype=bool)

    assert 0.25 == recall_at_share(scores, labels, 0.1, HASHES)
    assert 0.5 == recall_at_share(scores, labels, 0.35, HASHES)
    assert 0.25 == recall_at_share(scores, labels, 0.01, HASHES)  # one user at least
    assert np.isnan(recall_at_share(scores, np.zeros(10, dtype=bool), 0.1, HASHES))


def test_equal_scores_stand_in_the_order_of_the_hash_and_unknown_ones_last():
    scores = np.array([np.nan, 1, 1, 2], dtype=np.float32)
    hashes = np.array([0, 9, 3, 7], dtype=np.uint64)

    assert [3, 2, 1, 0] == ranking(scores, hashes).tolist()


def test_equal_scores_stand_in_the_order_that_published_results_have():
    found = tie_hashes(["u1", "u2", "u3"], 1709251200000000)

    assert [17119368225199973925, 16118876559136059057, 10341133806022484796] == found.tolist()


def test_equal_scores_have_an_order_before_1970_too():
    first, second = (tie_hashes(["u1", "u2"], cutoff).tolist() for cutoff in (-86_400_000_000, 86_400_000_000))

    assert set(first).isdisjoint(second)


def test_a_share_is_rounded_down_to_whole_users_whatever_rounding_does_to_it():
    assert 95 == places(0.05, 1900)
    assert 94 == places(0.05, 1899)
    assert 29 == places(0.1, 290)
    assert 1 == places(0.01, 20)
    assert 29 == places(0.29, 100)  # a product of 28.999...
    assert [95, 94, 1] == places_of_each(0.05, np.array([1900.0, 1899.0, 20.0])).tolist()


def test_average_precision_and_auroc_by_hand():
    """Four users, drawn once each, of whom the first and the third take the key action."""
    found = weighted_metrics(np.ones((1, 2)), np.array([[1.0, 3.0]]), np.array([4.0]))

    assert (1 + 2 / 3) / 2 == pytest.approx(found["average_precision"][0])
    assert 0.75 == found["auroc"][0]


def test_a_certain_mistake_costs_much_but_not_everything():
    assert -np.log(1e-6) == pytest.approx(log_losses(np.array([0.0]), np.array([True]))[0])


def test_a_user_drawn_several_times_stands_in_the_ranking_several_times():
    random = np.random.default_rng(2)
    labels, weights = random.random(200) < 0.2, random.integers(0, 4, 200)
    scores = np.arange(200)[::-1].astype(np.float64)
    copies = np.repeat(np.arange(200), weights)
    through = np.cumsum(weights)[labels]
    found = weighted_metrics(
        weights[labels][None].astype(float), through[None].astype(float), np.array([weights.sum()], dtype=float)
    )

    assert roc_auc_score(labels, scores, sample_weight=weights) == pytest.approx(found["auroc"][0])
    assert average_precision_score(labels, scores, sample_weight=weights) == pytest.approx(
        found["average_precision"][0]
    )
    first = copies[: places(0.05, len(copies))]
    assert labels[first].sum() / labels[copies].sum() == pytest.approx(found["recall@5%"][0])


def test_estimates_are_means_over_cutoffs_then_seeds():
    scores = scored({"a": 2, "b": 1})
    draws = bootstrap(scores, resamples=100, seed=3)
    expected = []
    for part in scores.filter(pl.col("variant") == "a").partition_by("seed", "cutoff"):
        ties = tie_hashes(part["user_id"].to_list(), int(part["cutoff"].dt.timestamp("us")[0]))
        columns = (part[name].to_numpy() for name in ("score", "probability", "label"))
        expected.append(expected_metrics(*columns, ties))

    for metric, found in draws.items():
        assert ["a", "b"] == found.variants
        assert np.mean([one[metric] for one in expected]) == pytest.approx(found.estimates[0], abs=1e-6)


def test_the_same_users_are_drawn_for_all_variants():
    scores = scored({"a": 1})
    twin = scores.with_columns(pl.lit("b").alias("variant"))
    found = bootstrap(pl.concat([scores, twin]), resamples=200, seed=3)["recall@5%"]

    assert (found.values[:, 0] == found.values[:, 1]).all()
    assert found.values[:, 0].std() > 0


def test_a_resample_has_the_mean_loss_of_the_users_that_were_drawn():
    """All have the same loss, so every resample has it, however many of those who are asked at a cut-off are drawn."""
    scores = scored({"a": 1}).with_columns(probability=pl.lit(0.5))
    found = bootstrap(scores, resamples=50, seed=3)["log_loss"]

    assert np.log(2) == pytest.approx(found.values, abs=1e-6)
    assert np.log(2) == pytest.approx(found.estimates, abs=1e-6)


def test_more_resamples_begin_with_the_same_and_rows_may_come_in_any_order():
    scores = scored({"a": 2, "b": 2})
    few = bootstrap(scores, resamples=100, seed=3)["auroc"].values
    shuffled = pl.concat(
        [part.sample(fraction=1, shuffle=True, seed=1) for part in scores.partition_by("variant", maintain_order=True)]
    )

    assert np.array_equal(few, bootstrap(shuffled, resamples=250, seed=3)["auroc"].values[:100])


@pytest.mark.parametrize(("users", "most_read"), [(60, 1.5), (400, 1.5), (400, 1.0)])
def test_the_primary_metric_alone_has_the_same_bits(users, most_read, monkeypatch):
    """Also where fewer of the top were drawn than are among the first, so that it reaches further down."""
    monkeypatch.setattr(screening_bootstrap, "LOOKED_AT", most_read)
    scores = scored({"a": 2, "b": 1}, users=users, rate=0.1)
    whole, alone = (draw(scores, resamples=700, seed=3) for draw in (bootstrap, bootstrap_primary))

    assert np.array_equal(whole["recall@5%"].values, alone.values, equal_nan=True)
    assert np.array_equal(whole["recall@5%"].estimates, alone.estimates)
    assert whole["recall@5%"].users == alone.users


def test_each_seed_alone_has_the_primary_metric_that_is_told_of_it():
    scores = scored({"a": 3, "b": 1}, users=200)
    found = primary_by_seed(scores)
    alone = {
        name: [
            float(bootstrap_primary(scores.filter(variant=name, seed=seed), resamples=1, seed=3).estimates[0])
            for seed in sorted(scores.filter(variant=name)["seed"].unique())
        ]
        for name in ("a", "b")
    }

    assert alone == found
    assert 3 == len(set(found["a"]))


def test_the_seeds_of_a_variant_are_drawn_and_stretched():
    """One seed ranks perfectly, the other the wrong way round: of two draws the mean is 0, 1/2, 1/2 or 1.

    Its deviation of 1 / sqrt(8) is stretched by sqrt(2).
    """
    right = scored({"a": 1}, cutoffs=1).with_columns(score=pl.col("label").cast(pl.Float64))
    wrong = right.with_columns(score=-pl.col("score"), seed=pl.lit(1, dtype=right.schema["seed"]))
    found = bootstrap(pl.concat([right, wrong]), resamples=2000, seed=3)["auroc"]

    assert [0.5] == found.estimates.tolist()
    assert found.values.std() == pytest.approx(0.5, abs=0.02)


def test_a_cutoff_where_nobody_acts_is_left_out_of_the_mean():
    scores = scored({"a": 1}, cutoffs=1)
    idle = scores.with_columns(pl.col("cutoff") + timedelta(days=7), label=pl.lit(False))
    alone, both = (bootstrap(table, resamples=20, seed=3) for table in (scores, pl.concat([scores, idle])))

    assert alone["auroc"].estimates.tolist() == both["auroc"].estimates.tolist()
    assert alone["recall@5%"].users == both["recall@5%"].users


def test_who_acts_at_every_cutoff_weighs_most():
    """Of 1 + 3 who act at the first of two cut-offs and 1 + 1 at the second, one acts at both: (1/4 + 1/2) / 2."""
    names, first = ["a", "b", "c", "d", "e", "f"], {"a", "b", "c", "d"}
    rows = [
        {"variant": "v", "seed": 0, "user_id": name, "cutoff": datetime(2020, 1, day, tzinfo=UTC), "score": 0.5,
         "probability": 0.5, "label": name in (first if day == 1 else {"a", "e"})}
        for day in (1, 8) for name in names
    ]  # fmt: skip

    assert bootstrap(pl.DataFrame(rows), resamples=5, seed=3)["recall@5%"].users == pytest.approx(8 / 3)


def test_resamples_spread_as_the_bootstrap_of_users_that_ranks_anew():
    scores = scored({"a": 1}, users=80, cutoffs=1, rate=0.3)
    found = bootstrap(scores, resamples=4000, seed=3)["auroc"].values[:, 0]
    random, users = np.random.default_rng(0), scores["user_id"].n_unique()
    label, score = scores["label"].to_numpy(), scores["score"].to_numpy()
    order = ranking(score, tie_hashes(scores["user_id"].to_list(), int(scores["cutoff"].dt.timestamp("us")[0])))
    drawn = random.multinomial(users, np.full(users, 1 / users), size=1000)
    naive = [roc_auc_score(label[order], -np.arange(users), sample_weight=weights) for weights in drawn]

    assert np.mean(naive) == pytest.approx(found.mean(), abs=0.01)
    assert np.std(naive) == pytest.approx(found.std(), rel=0.1)


def test_variants_that_were_scored_on_other_users_are_refused():
    scores = scored({"a": 1, "b": 1})
    with pytest.raises(ValueError, match="same users"):
        bootstrap(scores[:-1], resamples=100, seed=3)
    flipped = scores.with_columns(label=pl.col("label") ^ ((pl.col("variant") == "b") & (pl.col("user_id") == "u1")))
    with pytest.raises(ValueError, match="same users"):
        bootstrap(flipped, resamples=100, seed=3)


def test_runs_keep_the_order_in_which_variants_appear():
    table = pl.DataFrame({"variant": ["z", "a", "z"], "seed": [1, 0, 0]})

    assert [("z", 0), ("z", 1), ("a", 0)] == runs_of(table).rows()
