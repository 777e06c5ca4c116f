"""A contrast of both, representation and objective, is told as the sum of those of either alone."""

import pytest

from study.exhibits import two_changes
from study.exhibits.prose import flipped
from tests.exhibits.asking import lead, say, told

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
        ", the sum of +0.0200 by the objective alone (flat-next-moment over flat-next, better) and −0.0040 by the "
        "representation alone (sum-next-moment over flat-next-moment, undetermined)" in shown
    )


def test_of_a_contrast_told_the_other_way_round_the_halves_are_turned(made):
    results = made(halves())
    (both,) = (one for one in results.contrasts if one.name == BOTH)

    assert "−0.0200 by the objective alone" in two_changes.apart(results)(flipped(both))


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
