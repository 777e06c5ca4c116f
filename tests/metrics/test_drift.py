"""Drift from two data cards: hand-computed distances, and what a card that lists a part of its values may say."""

import math

import polars as pl
import pytest

from study.events.card import LISTED, STEPS, _attribute
from study.metrics.drift import drift, is_one_log
from study.params import load


def card(values: dict[str, int], *, cardinality: int | None = None, missing: float = 0.0, **more):
    known = sum(values.values()) + more.pop("rest", 0)
    attribute = {"kind": "categorical", "cardinality": cardinality or len(values), "missing": missing, "values": values}
    events = round(known / (1 - missing))
    return {"events": events, "event_types": more.get("types", {"buy": events}), "attributes": {"colour": attribute}}


def numbers(values: list[float]):
    attribute = told(pl.Series("price", values, dtype=pl.Float64), "numeric")
    return {"events": len(values), "event_types": {"buy": len(values)}, "attributes": {"price": attribute}}


def told(values: pl.Series, kind: str):
    """What a card says of a column."""
    return _attribute(values.to_frame().lazy(), values.name, kind)


def row(there, here):
    return drift(there, here)[1]


def test_equal_distributions_have_no_distance_and_disjoint_ones_have_distance_one():
    assert 0.0 == row(card({"red": 1, "blue": 3}), card({"red": 10, "blue": 30}))["distance"]
    assert 1.0 == row(card({"red": 4}), card({"blue": 4}))["distance"]


def test_the_distance_is_that_of_jensen_and_shannon():
    """Of (1, 0) and (1/2, 1/2), whose middle is (3/4, 1/4)."""
    divergence = (math.log2(4 / 3) + 0.5 * math.log2(2 / 3) + 0.5 * math.log2(2)) / 2
    found = row(card({"red": 8}), card({"red": 4, "blue": 4}))

    assert pytest.approx(math.sqrt(divergence)) == found["distance"]
    assert (0.5, 0.0, True) == (found["new"], found["gone"], found["is_listed"])


def test_a_value_below_what_is_listed_is_not_taken_for_absent():
    """Both have a rest of 4 of 8; what is listed in one alone may lie in the other's rest."""
    there = card({"red": 4}, cardinality=3, rest=4)
    here = card({"red": 4, "blue": 1}, cardinality=3, rest=3)
    found = row(there, here)

    assert (0.0, 1 / 8, False) == (found["distance"], found["new"], found["is_listed"])


def test_event_types_and_missing_values_are_told():
    there, here = card({"red": 3}, missing=0.25), card({"red": 2}, missing=0.5, types={"buy": 2, "look": 2})
    types, colour = drift(there, here)

    assert ("event_type", 0.5) == (types["attribute"], types["new"])
    assert (0.25, 0.5) == (colour["missing_there"], colour["missing_here"])


@pytest.mark.parametrize(
    ("there", "here", "expected"),
    [
        (list(range(101)), list(range(101)), 0.0),
        (list(range(101)), [x + 1000 for x in range(101)], None),
        ([0.0] * 60 + list(range(1, 41)), [0.0] * 60 + list(range(1, 41)), 0.0),
        ([5.0] * 9, [5.0] * 4, 0.0),
        ([5.0] * 9, [6.0] * 4, 1.0),
        ([5.0] * 9, [4.0] * 4, 1.0),
    ],
    ids=["equal", "moved up", "many zeros", "constant", "a higher constant", "a lower constant"],
)
def test_numbers_are_compared_in_tenths(there, here, expected):
    found = row(numbers(there), numbers(here))["distance"]

    if expected is None:  # all in the highest tenth, which held a tenth
        middle = (0.1 + 1) / 2
        shared = 0.9 * math.log2(2) + 0.1 * math.log2(0.1 / middle) + math.log2(1 / middle)
        expected = math.sqrt(shared / 2)
    assert pytest.approx(expected, abs=1e-6) == found


@pytest.mark.parametrize("start", [[], [0.0] * 10], ids=["at the lowest edge", "at one in the middle"])
def test_what_lies_at_an_edge_is_not_what_lies_below_it(start):
    """Of ten tenths seven lie at 5, and then at 4: sqrt(0.7), but that quantiles tell it to a twentieth or two."""
    there, here = (numbers([*start, *[often] * 70, *[9.0] * (30 - len(start))]) for often in (5.0, 4.0))

    assert math.sqrt(0.55) < row(there, here)["distance"] < math.sqrt(0.75)
    assert 0.0 == row(there, there)["distance"]


def test_a_card_without_distributions_or_values_says_nothing():
    there, here = card({"red": 1}), card({"red": 1})
    del there["attributes"]["colour"]["values"]
    assert row(there, here)["distance"] is None

    assert row(card({"red": 1}), card({}, missing=0.9) | {"events": 0})["distance"] is None
    assert ["event_type"] == [r["attribute"] for r in drift(card({}) | {"attributes": {}}, card({"red": 1}))]


def test_numbers_that_all_fall_into_one_tenth_of_the_others_are_counted_there():
    """Of ten tenths and (1, 0, ...), whose middle is (0.55, 0.05, ...), at either end."""
    divergence = (0.1 * math.log2(0.1 / 0.55) + 0.9 * math.log2(2) + math.log2(1 / 0.55)) / 2
    there = numbers([float(value) for value in range(1001)])

    for here in (numbers([-2.0, -1.0]), numbers([2000.0, 2001.0])):
        assert pytest.approx(math.sqrt(divergence), abs=1e-3) == row(there, here)["distance"]


def test_a_card_lists_the_most_frequent_values_and_quantiles():
    values = [f"v{i:03}" for i in range(LISTED + 10)] + ["often"] * 3 + [None]
    listed = told(pl.Series("colour", values), "categorical")["values"]

    assert LISTED == len(listed)
    assert ("often", 3) == next(iter(listed.items()))
    assert STEPS + 1 == len(told(pl.Series("price", [1.0, 2.0]), "numeric")["quantiles"])
    assert [] == told(pl.Series("price", [None], dtype=pl.Float64), "numeric")["quantiles"]


def test_what_is_new_is_a_share_of_this_snapshot_and_what_is_gone_of_the_other():
    found = row(card({"red": 6, "green": 2}), card({"red": 2, "blue": 3}))

    assert (3 / 5, 2 / 8) == (found["new"], found["gone"])


@pytest.mark.parametrize(
    ("held_back", "change", "is_one"),
    [
        (0.0, {"snapshot": "again"}, True),
        (0.0, {"events": 3}, False),
        (0.0, {"young": 7}, False),
        (0.2, {"young": 7, "windows": [2]}, True),
        (0.2, {"young": 7, "events": 3}, False),
    ],
)
def test_two_runs_are_on_the_same_events_where_their_cards_tell_the_same(held_back, change, is_one):
    """A card of before it told something more says nothing against it."""
    asked = load().questions["young"].model_copy(update={"held_back": held_back})
    here = {"snapshot": "new", "most_events": None, "events": 2, "young": 1, "windows": [1]}
    there = {key: value for key, value in here.items() if key != "most_events"}

    assert is_one == is_one_log(there | change, here, asked)
