"""What is told to a model beside a history is what the key filter fixes, and no part of what is asked."""

import polars as pl
import pytest

from study.features.vocabulary import FIRST, RARE, fit_vocabulary
from study.params.snapshot import Snapshot
from tests.made import FEATURES, QUESTION, SPEC, made_events

ROWS = [("u", 1.0, "buy", "a", "red"), ("u", 2.0, "buy", "a", "blue"), ("u", 3.0, "look", "b", "red")]


@pytest.mark.parametrize(
    ("key_action", "candidate", "told", "order"),
    [
        ({"colour": ["red"]}, ["item"], ["event_type", "colour"], ["event_type", "colour", "item"]),
        ({"item": ["a"]}, ["item", "colour"], ["event_type"], ["event_type", "item", "colour"]),
        ({"event_type": ["buy"]}, ["colour"], ["event_type"], ["event_type", "colour", "item"]),
    ],
)
def test_a_column_that_the_filter_fixes_is_told_unless_it_is_asked_for(key_action, candidate, told, order):
    question = QUESTION.model_copy(update={"key_action": key_action, "candidate": candidate})
    found = fit_vocabulary(made_events(ROWS, question), SPEC, FEATURES, candidate, question.fixed)

    assert told == list(found.prompt)
    assert order == found.order


def test_a_list_that_the_filter_names_is_no_column_of_codes():
    """Its items are; of a list one allowed value is enough, which fixes none of them."""
    found = fit_vocabulary(made_events(ROWS), SPEC, FEATURES, ["item"], ["event_type", "words"])

    assert ["event_type"] == list(found.prompt)


def test_a_number_on_an_edge_is_in_the_bin_above_it_and_a_missing_one_in_none():
    events = made_events([("u", float(day), "buy", "a", "red") for day in range(4)])
    numbers = events.with_columns(size=pl.Series([0.0, 1.0, 2.0, None]))
    spec = SPEC.model_copy(update={"attributes": SPEC.attributes | {"size": "ordinal"}})
    spec = Snapshot.model_validate(spec.model_dump())
    found = fit_vocabulary(numbers, spec, FEATURES, ["item"], ["event_type"])

    assert [1.0, 2.0] == found.edges["size"]
    assert [2, 3, 4, 0] == found.encode(numbers).codes["size"].tolist()


COUNTED = [("u", 1.0, "buy", "a", "red"), ("u", 2.0, "buy", "b", "blue"), ("u", 3.0, "look", "b", "blue"),
           ("u", 4.0, "look", "b", "red"), ("u", 5.0, "buy", "a", "red"), ("u", 6.0, "look", "c", "green")]  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "known"),
    [
        ({"min_count": 2}, ["red", "blue"]),
        ({"min_count": 3}, ["red"]),
        ({"max_values": 1}, ["red"]),
    ],
)
def test_values_that_are_frequent_enough_have_codes_and_the_others_share_one(limits, known):
    events = made_events(COUNTED)
    found = fit_vocabulary(events, SPEC, FEATURES.model_copy(update=limits), ["item"], ["event_type"])
    colours = [known.index(row[-1]) + FIRST if row[-1] in known else RARE for row in COUNTED]

    assert known == found.values["colour"]
    assert colours == found.encode(events).codes["colour"].tolist()


def test_a_candidate_is_never_folded_and_as_popular_as_it_has_key_actions():
    events = made_events(COUNTED)
    settings = FEATURES.model_copy(update={"min_count": 3, "max_values": 1})
    found = fit_vocabulary(events, SPEC, settings, ["item"], ["event_type"])

    assert (["a", "b", "c"], [2, 1, 0]) == (found.candidates, found.popularity)
    assert {"a", "b", "c"} == set(found.values["item"])
