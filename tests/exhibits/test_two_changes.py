"""A contrast of both, representation and objective, is told as the sum of those of either alone."""

import pytest

from study.exhibits import two_changes
from study.exhibits.clauses import NOTHING
from study.exhibits.prose import flipped
from tests.exhibits.asking import lead, say, told
from tests.exhibits.pairing import text

BOTH = "event-over-next-token"
ALONE = {"moment-over-token": 0.02, "event-over-flat-moment": -0.004}


def halves(*left_out: str, turn: str = ""):
    """A change of results: each half has its effect; some are not declared, one may be the other way round."""

    def change(written):
        for name, effect in ALONE.items():
            say("better" if effect > 0 else "undetermined", name, effect=effect)(written)
        rows = [row for row in written["contrasts.json"] if row["name"] not in left_out]
        for row in rows:
            if row["name"] == turn:
                left, right = (row["right"], row["right_variant"]), (row["left"], row["left_variant"])
                row |= {"left": left[0], "left_variant": left[1], "right": right[0], "right_variant": right[1]}
                row |= {"effect": -row["effect"], "verdict": "worse" if row["verdict"] == "better" else row["verdict"]}
        written["contrasts.json"] = rows

    return change


@pytest.mark.parametrize("turn", ["", *ALONE])
def test_each_half_is_told_with_its_verdict_whichever_way_round_it_is_declared(made, turn):
    shown = told(made(halves(turn=turn)), "Which representation?")

    assert (
        ", the sum of +0.0200 by the objective (flat-next-moment over flat-next, better) and −0.0040 by the "
        "representation with the history that fits (sum-next-moment over flat-next-moment, undetermined)" in shown
    )


def test_of_a_contrast_told_the_other_way_round_the_halves_are_turned(made):
    results = made(halves())
    (both,) = (one for one in results.contrasts if one.name == BOTH)

    shown = text(two_changes.apart(results)(flipped(both)))
    assert "−0.0200 by the objective (flat-next over flat-next-moment, worse)" in shown


@pytest.mark.parametrize("left_out", ALONE)
def test_without_a_half_nothing_is_told_nor_of_a_contrast_that_changes_one(made, left_out):
    results = made(halves(left_out))
    found = {one.name: two_changes.apart(results)(one) for one in results.contrasts}

    assert "" == found[BOTH]
    assert "" == found["event-over-flat-horizon"] == found["concat-over-sum"]


@pytest.mark.parametrize(
    ("verdict", "first"), [("better", "next moment over the next token"), ("worse", "next token over the next moment")]
)
def test_the_next_token_is_held_against_the_next_moment(made, verdict, first):
    results = made(say(verdict, "moment-over-token", "moment-over-token-repeat"))
    expected = f"; in favour of the {first}, with representation flat and head plain or repeat-aware: flat-next-moment"

    assert expected in lead(results, "Which objective?")


def between(*pairs: tuple[str, str]):
    """A change of results: the halves are not declared, these contrasts are."""

    def change(written):
        halves(*ALONE)(written)
        row = next(one for one in written["contrasts.json"] if one["name"] == BOTH)
        for number, (left, right) in enumerate(pairs):
            sides = {"left": left, "left_variant": left, "right": right, "right_variant": right}
            written["contrasts.json"].append(row | sides | {"name": f"half-{number}"})

    return change


def test_what_changes_a_third_part_is_no_half(made):
    """The head of the variant between the sides is another one, or its budget."""
    for middle in ("flat-next-moment-repeat", "flat-next-tokens"):
        results = made(between(("sum-next-moment", middle), (middle, "flat-next")))
        (both,) = (one for one in results.contrasts if one.name == BOTH)

        assert "" == two_changes.apart(results)(both)
    whole = made(between(("sum-next-moment", "flat-next-moment"), ("flat-next-moment", "flat-next")))
    assert "the sum of +" in two_changes.apart(whole)(both)


def objectives(*names: str, **sides: str):
    """A change of results: of the contrasts of objectives these alone are left; sides are turned into others."""

    def change(written):
        say("better")(written)
        rows = [one for one in written["contrasts.json"] if one["question"] != "objective" or one["name"] in names]
        for row in rows:
            if row["name"] in names:
                row |= {key: value for side, variant in sides.items() for key, value in both_of(side, variant)}
        written["contrasts.json"] = rows

    return change


def both_of(side: str, variant: str):
    return (side, variant), (f"{side}_variant", variant)


def test_without_a_contrast_of_the_horizon_the_next_moment_leads(made):
    found = lead(made(objectives("moment-over-token")), "Which objective?")

    assert found.startswith("in favour of the next moment over the next token")
    assert NOTHING not in found
    assert lead(made(objectives()), "Which objective?").startswith(NOTHING)


def test_sides_that_differ_in_more_than_the_objective_do_not_lead(made):
    mixed = made(objectives("moment-over-token", left="sum-next-moment"))

    assert "over the next token" not in told(mixed, "Which objective?")
    assert "besides, sum-next-moment over flat-next" in told(mixed, "Which objective?")
