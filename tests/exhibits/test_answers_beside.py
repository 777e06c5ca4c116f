"""What an answer tells beside the contrasts that it is about: other objectives, heads, architectures, catalogues."""

import re
from dataclasses import replace

import pytest

from study.exhibits import advice
from tests.exhibits.asking import UNREAD, lead
from tests.exhibits.pairing import text
from tests.exhibits.test_answers import LOSS, say, told

HISTORY = "history-over-counts"


def test_losses_are_told_for_each_objective(made):
    sentence = told(made(say("worse", "line-bce-over-softmax")), LOSS)

    assert "and the horizon as objective, undetermined between the other losses" in sentence
    assert "and the next line as objective, partly in favour of the full softmax" in sentence


def test_what_no_factor_of_a_question_moves_is_told_beside_it(made):
    """Heads, architectures that all read the order, and the larger catalogue."""
    results = made(
        say("better", "repeat-over-plain", "gru-over-causal"), catalogue=say("worse", "sequence-over-counting-products")
    )

    assert "the user's own counts, with the representation sum, sum-horizon-repeat over sum-horizon +" in told(
        results, "Which representation?"
    )
    order = told(results, "Does order matter?")
    among = "contrasts between unlike architectures that read the order of events"
    assert f"{among}, 1 shows a difference: " in order
    both = "bidirectional-horizon over causal-prefix-deep +", "gru-horizon over sum-horizon +"
    for sentence in (order, none := told(made(say("undetermined")), "Does order matter?")):
        assert all(contrast in sentence.partition(among)[2] for contrast in both)
    assert f"{among}, none is settled: " in none
    alike = told(made(say("equivalent")), "Does order matter?")
    assert f"{among}, none shows a difference beyond the margin: " in alike
    assert "in the arm catalogue, with " in told(results, "Does anything beat counting?")


def test_what_the_history_and_the_attributes_add_is_told_by_their_controls(made):
    """Neither is about the order of events, and a head without a history is no plain head."""
    results = made(say("better", "history-over-counts", "attributes-over-candidates"))
    counting, events, order = (
        told(results, asked)
        for asked in ("Does anything beat counting?", "Which representation?", "Does order matter?")
    )

    control = "sum-horizon-repeat over blind-horizon-repeat +0.0200 [+0.0160, +0.0240], better"
    sides = f"a model that reads the history over {UNREAD}"
    assert f"with head repeat-aware, in favour of {sides}: {control}" in counting
    assert "partly in favour of all attributes of an event, never of its candidate alone (1 in" in events
    assert "with head plain or repeat-aware: sum-horizon over candidate-horizon +0.0200" in events
    assert "besides, sum-horizon over candidate-horizon" not in events
    assert not any("blind-horizon-repeat" in sentence for sentence in (events, order))


@pytest.mark.parametrize(
    ("arm", "asked", "control", "before"),
    [
        (
            "catalogue",
            "Does anything beat counting?",
            "sum-horizon-repeat-products over blind-horizon-repeat-products",
            "; there, ",
        ),
        ("young", "What about young candidates?", "sum-horizon-repeat-young over blind-horizon-repeat-young", "; "),
        ("who", "Who will buy?", "who-sum-repeat-bce over who-blind-repeat-bce", "; "),
    ],
)
def test_every_arm_says_what_the_history_adds_to_the_counts(made, arm, asked, control, before):
    name = f"who-{HISTORY}" if arm == "who" else f"{HISTORY}-{arm}".replace("catalogue", "products")
    sides = "a model that reads the history", UNREAD

    shown = told(made(**{arm: say("better", name, effect=0.05)}), asked)
    assert f"{before}with head repeat-aware, in favour of {sides[0]} over {sides[1]}: {control} +0.0500" in shown
    open_ = told(made(**{arm: say("undetermined")}), asked)
    assert f"{before}with head repeat-aware, undetermined between {sides[0]} and {sides[1]}: {control}" in open_


def test_arms_in_which_nothing_is_shown_to_beat_counting_are_named_under_the_first_question(made):
    asked = "Does anything beat counting?"
    both, one, none = (
        told(made(young=say(young), who=say(who)), asked)
        for young, who in (("undetermined", "undetermined"), ("better", "worse"), ("better", "better"))
    )

    assert "in the arms young and who nothing is shown to beat the best counting rule, see there" in both
    assert "in the arm who nothing is shown to beat the best counting rule, see there" in one
    assert "see there" not in none
    assert "see there" not in told(made(), asked)


