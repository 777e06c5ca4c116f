"""What another run says of the effects of the factorial, wherever they are told."""

import re

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
        ("equivalent", "better", False, "on old {}, better"),
        ("equivalent", "worse", True, "run anew as old {}, worse"),
        ("better", "undetermined", True, "run anew as old {}, undetermined"),
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
    assert behind == (expected or "")
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
    assert text(effects_anew.changed_since(results)(main)).endswith(", equivalent, no difference shown")


def test_effects_of_other_levels_are_none_of_the_same(compared):
    def other(written):
        effects(objective="worse")(written)
        next(one for one in written["factorial.json"] if one["name"] == "objective")["levels"] = [["next", "moment"]]

    results = compared(effects(objective="better"), other)
    main = next(one for one in results.factorial if one.factors == ["objective"])
    assert "" == effects_anew.changed_since(results)(main)
    assert "of 6 effects" in text(snapshots.factorial(results))


@pytest.mark.parametrize(
    ("name", "verdict", "expected"),
    [
        ("representation x head", "worse", "−0.0200, worth less"),
        ("representation x head", "better", "+0.0200, worth more"),
        ("representation x objective x head", "worse", "−0.0200, lower"),
        (
            "representation x objective x head",
            "equivalent",
            "+0.0010, equivalent, though a difference below",
        ),
    ],
)
def test_an_effect_elsewhere_is_told_by_how_many_factors_it_has(compared, name, verdict, expected):
    def other(written):
        effects(**{name: verdict})(written)
        next(one for one in written["factorial.json"] if one["name"] == name)["p_difference"] = 0.001

    results = compared(effects(**{name: "undetermined"}), other)
    here = next(one for one in results.factorial if one.name == name)

    assert text(effects_anew.changed_since(results)(here)).startswith(f"on old {expected}")
    if len(here.factors) == 2:  # an interaction that is settled on the other run alone is told with the main effect
        assert f"; on old {expected})" in text(across.told(results, "head"))


def test_what_is_known_of_here_stands_before_what_another_run_says(compared):
    results = compared(
        effects(**{"representation x objective x head": "undetermined"}),
        effects(**{"representation x objective x head": "worse"}),
    )
    assert re.search(r"; [+−]\S+ with plain, [+−]\S+ with repeat; on old ", text(factorial.verdicts(results)))


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("better", "worse", "1 is corrected"),
        ("better", "better", "confirmed"),
        ("equivalent", "better", "1 is corrected"),
        ("undetermined", "better", "1 is undetermined on one of the two runs"),
    ],
)
def test_the_page_snapshots_has_every_effect_on_both_and_what_both_verdicts_say_together(
    compared, here, there, expected
):
    shown = text(snapshots.factorial(beside(compared, here, there, is_one_log=False)))
    told = shown.partition("effect of")[0]

    assert told.startswith("Beside old, of 7 effects of the factorial ") and expected in told
    assert ("corrected" in told) == ("corrected" in expected)
    signs = {"better": "positive", "worse": "negative"}
    cells = [f"{signed(VERDICTS[one])} [" for one in (there, here)]
    row = shown.partition("objective")[2].partition("head")[0]
    assert all(cell in row for cell in cells) and row.index(cells[0]) <= row.rindex(cells[1])
    assert all(signs.get(one, one) in row for one in (here, there))


def test_the_page_snapshots_says_how_many_cells_were_unfinished_on_each(compared):
    def unfinished(*cells):
        def change(written):
            for row in written["leaderboard.json"]:
                row["unfinished"] = row["variant"] in cells

        return change

    shown = text(snapshots.factorial(compared(unfinished(), unfinished("sum-horizon", "flat-horizon"))))
    assert "Of the 8 cells 2 there and none here had the best round at the end of the budget." in shown


def test_without_effects_on_the_other_run_the_page_says_so(compared):
    def other(written):
        written["factorial.json"] = []

    assert "No effect of a factorial is known both here and on old." in text(snapshots.factorial(compared(there=other)))


def test_a_run_without_a_factorial_has_no_effects_to_hold_against(compared):
    results = compared(there=lambda written: written.pop("factorial.json"))

    assert "No effect of a factorial is known both here and on old" in text(snapshots.factorial(results))
    assert "old" not in text(factorial.verdicts(results))
    assert told(results, OBJECTIVE)


def test_cells_that_have_another_name_there_are_not_counted_as_unfinished(compared):
    def there(written):
        for row in written["leaderboard.json"]:
            row["variant"] = "renamed" if row["variant"] == "flat-horizon" else row["variant"]

    assert "had the best round at the end" in text(snapshots.factorial(compared()))
    assert "had the best round at the end" not in text(snapshots.factorial(compared(there=there)))
