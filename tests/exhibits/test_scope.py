"""How far an answer reaches is said beside it, and turns with the results."""

from types import SimpleNamespace

import pytest

from study.exhibits import advice, representation, scope, who
from study.exhibits.factorial import late_cells
from study.exhibits.prose import plural
from tests.exhibits.asking import VERDICTS, say, told

REPRESENTATION, OBJECTIVE = "Which representation?", "Which objective?"
LOSS = "Which loss, and does the catalogue's size matter?"
FEW = ("bce-over-softmax", "bpr-over-softmax")
MANY = tuple(f"{loss}-over-softmax" for loss in ("sampled", "gbce", "bce-64", "bpr-64"))


def factorial(verdict: str, *factors: str):
    """A change of results: the effect of these factors gets the verdict."""

    def change(written):
        for one in written["factorial.json"]:
            if one["factors"] == list(factors):
                value = VERDICTS[verdict]
                one |= {"verdict": verdict, "effect": value, "low": value - 0.004, "high": value + 0.004}

    return change


def reached(**values: float):
    """A change of results: test recalls of some variants, which `_` joins for `-`."""

    def change(written):
        for row in written["leaderboard.json"]:
            if (value := values.get(row["variant"].replace("-", "_"))) is not None:
                row["estimates"]["recall@10"]["estimate"] = value

    return change


def still_learning(*variants: str):
    """A change of results: the best round of these variants was the last."""

    def change(written):
        for row in written["leaderboard.json"]:
            row["unfinished"] = row["variant"] in variants

    return change


def test_an_answer_names_what_its_sides_share(made):
    found = made(say("equivalent", "horizon-over-moment", "horizon-over-moment-flat"))

    assert "equivalent within ±0.005, with representation sum or flat and head plain: sum-horizon over" in told(
        found, OBJECTIVE
    )


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", ", over the other factors horizon is better than next (+0.0200; by cell from"),
        ("worse", ", over the other factors horizon is worse than next (−0.0200; by cell from"),
        ("undetermined", ", over the other factors whether horizon or next is better stays undetermined"),
    ],
)
def test_the_main_effect_stands_beside_the_contrasts(made, verdict, expected):
    results = made(factorial(verdict, "objective"))
    cells = plural(len(late_cells(results)), "cell")
    late = f"some contrasts of its cells declared after test was seen, all those of {cells}"

    assert f"; in the factorial (where next is next moment; {late}){expected}" in told(results, OBJECTIVE)


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", " and sum is worth more with repeat than without it (+0.0200)"),
        ("worse", " and sum is worth less with repeat than without it (−0.0200)"),
    ],
)
def test_an_interaction_is_told_where_there_is_one(made, verdict, expected):
    assert expected in told(made(factorial(verdict, "representation", "head")), REPRESENTATION)
    assert "than without it" not in told(made(factorial(verdict, "representation", "head")), OBJECTIVE)
    assert "than without it" not in told(made(), REPRESENTATION)


@pytest.mark.parametrize(
    ("verdict", "low", "high", "left", "expected"),
    [
        ("better", 0.002, 0.010, 0.001, ""),
        ("better", 0.002, 0.010, 0.003, "their histories"),
        ("worse", -0.010, -0.002, 0.001, ""),
        ("worse", -0.010, -0.002, 0.003, "their histories"),
        ("equivalent", -0.002, 0.003, 0.001, ""),
        ("equivalent", -0.004, 0.003, 0.002, "their histories"),
        ("undetermined", -0.010, 0.010, 0.004, ""),
    ],
)
@pytest.mark.parametrize("sign", [1, -1])
def test_histories_are_cleared_where_what_a_control_leaves_open_cannot_turn_the_verdict(
    made, verdict, low, high, left, expected, sign
):
    bounds = sorted((0.0, sign * left))
    turned = {
        "event-over-flat-horizon": {"verdict": verdict, "effect": (low + high) / 2, "low": low, "high": high},
        "long-over-short": {"verdict": "equivalent", "effect": 0.0, "low": bounds[0], "high": bounds[1]},
    }

    def change(written):
        for one in written["contrasts.json"]:
            one.update(turned.get(one["name"], {}))

    results = made(change)
    asked = next(one for one in results.contrasts if one.name == "event-over-flat-horizon")
    assert expected == scope.unlike_histories(results, asked)


