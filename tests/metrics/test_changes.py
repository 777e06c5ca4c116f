"""Changes of effects between two snapshots: by hand, paired over users, with seeds of their own, and none by chance."""

import numpy as np
import polars as pl
import pytest

from study.metrics.bootstrap import bootstrap
from study.metrics.changes import Side, changes
from study.params.statistics import Statistics

METRIC = "recall@10"
ONE = {"name": "new-over-old", "left": "new", "right": "old", "left_variant": "new", "right_variant": "old"}


def side(variants: dict[str, np.ndarray], users: list[str], *contrasts: dict) -> Side:
    """A snapshot with `values` [seeds, queries] of each variant, a query per entry of `users`."""
    rows = [
        (variant, seed, user, value)
        for variant, values in variants.items() for seed, known in enumerate(np.atleast_2d(values))
        for user, value in zip(users, known, strict=True)
    ]  # fmt: skip
    schema = {"variant": pl.String, "seed": pl.Int64, "user_id": pl.String, METRIC: pl.Float32}
    return Side(pl.DataFrame(rows, schema=schema, orient="row"), list(contrasts or [ONE]))


def found(here: Side, there: Side, *, resamples: int = 500, margin: float = 0.05, seed: int = 1):
    settings = Statistics(resamples=resamples, margin=margin, who_margin=margin, alpha=0.05)
    return changes(here, there, METRIC, settings, seed)


def users(first: int, last: int) -> list[str]:
    return [f"u{i:03d}" for i in range(first, last)]


def test_a_change_by_hand():
    """Every user gains a quarter here and loses a quarter there, so each resample says a half, whoever is drawn."""
    old = np.linspace(0.25, 0.75, 20)
    here, there = ({"new": old + gain, "old": old} for gain in (0.25, -0.25))
    (change,) = found(side(here, users(0, 20)), side(there, users(5, 25)))

    assert ["new-over-old", "new", "old"] == [change[key] for key in ("name", "left", "right")]
    numbers = [change[key] for key in ("there", "here", "effect", "low", "high")]
    assert pytest.approx([-0.25, 0.25, 0.5, 0.5, 0.5], abs=1e-6) == numbers
    assert change["verdict"] == "better"
    (turned,) = found(side(there, users(5, 25)), side(here, users(0, 20)))
    assert (turned["effect"], turned["verdict"]) == (-change["effect"], "worse")


def test_a_user_who_is_drawn_brings_the_queries_of_both():
    """Effects that vary a lot over users, and are the same ones on both: in no resample do they differ."""
    random = np.random.default_rng(0)
    known = {"new": random.random(120), "old": random.random(120)}
    (change,) = found(side(known, users(0, 120)), side(known, users(0, 120)))
    assert [0, 0, 0, "equivalent"] == [change[key] for key in ("effect", "low", "high", "verdict")]

    (strangers,) = found(side(known, users(0, 120)), side(known, users(120, 240)))
    assert strangers["low"] < -0.05 < 0.05 < strangers["high"]
    assert (strangers["effect"], strangers["verdict"]) == (0, "undetermined")


def test_a_variant_and_itself_are_equal_however_few_are_asked():
    """As where `best:FAMILY` and the other side are one variant on both; on one of them alone nothing is known."""
    random = np.random.default_rng(6)
    known = {"new": random.random(20), "old": random.random(20)}
    named = ONE | {"left": "best:counting", "right": "old"}
    itself, another = (side(known, users(0, 20), named | {"left_variant": left}) for left in ("old", "new"))
    (equal,), (unequal,) = found(itself, itself), found(itself, another)

    assert [0, 0, 0, "equivalent"] == [equal[key] for key in ("effect", "low", "high", "verdict")]
    assert "undetermined" == unequal["verdict"]


def test_a_change_that_nobody_shows_may_be_twice_what_an_effect_can_be():
    """From all that one side finds and the other does not to the reverse; at a margin of 0.05 120 users would tell."""
    alike = {name: np.full(119, 0.5) for name in ("new", "old")}
    (change,) = found(side(alike, users(0, 119)), side(alike, users(0, 119)))

    assert ["undetermined", -2, 2] == [change[key] for key in ("verdict", "low", "high")]


