"""What Findings says from the diagnostics: is it the data, and what shuffling does."""

import json
import re
from dataclasses import replace

import pytest

from study.exhibits import enough, heads, order
from study.exhibits.prose import percent
from study.exhibits.results import Results
from tests.exhibits.asking import VERDICTS, say, told
from tests.exhibits.conftest import diagnosis
from tests.exhibits.pairing import text


@pytest.mark.parametrize(
    ("shuffled", "expected"),
    [
        (
            "worse",
            "main arm, in favour of histories as they were over histories whose moments exchanged their dates (recency "
            "is lost along with order): sum-horizon-repeat over sum-horizon-rep",
        ),
        (
            "better",
            "main arm, in favour of histories whose moments exchanged their dates (recency is lost along with",
        ),
        (
            "equivalent",
            "main arm, histories as they were and histories whose moments exchanged their dates (recency is lost",
        ),
    ],
)
def test_shuffling_is_told_apart_from_the_control_with_the_size_of_its_fits(made, shuffled, expected):
    shuffles = [diagnosis("order-retrained", shuffled, VERDICTS[shuffled])]
    results = made(say("better", "causal-over-mean-pool"), diagnoses=shuffles)
    sentence = told(results, "Does order matter?")

    assert expected in sentence
    assert "sum-horizon-repeat over sum-horizon-repeat, order shuffled, retrained" in sentence
    assert share_of_fits(results) in sentence
    assert share_of_fits(results) not in told(made(diagnoses=[]), "Does order matter?")


def share_of_fits(results) -> str:
    """What every answer from the diagnostics says of their size."""
    spent = results.params.budgets.of(results.manifest.budget)
    share = percent(spent.diagnostics.positions / spent.main.positions)
    return f"fits of the diagnostics, whose budget is {share} of that of the main arm"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (
            "worse",
            "In part, since with 50 % of the users every family that was asked is worse (in fits of the diagnostics,",
        ),
        (
            "equivalent",
            "Not the number of its users at this budget, since with 50 % of the users every family that was asked does",
        ),
        ("undetermined", "Not settled: fewer users are not shown to hurt, nor to be enough for every family that was"),
        (
            "better",
            "Not the number of its users at this budget, since with 50 % of the users no family that was asked is hurt",
        ),
    ],
)
def test_whether_it_is_the_data_is_told_by_the_largest_part_of_the_users(made, verdict, expected):
    other = "equivalent" if verdict == "worse" else "worse"
    found = [diagnosis("users-10", other, VERDICTS[other]), diagnosis("users-50", verdict, VERDICTS[verdict])]
    results = made(diagnoses=found)
    sentence = told(results, "Is it the data?")

    assert expected in sentence
    assert "sum-horizon-repeat, 50 % of the users over sum-horizon-repeat" in sentence
    smallest = f"with 10 % of the users, the smallest part that was asked: sum-horizon-repeat −0.0200, {other};"
    assert (verdict in ("equivalent", "better")) == (smallest in sentence) == ("10 % of the users" in sentence)
    assert share_of_fits(results) in sentence
    assert "a faultless ranking reaches a recall@10 of 0.8000" in sentence


def fewer_users(sequence: str, aggregates: str):
    """Half of the users, for two families."""
    other = {"name": "aggregates-users-50", "family": "aggregates"}
    return [
        diagnosis("users-50", sequence, VERDICTS[sequence]),
        diagnosis("users-50", aggregates, VERDICTS[aggregates], **other),
    ]


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (
            "better",
            "Not the number of its users at this budget, since with 50 % of the users no family that was asked is hurt",
        ),
        ("worse", "In part, since with 50 % of the users some families are worse"),
        ("undetermined", "Not settled"),
    ],
)
def test_families_that_fewer_users_help_or_leave_alone_are_told_together(made, others, expected):
    assert expected in told(made(diagnoses=fewer_users("equivalent", others)), "Is it the data?")


def test_a_share_of_users_may_be_no_whole_number_of_per_cent(made):
    found = [diagnosis("users-10", "worse", -0.02), diagnosis("users-12.5", "equivalent", 0.001)]
    sentence = told(made(diagnoses=found), "Is it the data?")

    assert "sum-horizon-repeat, 12.5 % of the users over" in sentence
    assert "Not the number of its users" in sentence