def test_the_gain_of_a_level_is_told_from_the_worst_to_the_best_cell(made):
    even = dict.fromkeys(["flat_next_moment", "flat_next_moment_repeat", "flat_horizon", "flat_horizon_repeat"], 0.2)
    sums = {"sum_next_moment": 0.23, "sum_next_moment_repeat": 0.21, "sum_horizon": 0.2, "sum_horizon_repeat": 0.19}
    sentence = told(made(reached(**even, **sums)), REPRESENTATION)

    by_cell = "by cell from −0.0100 with horizon and repeat to +0.0300 with next and plain"
    assert f"; {by_cell}; with the history that fits)" in sentence


def test_sides_that_were_still_learning_are_counted(made):
    one = made(still_learning("sum-horizon", "popularity"))

    assert (
        "head plain (of the 4 models compared, 1 is unfinished and 3 were best one round before the last): sum-hor"
        in told(one, OBJECTIVE)
    )
    marks = "of the 7 models compared, 1 is unfinished and 6 were best one round before the last"
    assert f"softmax, with head plain ({marks}): " in told(one, LOSS)
    assert "unfinished" not in told(made(), OBJECTIVE)


def test_a_side_that_was_still_learning_and_is_not_above_popularity_has_both_marks(made):
    def change(written):
        still_learning("flat-next")(written)
        next(row for row in written["leaderboard.json"] if row["variant"] == "flat-next")["select"] = 0.0

    results = made(change)
    over = next(one for one in results.contrasts if one.name == "event-over-next-token")

    assert "unfinished, not clearly above popularity" == results.training("flat-next")
    told = "of the 2 models compared, 1 is unfinished, 1 is not clearly above popularity and 1 was best one round"
    assert scope.learning(results, [over]).startswith(told)


def test_sides_that_have_not_left_popularity_are_told_apart(made):
    def stuck(written):
        select = next(row["select"] for row in written["leaderboard.json"] if row["variant"] == "sum-horizon-bpr")
        for row in written["leaderboard.json"]:
            if row["variant"] == "popularity":
                row["select"] = select - 0.004

    found = told(made(stuck), LOSS)
    apart = found.split(f"; {scope.UNTRAINED}, ")[1]
    assert apart.startswith("sum-horizon-bpr (1 negative) over sum-horizon ")
    assert "not clearly above popularity" not in told(made(), LOSS)


def test_a_loss_is_told_with_its_negatives(made):
    sentence = told(made(catalogue=lambda _: None), LOSS)

    assert "sum-horizon-bce (1 negative) over sum-horizon " in sentence
    assert "sum-horizon-gbce (64 negatives) over sum-horizon " in sentence
    assert "sum-horizon-bpr-products (1 negative) over sum-horizon-products " in sentence


def test_losses_that_are_worse_by_their_negatives_alone_are_told(made):
    """One negative against 64: which of both makes the difference, the contrasts do not say."""

    def few_are_worse(written):
        say("worse", *FEW)(written)
        say("equivalent", *MANY)(written)

    found = "; all that are worse have at most 1 negative, all others at least 64 negatives; "
    assert found in told(made(few_are_worse), LOSS)
    assert "all that are worse" not in told(made(say("worse")), LOSS)


def test_losses_that_are_better_by_their_negatives_alone_are_told_too(made):
    """A difference in favour of the other losses is no more that of their form than one against them."""

    def turn(*better: str):
        def change(written):
            say("equivalent", *FEW, *MANY)(written)
            say("better", *better)(written)

        return change

    few = told(made(turn(*FEW)), LOSS)
    assert "; all that are better have at most 1 negative, all others at least 64 negatives; " in few
    many = told(made(turn(*MANY)), LOSS)
    assert "; all that are better have at least 64 negatives, all others at most 1 negative; " in many
    assert "all that are better" not in told(made(turn("bce-over-softmax", "gbce-over-softmax")), LOSS)
    advised = advice.marks(made(turn(*FEW))).text
    assert "negatives are not told apart: of the other losses, with the horizon, all that are better" in advised


def test_the_best_sequence_model_is_told_with_its_representation_and_head(made):
    best = made().best_of_each()["sequence"].variant

    assert f"; the sequence model that is best on select, {best}, has representation " in told(made(), REPRESENTATION)