def test_a_model_without_a_history_is_no_control_of_order(made):
    def of_architecture(written):
        for one in written["contrasts.json"]:
            if one["name"] == "history-over-counts":
                one["question"] = "architecture"

    assert "blind" not in told(made(of_architecture), "Does order matter?")


def test_a_gain_on_young_candidates_is_laid_to_counting_as_a_possibility_and_where_there_is_one(made):
    """A gain may be that an id table cannot count what it has no score for; no contrast tells it apart."""
    repeated = ("composed-over-id-repeat", "composed-with-id-over-id-repeat")
    asked = "What about young candidates?"

    better = told(made(young=say("better", *repeated)), asked)
    assert "what is gained on young ones may be these counts, and is not shown to be what attributes are" in better
    assert "may be these counts" not in told(made(young=say("worse", *repeated)), asked)
    assert "may be these counts" not in told(made(young=say("equivalent", *repeated)), asked)


def test_who_beats_counting_at_screening_is_told_with_how_they_stand_on_select(made):
    """As of candidates: what is chosen on select and turns on test is said."""

    def turn(written):
        say("equivalent", "who-learned-counts-over-counting")(written)
        say("worse", "who-aggregates-over-counting")(written)
        for row in written["leaderboard.json"]:
            row["select"] = 0.9 if row["family"] == "aggregates" else row["select"]

    assert "; on select, who-logistic is ahead of key-days; with head" in told(made(who=turn), "Who will buy?")
    assert "on select, who-logistic" not in told(made(who=say("worse")), "Who will buy?")


def few_act(detectable, change):
    """A change of results of `who`: the difference that one test detects, then verdicts."""

    def changed(written):
        written["windows.json"]["detectable"] = detectable
        change(written)

    return changed


@pytest.mark.parametrize(
    ("detectable", "expected"),
    [
        (
            0.05,
            "; an equivalence could hardly have been shown: for two variants that are truly alike the power is 0 % at",
        ),
        (
            0.018,
            "; an equivalence would more likely have been missed than shown: for two variants that are truly alike ",
        ),
        (0.001, None),
        (None, None),
    ],
)
def test_that_few_who_act_leave_an_equivalence_open_is_told_of_what_is_undetermined(made, detectable, expected):
    results = made(who=few_act(detectable, say("undetermined")))
    answer, marks = lead(results, "Who will buy?"), text(advice.marks(results))

    assert expected in answer if expected else "an equivalence " not in answer
    assert marks.count("Between users of one cut-off an equivalence ") == bool(expected)
    for verdict, effect in (("better", 0.05), ("equivalent", 0.0)):
        settled = made(who=few_act(detectable, say(verdict, effect=effect)))
        assert "an equivalence " not in lead(settled, "Who will buy?")
        assert "Between users of one cut-off an" not in text(advice.marks(settled))


def test_what_may_turn_an_answer_is_told_in_its_sentence(made):
    """The factorial of the objective, both heads and the young ones alone, and how many of those who act are found."""
    results = made(young=lambda _: None, who=lambda _: None)

    assert "; in the factorial" in lead(results, "Which objective?")
    young = lead(results, "What about young candidates?")
    assert "; told the user's own counts as well, " in young
    assert "; of young candidates alone the recall, " in young
    assert "among its top 5 % of users" in lead(results, "Who will buy?")