def users(verdict: str, share: str, family: str):
    """Some of the users, for a family."""
    return diagnosis(f"users-{share}", verdict, VERDICTS[verdict], name=f"{family}-users-{share}", family=family)


def test_the_smallest_part_of_the_users_that_is_enough_for_all_is_told_with_what_the_budget_leaves_open(made):
    verdicts = {"10": ("worse", "equivalent"), "25": ("equivalent", "equivalent"), "50": ("equivalent", "equivalent")}
    found = [
        users(verdict, share, family)
        for share, pair in verdicts.items()
        for family, verdict in zip(("sequence", "aggregates"), pair, strict=True)
    ]
    sentence = told(made(diagnoses=found), "Is it the data?")

    assert "since with 25 % of the users every family that was asked does as well" in sentence
    assert 2 == sentence.count("25 % of the users over")
    assert "50 % of the users" not in sentence
    assert "so whether longer training would gain from more users is not asked" in sentence


@pytest.mark.parametrize(("family", "is_told"), [("aggregates", True), ("sequence", False)])
def test_whose_counts_stayed_those_of_all_users_is_told_of_models_that_read_them(made, family, is_told):
    sentence = told(made(diagnoses=[users("equivalent", "50", family)]), "Is it the data?")

    assert is_told == (
        "is users to learn from: the counts as of a cut-off, which models of aggregates read" in sentence
    )


def test_a_part_that_is_settled_below_one_that_is_not_is_no_evidence(made):
    found = [users("equivalent", "10", "sequence"), users("undetermined", "25", "sequence")]
    found.append(users("equivalent", "50", "sequence"))

    assert "with 50 % of the users" in told(made(diagnoses=found), "Is it the data?")


def test_what_more_users_still_teach_is_told_without_a_word_on_longer_training(made):
    assert "longer training" not in told(made(diagnoses=[users("worse", "50", "sequence")]), "Is it the data?")


@pytest.mark.parametrize(
    ("gain", "expected"),
    [
        (0.001, "Not shown to be the number of its users: with 50 % of them every family that was asked does as well"),
        (0.02, "Not the number of its users at this budget, since with 50 % of the users every family that was asked"),
        (-0.02, "Not the number of its users at this budget, since with 50 % of the users every family that was asked"),
    ],
)
def test_an_equivalence_says_little_where_what_is_gained_over_counting_is_little(made, gain, expected):
    results = made(diagnoses=[diagnosis("users-50", "equivalent", 0.0)])
    fits = [("sequence", "sum-horizon-repeat", 0.3 + gain), ("counting", "tifu-knn", 0.3)]
    reached = [
        {"family": family, "variant": variant, "change": "unchanged", "metric": "recall@10"}
        | {"estimate": value, "low": 0.2, "high": 0.4}
        for family, variant, value in fits
    ]
    (results.root / "diagnostics/estimates.json").write_text(json.dumps(reached), encoding="utf-8")
    sentence = told(results, "Is it the data?")

    assert expected in sentence
    little = "says little, since by estimate a fit with all of them gains less than the margin of 0.005 over counting"
    assert (little in sentence) == (gain == 0.001)
    assert (
        "is estimated to be less than the margin of 0.005, which no contrast tests: sum-horizon-repeat by +0.0010"
        in sentence
    ) == (gain == 0.001)
    assert "the smallest part that was asked" not in sentence


def test_a_part_of_the_users_that_is_too_small_is_told_beside_the_one_that_is_enough(made):
    shares = ("users-10", "undetermined", -0.0032), ("users-25", "equivalent", 0.0), ("users-50", "equivalent", 0.0)
    sentence = told(made(diagnoses=[diagnosis(*one) for one in shares]), "Is it the data?")

    assert "since with 25 % of the users every family that was asked does as well" in sentence
    assert (
        "; with 10 % of the users, the smallest part that was asked: sum-horizon-repeat −0.0032, undetermined;"
        in sentence
    )


