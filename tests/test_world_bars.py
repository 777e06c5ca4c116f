"""The published worlds teach what they were made to teach: who reaches how much, and which verdicts are passed."""

import json

import pytest

from study.params import load
from study.paths import PARAMS, SIMULATED, world_file
from tests.tiny import ROOT

CAUSAL_OVER_EVENTS = ("sum-horizon", "sum-next-moment", "concat-horizon")
"""Those that read one position per event, one after another, and no later one."""
ROSTER = load(ROOT / PARAMS).roster
WORLDS = sorted(path.stem for path in (ROOT / SIMULATED / "worlds").glob("*.json") if path.stem != "validity")


def published(world: str) -> dict:
    return json.loads((ROOT / world_file(world)).read_text(encoding="utf-8"))


def shares(world: str, family: str | None = None) -> dict[str, float]:
    """What each variant, or each of a family, reaches of what can be reached, from popularity (0) to the oracle (1)."""
    rows = [row for row in published(world)["variants"] if family in {None, row["family"]}]
    return {row["variant"]: row["share"]["estimate"] for row in rows}


def test_counting_is_enough_where_taste_decides():
    assert shares("frequency")["personal-frequency"] >= 0.95


@pytest.mark.parametrize("world", ["order", "binding"])
def test_reading_events_in_their_order_is_needed_where_it_decides(world):
    counted = shares(world, "counting")

    assert max(shares(world)[name] for name in CAUSAL_OVER_EVENTS) >= 0.85
    assert {} == {name: share for name, share in counted.items() if share >= 0.4}
    assert {name for name, one in ROSTER.items() if (one.family, one.arm) == ("counting", "main")} == set(counted)


def test_the_horizon_is_better_than_the_next_moment_where_what_was_wished_for_comes_late():
    (found,) = (
        contrast
        for contrast in published("delay")["contrasts"]
        if (contrast["left"], contrast["right"]) == ("sum-horizon", "sum-next-moment")
    )

    assert "better" == found["verdict"]
    assert 0 < found["low"] <= found["effect"]


@pytest.mark.parametrize("world", WORLDS)
def test_nobody_ranks_better_than_the_best_ranking(world):
    """Beyond noise: it would be an error, or a leak."""
    assert [] == [row["variant"] for row in published(world)["variants"] if row["beats_oracle"]]


def test_no_verdict_is_false_where_there_is_nothing_to_learn():
    found = {contrast["name"]: contrast["verdict"] for contrast in published("null")["contrasts"]}

    assert found
    assert set(found.values()) <= {"equivalent", "undetermined"}


@pytest.mark.parametrize("world", WORLDS)
def test_no_verdict_contradicts_the_truth_of_its_world(world):
    contrasts = published(world)["contrasts"]

    assert contrasts
    assert [] == [contrast["name"] for contrast in contrasts if contrast["finding"] == "wrong"]