def test_sides_whose_histories_differ_do_not_answer_for_the_representation(made):
    """Unless a control shows that the longer one is worth nothing; those with a short one stand in their place."""
    results = made(say("better", "event-over-flat-horizon", "event-over-flat-horizon-repeat", "long-over-short"))
    asked = "Which representation?"

    assert lead(results, asked).startswith("with a shorter history (51 events against 512 tokens (about 269 events)), ")
    assert "In favour of one position" not in told(results, asked)
    unlike = "where their histories differ as well, which may make or hide a difference"
    assert f"; {unlike}, sum-next-moment over flat-next-moment +" in told(results, asked)
    assert "; sum-horizon over flat-horizon +0.0200" in told(results, asked)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", ", in favour of one position per event (sum) over flattened tokens"),
        ("worse", ", in favour of flattened tokens over one position per event (sum)"),
        ("equivalent", ", one position per event (sum) and flattened tokens are equivalent within ±0.005"),
        ("undetermined", ", undetermined between one position per event (sum) and flattened tokens"),
    ],
)
def test_a_short_history_that_stands_for_all_is_told_with_its_verdict(made, verdict, expected):
    def change(written):
        say("better", "event-over-flat-horizon", "event-over-flat-horizon-repeat", "long-over-short")(written)
        say(verdict, "short-event-over-flat")(written)

    assert f"{expected}, with objective horizon and head plain: " in lead(made(change), "Which representation?")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", "in favour of one position per event (sum) over flattened tokens"),
        ("worse", "in favour of flattened tokens over one position per event (sum)"),
        ("equivalent", "one position per event (sum) and flattened tokens are equivalent within ±0.005"),
    ],
)
def test_a_head_without_a_short_control_is_told_in_the_sentence_with_what_differs_as_well(made, verdict, expected):
    def change(written):
        say("better", "event-over-flat-horizon", "short-event-over-flat", "long-over-short")(written)
        say(verdict, "event-over-flat-horizon-repeat", "event-over-flat-moment-repeat")(written)

    results, asked = made(change), "Which representation?"
    held = "with objective next moment or horizon and head repeat-aware"
    unlike = "where their histories differ as well, which may make or hide a difference"
    assert f"; {unlike}, {expected}, {held}: " in lead(results, asked)
    assert "sum-horizon over flat-horizon +" not in lead(results, asked)
    assert "; sum-horizon over flat-horizon +" in told(results, asked)
    assert 1 == told(results, asked).count("sum-horizon-repeat over flat-horizon-repeat")


def test_who_finds_most_young_candidates_is_told_beside_the_best(made):
    def composed_find_most(written):
        for row in written["leaderboard.json"]:
            if row["variant"] == "composed-horizon-young":
                row["estimates"]["recall@10/young"] = {"estimate": 0.7, "low": 0.6, "high": 0.8}

    sentence = told(made(young=composed_find_most), "What about young candidates?")
    assert "is 0.7000 [0.6000, 0.8000] by composed-horizon-young, which finds most on test; 0.4000 " in sentence
    assert "by popularity-young, which is best on select and is the best counting rule" in sentence


def test_young_candidates_that_nobody_finds_are_found_most_by_nobody(made):
    def none_found(written):
        for row in written["leaderboard.json"]:
            row["estimates"]["recall@10/young"] = {"estimate": 0.0, "low": 0.0, "high": 0.0}

    sentence = told(made(young=none_found), "What about young candidates?")
    assert (
        "which no contrast tests, and which hangs on the candidates that are held back, is 0.0000 by every variant"
        in sentence
    )
    assert "finds most" not in sentence


def test_without_relevant_young_candidates_their_recall_is_not_told(made):
    def none_young(written):
        for row in written["leaderboard.json"]:
            row["estimates"]["recall@10/young"] = {"estimate": None, "low": None, "high": None}

    sentence = told(made(young=none_young), "What about young candidates?")
    assert "no relevant candidate of the test windows is young" in sentence
    assert "alone the recall" not in sentence


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (
            "better",
            "yes: who-blind-repeat-bce (own counts, dates and popularity alone, weights learned; declared after "
            "test was seen) and who-logistic beat the best counting rule, key-days",
        ),
        ("worse", "no: all that was compared with the best counting rule, key-days (recall@5% 0.4000) is worse"),
        (
            "undetermined",
            "not shown: of the 2 that were compared with the best counting rule, key-days (recall@5% 0.4000), none is "
            "shown better or worse",
        ),
    ],
)
def test_who_will_buy_turns(made, verdict, expected):
    sentence = told(made(who=say(verdict, effect={"better": 0.05, "worse": -0.05}.get(verdict))), "Who will buy?")

    assert "takes a key action (event_type is purchase and discount is coupon) within 7 days; key-days" in sentence
    assert f"; as to counting, {expected}" in sentence
    reached = r"has 40 % of those who act \(\d+ positives on test\) among its top 5 % of users"
    assert re.search(f"key-days, which is best on select, {reached}", sentence)
    assert ", where no ranking could have more than 50 %" in sentence


def test_of_snapshots_that_are_held_together_the_larger_catalogue_is_not_told(made):
    """Their answers are those of one arm."""
    results, asked = made(catalogue=say("worse", "sequence-over-counting-products")), "Does anything beat counting?"

    assert "in the arm catalogue, with" in told(results, asked)
    assert "catalogue" not in told(replace(results, is_limited=True), asked)