def test_a_hybrid_is_told_to_have_been_asked_last_on_the_study_s_own_log(made):
    hybrid = {"left_variant": "hybrid-lambdarank", "right_variant": "hybrid-lambdarank", "family": "hybrid"}
    both = [diagnosis("users-50", "equivalent", 0.0), diagnosis("users-50", "equivalent", 0.0, **hybrid)]

    own = made(diagnoses=both)
    snapshot = own.params.snapshot.model_copy(update={"source": "mine.parquet"})
    mine = replace(own, params=own.params.model_copy(update={"snapshot": snapshot}))

    seen = (
        "; hybrid-lambdarank, 50 % of the users over hybrid-lambdarank 0.0000 [−0.0040, +0.0040], equivalent, declared "
    )
    assert f"{seen}after test was seen;" in told(own, "Is it the data?")
    assert "declared" not in told(mine, "Is it the data?")
    assert "declared" not in told(made(diagnoses=both[:1]), "Is it the data?")


def test_a_gain_that_is_rounded_to_the_margin_is_said_to_be_about_as_large():
    near, far = enough.Gains("rule", {"a": 0.0049919, "b": 0.0003}), enough.Gains("rule", {"a": 0.00123})

    assert "<code>a</code> by +0.0050 (about the margin) and <code>b</code> by +0.0003" == near.told(0.005)
    assert "<code>a</code> by +0.0012" == far.told(0.005)
    assert "at most about the margin of 0.005" == near.size(0.005)
    assert "less than the margin of 0.005" == far.size(0.005)


def shuffled(variant: str, family: str, verdict: str = "worse", effect: float = -0.02) -> dict:
    sides = {"left_variant": variant, "right_variant": variant, "family": family, "name": f"{family}-order"}
    return diagnosis("order-retrained", verdict, effect, **sides)


@pytest.mark.parametrize(
    ("members", "is_told"),
    [
        ([("lightgbm-lambdarank", "aggregates"), ("hybrid-lambdarank", "hybrid")], True),
        ([("lightgbm-lambdarank", "aggregates", "equivalent", 0.0), ("hybrid-lambdarank", "hybrid")], False),
        ([("lightgbm-lambdarank", "aggregates"), ("hybrid-lambdarank", "hybrid", "equivalent", 0.0)], False),
        ([("lightgbm-lambdarank", "aggregates")], False),
        ([("hybrid-lambdarank", "hybrid")], False),
    ],
)
def test_where_what_reads_no_order_loses_too_recency_is_not_told_from_order(made, members, is_told):
    answer = order.order(made(diagnoses=[shuffled(*member) for member in members]))

    for told_ in (answer.lead, answer.short):
        assert is_told == ("what readers of the order lose may be recency alone, which no contrast" in told_)


def test_a_hybrid_whose_base_is_the_best_of_a_family_reads_what_that_reads(made):
    results = made(diagnoses=[shuffled("hybrid-lambdarank", "hybrid"), shuffled("lightgbm-lambdarank", "aggregates")])
    hybrid = results.params.composed["hybrid-lambdarank"].model_copy(update={"base": "best:sequence"})
    composed = results.params.composed | {"hybrid-lambdarank": hybrid}
    params = results.params.model_copy(update={"composed": composed})
    answer = order.order(Results(results.root, params))

    assert answer == order.order(results)
    named = r"out-of-sample scores of \S+ \(the best on select of the sequence models\)"
    assert re.search(named, text(heads.recipes(Results(results.root, params))))


def test_models_that_read_no_order_are_the_control_of_recency(made):
    """Shuffling the dates costs what counts by age as well, and a hybrid reads what its base does."""

    members = [("tifu-knn", "counting"), ("lightgbm-lambdarank", "aggregates"), ("hybrid-lambdarank", "hybrid")]
    sentence = told(made(diagnoses=[shuffled(*member) for member in members]), "Does order matter?")
    first, control = sentence.split(
        "; of models that read ages and no order of events, so that recency is all they lose,"
    )

    assert "hybrid-lambdarank over hybrid-lambdarank, order shuffled" in first and "tifu-knn over tifu-knn" not in first
    assert "in favour of dates as they were over exchanged dates: tifu-knn over tifu-knn, order shuffled" in control
    assert "lightgbm-lambdarank over lightgbm-lambdarank, order shuffled" in control