def with_ten_tokens(written):
    """A change of results: every event of the log has a token of its type and of each of nine attributes."""
    attributes = written["data.json"]["attributes"]
    one = attributes["category"] | {"missing": 0.0}
    attributes |= {f"column {number}": one for number in range(8)} | {"category": one}


def test_sides_that_see_other_histories_are_told_with_them(made):
    """Between users and on their page; of the others, whose histories are equal, nothing is said."""
    arm = made(who=with_ten_tokens).beside("who")
    by_name = {contrast.name: contrast for contrast in arm.contrasts}

    assert "256 events against 256 tokens (about 26 events)" == scope.histories(arm, by_name["who-event-over-flat"])
    assert "256 events against 26 events" == scope.histories(arm, by_name["who-long-over-short"])
    assert "" == scope.histories(arm, by_name["who-pairwise-over-bce"])
    assert "" == scope.histories(arm, by_name["who-short-event-over-flat"])
    assert 1 == who.histories(arm).text.count("256 events against 256 tokens (about 26 events) of history")


def test_where_users_have_few_events_no_history_is_longer_than_another(made):
    def short(written):
        with_ten_tokens(written)
        written["data.json"]["events_per_user"]["0.95"] = 20

    arm = made(short, who=short).beside("who")

    assert "" == "".join(scope.histories(arm, contrast) for contrast in arm.contrasts)
    told = "have no more than 20 events, which every model holds: what is called a longer history below is none."
    assert told in representation.history(made(short)).text


def test_a_longer_history_is_told_with_the_users_that_it_leaves_to_train_on(made):
    def spent(written):
        with_ten_tokens(written)
        for path in [name for name in written if name.startswith("cost/")]:
            written[path]["positions"] = 256 * 7_000

    told = who.histories(made(who=spent).beside("who")).text

    assert "so many histories (each of a user at a cut-off): <code>who-sum-bce</code> 7,000 in " in told
    assert "<code>who-flat-bce</code> 68,900 in " in told


@pytest.mark.parametrize(("others", "is_told"), [(1, True), (40, False)])
def test_a_weight_of_key_actions_weighs_nothing_where_all_are(made, others, is_told):
    def typed(written):
        written["data.json"]["event_types"] = {"purchase": 99, "view": others}

    told = "".join(scope.hardly_weighed(made(typed)))
    assert ("99 % of the events are key actions" in told) == is_told == ("flat-weighted-tokens" in told)


def test_event_level_embeddings_speak_for_the_sum_and_the_others_are_told(made):
    shown = advice.marks(made(say("worse", "concat-over-sum"))).text

    assert "All of this is said of the sum of an event's embeddings; against that: " in shown
    assert "<code>concat-horizon</code> −0.0200, worse" in shown


def test_an_advice_tells_a_control_by_its_short_history(made):
    found = {part.contrast.name: part.where for part in advice.event_level(made(who=with_ten_tokens))}
    alike = "users of one cut-off, head plain"

    assert f"{alike}, as short a history" == found["who-short-event-over-flat"]
    assert f"{alike}, 256 events against 256 tokens (about 26 events)" == found["who-event-over-flat"]


def test_a_control_with_a_short_history_is_as_short_as_flat_models_or_told_by_how_much_it_is_not(made):
    """Ten tokens to an event make 512 of them 51 events, which is what the control sees."""
    found = []
    for change in (with_ten_tokens, lambda _: None):
        results = made(change)
        short = [c for c in results.contrasts if c.name == "short-event-over-flat"]
        found.append(scope.short_histories(results, short))

    assert "with a history as short as that of the flat side" == found[0]
    assert found[1].startswith("with a shorter history (51 events against 512 tokens (about ")


def test_a_mark_of_one_side_is_not_told_of_both():
    results = SimpleNamespace(marks=lambda variant: ["unfinished"] if variant == "a" else [])
    one = SimpleNamespace(variants=("a", "b"), left_variant="a", right_variant="b")

    assert "of the 2 models compared, 1 is unfinished" == scope.learning(results, [one])


def test_a_best_first_round_is_told_with_its_arm(made):
    assert "first round, in the arm <code>main</code>.</strong>" in "".join(scope.after_one_round(made()))
