"""What another run says of the effects of the factorial, wherever they are told."""

import pytest

from study.exhibits import across, effects_anew, factorial, snapshots
from study.exhibits.prose import signed
from tests.exhibits.asking import VERDICTS, told
from tests.exhibits.pairing import text

OBJECTIVE = "Which objective?"


def effects(**verdicts):
    """Gives effects of the factorial, by their names, these verdicts, and numbers that go with them."""

    def change(written):
        for one in written["factorial.json"]:
            if (verdict := verdicts.get(one["name"])) is not None:
                value = VERDICTS[verdict]
                one |= {"verdict": verdict, "effect": value, "low": value - 0.004, "high": value + 0.004}

    return change


def same_events(written):
    written["data.json"]["events"] -= 1


def beside(compared, here, there, *, is_one_log):
    """The results, where the main effect of the objective has one verdict here and one on the other run."""

    def other(written):
        if is_one_log:
            same_events(written)
        effects(objective=there)(written)

    return compared(effects(objective=here), other)


@pytest.mark.parametrize(
    ("here", "there", "is_one_log", "expected"),
    [
        ("equivalent", "better", False, "(on old {}, positive)"),
        ("equivalent", "worse", True, "(run anew as old {}, negative)"),
        ("better", "undetermined", True, "(run anew as old {}, undetermined)"),
        ("better", "undetermined", False, None),
        ("better", "better", True, None),
    ],
)
def test_an_effect_with_another_verdict_elsewhere_is_told_so_as_a_contrast_is(
    compared, here, there, is_one_log, expected
):
    results = beside(compared, here, there, is_one_log=is_one_log)
    main = next(one for one in results.factorial if one.factors == ["objective"])

    expected = expected and expected.format(signed(VERDICTS[there]))
    behind = text(effects_anew.changed_since(results)(main))
    assert behind == (f" {expected}" if expected else "")
    others = [one for one in results.factorial if one is not main]
    assert not any(effects_anew.changed_since(results)(one) for one in others)
    for place in (factorial.verdicts(results), across.told(results, "objective"), told(results, OBJECTIVE)):
        assert (" old " in text(place)) == bool(expected)
        assert expected is None or expected in text(place)


def test_of_one_log_a_difference_that_one_run_alone_shows_is_told(compared):
    def shown(p):
        def change(written):
            effects(objective="equivalent")(written)
            next(one for one in written["factorial.json"] if one["name"] == "objective")["p_difference"] = p

        return change

    def other(written):
        same_events(written)
        shown(0.5)(written)

    results = compared(shown(0.001), other)
    main = next(one for one in results.factorial if one.factors == ["objective"])
    assert text(effects_anew.changed_since(results)(main)).endswith(", equivalent, no difference shown)")


def test_effects_of_other_levels_are_none_of_the_same(compared):
    def other(written):
        effects(objective="worse")(written)
        next(one for one in written["factorial.json"] if one["name"] == "objective")["levels"] = [["next", "moment"]]

    results = compared(effects(objective="better"), other)
    main = next(one for one in results.factorial if one.factors == ["objective"])
    assert "" == effects_anew.changed_since(results)(main)
    assert "of 6 effects" in text(snapshots.factorial(results))


def test_the_page_snapshots_has_every_effect_on_both_and_names_those_whose_verdict_is_another(compared):
    results = beside(compared, "better", "worse", is_one_log=False)
    shown = text(snapshots.factorial(results))

    assert "Beside old, of 7 effects of the factorial 1 has another verdict: objective." in shown
    assert "objective−0.0200 [−0.0240, −0.0160]negative+0.0200 [+0.0160, +0.0240]positive" in shown
    same = text(snapshots.factorial(beside(compared, "better", "better", is_one_log=False)))
    assert "of 7 effects of the factorial none have another verdict." in same


def test_without_effects_on_the_other_run_the_page_says_so(compared):
    def other(written):
        written["factorial.json"] = []

    assert "No effect of a factorial is known both here and on old." in text(snapshots.factorial(compared(there=other)))