@pytest.mark.parametrize(("here", "there", "verdict"), [(60, 200, "undetermined"), (119, 122, "equivalent")])
def test_of_two_snapshots_with_unlike_numbers_of_users_the_weight_of_one_user_is_the_mean(here, there, verdict):
    """2 / (1 / 60 + 1 / 200) are 92 users, fewer than the 120 that would tell; 2 / (1 / 119 + 1 / 122) are 120.5."""
    sides = [side({name: np.full(count, 0.5) for name in ("new", "old")}, users(0, count)) for count in (here, there)]

    assert [verdict] == [change["verdict"] for change in found(*sides)]


def test_each_contrast_brings_as_many_resamples_as_one_alone_has():
    """Of a hundred the least p of three is 3 * 2 / 101, and nothing could ever be found at 0.05."""
    old = np.linspace(0.25, 0.75, 20)
    three = [ONE | {"name": name} for name in ("one", "another", "a third")]
    sides = [side({"new": old + gain, "old": old}, users(0, 20), *three) for gain in (0.25, -0.25)]

    assert ["better"] * 3 == [change["verdict"] for change in found(*sides, resamples=100)]


def test_the_seeds_of_two_snapshots_are_drawn_independently():
    """Users all alike, the same values: all that varies is five seeds of one variant, once here and once there."""
    values = np.array([[0.1], [0.4], [0.2], [0.35], [0.3]])
    known = {"new": np.repeat(values, 120, axis=1), "old": np.full(120, 0.2)}
    (change,) = found(side(known, users(0, 120)), side(known, users(0, 120)), resamples=20000)
    spread = np.sqrt(2 * values.var(ddof=1) / 5)

    assert change["effect"] == 0
    assert pytest.approx([-1.96 * spread, 1.96 * spread], rel=0.05) == [change["low"], change["high"]]


def test_the_change_is_the_difference_of_the_published_effects():
    random = np.random.default_rng(1)
    sides = [
        side({"new": random.random((3, 60)), "old": random.random(60), "other": random.random(60)}, known)
        for known in ([*users(0, 30), *users(10, 40)], [*users(20, 60), *users(30, 50)])
    ]
    published = [
        bootstrap(one.queries, [METRIC], resamples=100, seed=2)[METRIC].difference("new", "old")[0] for one in sides
    ]
    (change,) = found(*sides)

    assert [*published, published[0] - published[1]] == [change[key] for key in ("here", "there", "effect")]


def test_what_is_declared_otherwise_is_left_out_and_the_best_may_be_another():
    random = np.random.default_rng(2)
    known = {name: random.random(30) for name in ("new", "old", "other")}
    best = ONE | {"name": "best-over-old", "left": "best:sequence"}
    here = side(known, users(0, 30), best, ONE, ONE | {"name": "new here"})
    there = side(
        known, users(0, 30), ONE | {"right": "other", "right_variant": "other"}, best | {"left_variant": "other"}
    )
    (change,) = found(here, there)

    assert change["name"] == "best-over-old"
    assert pytest.approx(known["new"].mean() - known["other"].mean()) == change["effect"]
    assert [] == found(here, side(known, users(0, 30), ONE | {"name": "never"}))


def test_the_order_of_rows_changes_nothing():
    random = np.random.default_rng(3)
    sides = [side({"new": random.random((2, 20)), "old": random.random(20)}, users(k, k + 20)) for k in (0, 10)]
    shuffled = [Side(one.queries.sample(fraction=1, shuffle=True, seed=4), one.contrasts) for one in sides]

    assert found(*sides) == found(*shuffled)


def test_where_nothing_changed_a_change_is_rarely_found():
    """Users who like the new one and users who do not, mostly the same on both snapshots; refits and queries vary."""
    random = np.random.default_rng(5)
    verdicts = []
    for _ in range(200):
        taste = dict(zip(users(0, 50), 0.1 + 0.2 * random.normal(size=50), strict=True))
        sides = []
        for asked in (users(0, 40), users(10, 50)):
            liked = np.array([taste[user] for user in asked])
            noise = 0.02 * random.normal(size=(5, 1)) + 0.1 * random.normal(size=(5, 40))
            sides.append(side({"new": 0.5 + liked + noise, "old": np.full(40, 0.5)}, asked))
        verdicts += [row["verdict"] for row in found(*sides, resamples=200, margin=1e-6)]

    assert 0.01 <= np.mean([verdict in ("better", "worse") for verdict in verdicts]) <= 0.09
