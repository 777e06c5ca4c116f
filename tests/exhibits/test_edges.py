"""Which settings searches chose at an edge of their space more often than chance leaves."""

import pytest

from study.exhibits import answers, edges
from study.exhibits.records import Search
from tests.exhibits.pairing import text

SPACE = {"half_life": {"low": 1.0, "high": 100.0, "log": True}, "width": {"low": 16, "high": 116, "log": False}}


def searches(*values: float, chosen: int = 1, width: int = 60):
    """Searches that chose these half-lives, by a trial after the defaults."""
    trial = {"batch": 0, "state": "complete", "curve": [[1, 0.2]], "losses": [], "select": 0.2}
    found = {}
    for index, value in enumerate(values):
        settings = {"half_life": value, "width": width}
        trials = [{"number": number, "settings": settings, **trial} for number in range(2)]
        told = {"space": SPACE, "trials": trials, "chosen": chosen, "rounds": 1, "last_round": 2}
        found[f"v{index}"] = Search.model_validate(told)
    return found


def test_values_at_an_edge_are_counted_on_the_scale_of_their_space():
    """A twentieth of two decades on a logarithmic scale is below 1.26 and above 79."""
    shown = text(edges.told(searches(1.2, 1.25, 10.0, 95.0, 80.0)))

    assert "Of what 5 searches chose other than the defaults," in shown
    assert "2 of 5 values of half_life (at the lower end) and 2 of 5 values of half_life (at the upper end)" in shown
    assert "width" not in shown


def test_nothing_lies_below_zero_and_no_search_that_drew_anything_is_no_sentence():
    zero = {"half_life": {"low": 0.0, "high": 100.0, "log": False}}
    found = {name: one.model_copy(update={"space": zero}) for name, one in searches(0.0, 1.0, 2.0, 50.0).items()}

    assert "no setting has 2 values or more at an edge" in text(edges.told(found))
    assert "" == text(edges.told(searches(1.2, 1.2, chosen=0)))
    warm = {name: one.model_copy(update={"warm": 1}) for name, one in searches(1.2, 1.2).items()}
    assert "" == text(edges.told(warm))


@pytest.mark.parametrize(("values", "chosen"), [((1.2, 10.0, 20.0), 1), ((1.3, 1.3, 78.0), 1)])
def test_one_alone_and_what_is_further_in_are_nothing_to_speak_of(values, chosen):
    assert "no setting has 2 values or more at an edge" in text(edges.told(searches(*values, chosen=chosen)))


def test_as_many_as_chance_leaves_are_not_told():
    """Four of forty lie in the two lowest twentieths by chance: two in one of them is no more than that."""
    many = searches(1.1, 1.1, *[10.0] * 38)

    assert "no setting has 2 values or more at an edge" in text(edges.told(many))


def test_an_answer_names_the_sides_of_its_contrasts_that_chose_an_edge(made):
    """Whether drawn or declared as a default, nothing was tried beyond; of other variants nothing is said."""
    asked = next(question for question in answers.QUESTIONS if question.asked == "Does order matter?")

    def at(value, chosen):
        def change(written):
            control = next(one for one in written["contrasts.json"] if one["name"] == "causal-over-mean-pool")
            one, middle = (one.model_dump(mode="json") for one in searches(value, 10.0, chosen=chosen).values())
            sides = {control["left_variant"]: one, control["right_variant"]: middle}
            written["tuning.json"] |= sides | {"markov": one}

        return change

    def told(value, chosen=0):
        return text(answers.answered(asked, made(at(value, chosen))))

    for chosen in (0, 1):
        assert "answer sum-horizon (half_life at the lower end) has a chosen setting at an edge" in told(1.2, chosen)
    assert "answer sum-horizon (half_life at the upper end) has a chosen setting at an edge" in told(95.0)
    assert "a chosen setting at an edge" not in told(10.0)
    assert "markov" not in told(1.2)
