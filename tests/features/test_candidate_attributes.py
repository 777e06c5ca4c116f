"""What describes a candidate: the mode of its events' attributes, as of the end of a log."""

from dataclasses import replace

import numpy as np
import pytest

from study.features.candidate_attributes import candidate_attributes, composing, describing
from study.features.vocabulary import MISSING
from tests.made import QUESTION, day_of, made_log

ROWS = [
    ("a", 1.0, "buy", "x", "red"),
    ("a", 2.0, "buy", "x", "blue"),
    ("b", 2.5, "look", "x", "blue"),  # any event tells, not only key actions
    ("a", 3.0, "buy", "y", "red"),
    ("b", 3.5, "buy", "y", "blue"),
    ("a", 9.0, "buy", "z", None),
    ("b", 9.5, "buy", "x", "red"),
    ("b", 9.75, "buy", "x", "red"),
]


@pytest.fixture(scope="module")
def log():
    return made_log(ROWS)


def codes_of_colour(log):
    """The code of each colour, read off the log itself."""
    colours = {(day_of(day), item): colour for _, day, _, item, colour in ROWS}  # no two events share both
    events = zip(log.time.tolist(), log.candidate.tolist(), log.codes["colour"].tolist(), strict=True)
    return {colours[time, log.catalogue[candidate]]: code for time, candidate, code in events}


def described(log, day: float):
    found = candidate_attributes(log.before(day_of(day)))
    return {name: int(found[code, 0]) for code, name in enumerate(log.catalogue)}


def test_all_attributes_describe_but_those_that_are_the_candidate(log):
    assert ["colour"] == describing(log)
    assert (3, 1) == candidate_attributes(log).shape


def test_a_candidate_of_several_columns_is_composed_from_them_too_and_one_that_nothing_describes_from_its_own():
    pairs = QUESTION.model_copy(update={"candidate": ["item", "colour"]})
    joint, alone = made_log(ROWS, pairs), made_log(ROWS)
    alone = replace(alone, codes={name: codes for name, codes in alone.codes.items() if name != "colour"})

    assert ["colour"] == composing(made_log(ROWS))
    assert ["item", "colour"] == composing(joint)
    assert len(joint.catalogue) == len(np.unique(candidate_attributes(joint), axis=0)) > 3
    assert ["item"] == composing(alone)
    assert 3 == len(np.unique(candidate_attributes(alone)))


def test_the_most_frequent_code_is_taken_as_of_the_end_of_the_log(log):
    code = codes_of_colour(log)

    assert code["red"] == described(log, 1.5)["x"]
    assert code["blue"] == described(log, 9.25)["x"]
    assert code["red"] == described(log, 10)["x"]  # 3 to 2


def test_of_equally_frequent_codes_the_smaller_is_taken(log):
    code = codes_of_colour(log)

    assert min(code["red"], code["blue"]) == described(log, 10)["y"]


def test_a_candidate_without_an_event_or_without_a_value_has_a_missing_code(log):
    assert MISSING == described(log, 1.5)["y"]
    assert MISSING == described(log, 10)["z"]
