"""The page Worlds: what the variants are told there, and which of them come to the same."""

import pytest

from study.exhibits import world_notes
from study.exhibits.world_records import Worlds
from tests.exhibits.pairing import text
from tests.exhibits.test_worlds_page import judged, reached, world


def test_a_rule_that_is_another_one_in_the_worlds_is_named():
    same = [reached("personal-decay", "counting", 0.5), reached("co-occurrence", "counting", 0.5)]
    other = [same[0], reached("co-occurrence", "counting", 0.6)]
    told = "<code>co-occurrence</code> is <code>personal-decay</code> there"

    assert told in world_notes.notes(Worlds([world(variants=same), world()], None)).text
    assert told not in world_notes.notes(Worlds([world(variants=same), world(variants=other)], None)).text
    assert told not in world_notes.notes(Worlds([world()], None)).text


UNTOLD = "that are not told these counts reach 50 % to 75 % of the reachable recall at this budget"


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        (
            {"sum-horizon": 0.5, "flat-next": 0.75, "sum-horizon-repeat": 0.9, "blind-horizon-repeat": 0.95},
            f"{UNTOLD}, and those with a head that is told them 90 % to 95 %.",
        ),
        (
            {"sum-horizon": 0.5, "flat-next": 0.75},
            f"{UNTOLD}; none with a head that is told them is in the worlds, so that they say nothing of it.",
        ),
        (
            {"sum-horizon-repeat": 0.9},
            "with a head that is told them reach 90 % of the reachable recall at this budget.",
        ),
    ],
)
def test_what_sequence_models_reach_where_counting_is_enough_is_told_by_what_their_head_is_told(shares, expected):
    sides = [reached(variant, "sequence", share) for variant, share in shares.items()]
    sides.append(reached("personal-frequency", "counting", 0.97))
    told = text(world_notes.notes(Worlds([world("frequency", sides)], None)))

    assert f"where the user's own counts are enough, sequence models {expected}" in told
    assert "counts are enough" not in text(world_notes.notes(Worlds([world("order", sides)], None)))


def test_how_much_tokens_reach_beside_events_is_told():
    sides = [reached("flat-next", "sequence", 0.25), reached("sum-next-moment", "sequence", 0.75)]
    found = [world("order", sides), world("binding"), world("null", [row | {"share": None} for row in sides])]
    told = "<code>flat-next</code> and <code>sum-next-moment</code> reach 25 % and 75 % in order"
    assert f"{told}, which no contrast tests." in world_notes.notes(Worlds(found, None)).text

    tested = judged("right", "better") | {"left": "sum-next-moment", "right": "flat-next"}
    assert f"{told}." in world_notes.notes(Worlds([world("order", sides, [tested])], None)).text


def test_tokens_that_are_asked_the_same_stand_between_tokens_and_events():
    sides = [reached(variant, "sequence", share) for variant, share in (("flat-next", 0.25), ("sum-next-moment", 0.75))]
    between = [*sides, reached("flat-next-moment", "sequence", 0.5)]
    two, three, one = (
        text(world_notes.notes(Worlds([world("order", shown)], None))) for shown in (sides, between, sides[1:])
    )

    assert "flat-next, flat-next-moment and sum-next-moment reach 25 %, 50 % and 75 % in order" in three
    assert "flat-next and flat-next-moment differ in their objective alone, flat-next-moment and sum-next-" in three
    assert "differ in their objectives, too" in two
    assert "differ in their objectives, too" not in three
    assert "The context of a flat model" not in one
