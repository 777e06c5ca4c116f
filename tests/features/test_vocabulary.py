"""What is told to a model beside a history is what the key filter fixes, and no part of what is asked."""

import polars as pl
import pytest

from study.features.vocabulary import fit_vocabulary
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
