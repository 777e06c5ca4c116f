"""The page Worlds, of false verdicts: each kind is held at its own level."""

import pytest
from statsmodels.stats.proportion import proportion_confint

from study.exhibits import false_verdicts, world_validity
from study.exhibits.world_records import Rate, Worlds
from tests.exhibits.test_worlds_page import checked, rate


def test_where_something_differs_both_kinds_of_verdict_may_be_false():
    said = {value: world_validity.validity(Worlds([], checked(value, truth=0.2))).text for value in (0.07, 0.2)}

    held = "each kind of verdict, of a difference and of equivalence, is held at 5 %, so both may reach 10 % together"
    assert all(held in text for text in said.values())
    assert "allows" not in said[0.07]
    assert "which is exceeded" not in said[0.07]
    assert "which is exceeded" in said[0.2]


@pytest.mark.parametrize(
    ("any_false", "equivalents", "told"),
    [
        (
            0.15,
            0.025,
            "so both may reach 10 % together; more than 5 % are false by differences (interval 5.5 % to 26.1 %) alone",
        ),
        (0.25, 0.25, "is exceeded by this interval alone; more than 5 % are false by equivalences (interval 14.2 % to"),
        (0.1, 0.1, ""),
    ],
)
def test_one_more_error_of_the_other_kind_hides_none_of_the_first(any_false, equivalents, told):
    """Each kind is held at its own level, also where both were passed."""
    found = checked(any_false, truth=0.2, repeats=40)
    (part,) = found.parts
    one = part.contrasts[0].model_copy(update={"false_equivalent": of_logs(equivalents)})
    spoilt = found.model_copy(
        update={"parts": [part.model_copy(update={"any_false": of_logs(any_false), "contrasts": [one]})]}
    )
    text = world_validity.validity(Worlds([], spoilt)).text

    assert told in text
    assert bool(told) == ("more than 5 % are false" in text)
    assert bool(told) == bool(false_verdicts.too_often(spoilt))


def of_logs(share, total=40):
    """So many of 40 logs."""
    low, high = proportion_confint(round(share * total), total, method="wilson")
    return Rate(count=round(share * total), of=total, rate=share, low=low, high=high)


def test_where_no_equivalence_is_false_the_level_of_one_kind_is_what_is_allowed():
    """5 of 40 false verdicts, all of a difference: both kinds together may reach 10 %, which they agree with."""
    found = checked(0.125, truth=0.2, repeats=40)
    (part,) = found.parts
    one = part.contrasts[0].model_copy(update={"false_equivalent": Rate.model_validate(rate(0.0))})
    spoilt = part.model_copy(update={"contrasts": [one]})
    text = world_validity.validity(Worlds([], found.model_copy(update={"parts": [spoilt]}))).text

    assert "none of them of an equivalence, by this interval alone more than the 5 % that a single test allows" in text


@pytest.mark.parametrize(("truth", "along", "against"), [(0.2, "better", "worse"), (-0.2, "worse", "better")])
def test_how_many_of_the_found_differences_have_the_wrong_sign_is_told(truth, along, against):
    found = checked(0.25, truth=truth, repeats=40)
    (part,) = found.parts
    said = {"undetermined": 33, "equivalent": 0, along: 5, against: 2}
    (first, *_) = part.contrasts
    spoilt = part.model_copy(
        update={"any_false": of_logs(0.25), "contrasts": [first.model_copy(update={"verdicts": said})]}
    )
    (told,) = false_verdicts.too_often(found.model_copy(update={"parts": [spoilt]}))

    assert "2 of 7 differences that were found have the wrong sign" in told
    right = first.model_copy(update={"verdicts": said | {along: 7, against: 0}})
    fine = spoilt.model_copy(update={"contrasts": [right]})
    assert "wrong sign" not in "".join(false_verdicts.too_often(found.model_copy(update={"parts": [fine]})))
