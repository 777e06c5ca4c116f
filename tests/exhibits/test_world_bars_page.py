"""The page Worlds: what a world is made to show, and whether it does."""

import re

import pytest

from study.exhibits import world_bars
from study.exhibits.world_records import World, Worlds
from tests.exhibits.test_worlds_page import judged, reached, world


def rows(*shown: World) -> list[list[str]]:
    text = world_bars.made_to_show(Worlds(list(shown), None)).text
    lines = re.findall(r"<tr>(<td.*?)</tr>", text, flags=re.DOTALL)
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", line)] for line in lines]


@pytest.mark.parametrize(("share", "is_shown"), [(0.96, "yes"), (0.94, "no")])
def test_counting_is_asked_for_nearly_all_where_taste_decides(share, is_shown):
    found = rows(world("frequency", [reached("personal-frequency", "counting", share)]))

    assert [["frequency", "that counting is enough", "personal-frequency", "at least 95 %", f"{share:.0%}".replace(
        "%", " %"), is_shown]] == found  # fmt: skip


def test_the_best_that_reads_events_forward_is_held_against_the_highest_that_counts():
    """Not what reads tokens, nor what sees later events, nor what reads no order, however much it reaches."""
    others = [reached(name, "sequence", 0.99) for name in ("flat-next", "bidirectional-horizon", "mean-pool-horizon")]
    sides = [reached("sum-horizon", "sequence", 0.9), reached("concat-horizon", "sequence", 0.8)]
    counting = [reached("popularity", "counting", 0.0), reached("markov", "counting", 0.45)]
    first, second = rows(world("order", [*others, *sides, *counting]))

    assert ["sum-horizon", "at least 85 %", "90 %", "yes"] == first[2:]
    assert ["markov", "below 40 %", "45 %", "no"] == second[2:]


def test_the_horizon_is_held_against_the_next_moment_by_its_verdict():
    sides = {"left": "sum-horizon", "right": "sum-next-moment"}
    for verdict, is_shown in (("better", "yes"), ("undetermined", "no")):
        (found,) = rows(world("delay", contrasts=[judged("right", verdict) | sides]))
        assert ["sum-horizon over sum-next-moment", "better", f"{verdict}, +0.1000", is_shown] == found[2:]


def test_worlds_that_are_made_to_show_no_one_thing_have_no_row():
    assert "" == world_bars.made_to_show(Worlds([world("shop"), world("null")], None)).text
