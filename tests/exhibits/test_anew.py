"""What another run on the same events says of a contrast, wherever that is named."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from study.exhibits import anew, young
from study.exhibits.prose import flipped, signed
from study.exhibits.snapshot_pairs import pairs_of
from tests.exhibits.asking import VERDICTS, told
from tests.exhibits.conftest import documents, write
from tests.exhibits.pairing import contrasts, sign, text

COUNTING, SHIP = "Does anything beat counting?", "What to ship, at what cost?"


def same_events(written):
    written["data.json"]["events"] -= 1


def test_another_run_is_told_with_its_sides_where_they_differ_and_how_it_lies_to_the_margin(compared, monkeypatch):
    def other_rival(written):
        same_events(written)
        contrasts(("trees-over-counting", "better", 0.0061))(written)
        next(c for c in written["contrasts.json"] if c["name"] == "trees-over-counting")["right_variant"] = "markov"

    results = compared(contrasts(("trees-over-counting", "undetermined", 0.002)), other_rival)
    asked = next(one for one in results.contrasts if one.name == "trees-over-counting")
    there = "+0.0061 by lightgbm-lambdarank over markov, better, perhaps by less than the margin"
    assert f" (run anew as old {there})" == text(anew.changed_since(results)(asked))
    turned = text(anew.changed_since(results)(flipped(asked)))
    assert "−0.0061 by markov over lightgbm-lambdarank, worse, perhaps by less than the margin" in turned
    assert anew.is_better_anew(results, [asked])
    assert not anew.is_better_anew(results, [flipped(asked)])
    others = [one for one in results.contrasts if one is not asked]
    assert not anew.is_better_anew(results, others)
    assert "" == anew.unlike(results, asked)  # its verdict is of other variants


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        ("better", "better", ""),
        ("worse", "worse", ""),
        ("worse", "better", "run anew: better"),
        ("better", "undetermined", "run anew: undetermined"),
    ],
)
def test_the_verdict_of_another_run_is_told_in_the_direction_of_the_contrast(compared, here, there, expected):
    def of(verdict):
        return contrasts(("trees-over-counting", verdict, VERDICTS[verdict]))

    def other(written):
        same_events(written)
        of(there)(written)

    results = compared(of(here), other)
    asked = next(one for one in results.contrasts if one.name == "trees-over-counting")
    assert anew.unlike(results, asked) == expected
    opposite = {"worse": "better", "better": "worse"}.get(there, there)
    assert anew.unlike(results, flipped(asked)) == (f"run anew: {opposite}" if expected else "")
    assert expected == anew.doubts(results, asked)


@pytest.mark.parametrize(("there", "expected"), [("undetermined", "undetermined on old"), ("better", "")])
def test_another_log_that_leaves_a_verdict_open_is_told(compared, there, expected):
    def of(verdict):
        return contrasts(("trees-over-counting", verdict, VERDICTS[verdict]))

    results = compared(of("better"), of(there))
    asked = next(one for one in results.contrasts if one.name == "trees-over-counting")

    assert expected == text(SimpleNamespace(text=anew.doubts(results, asked)))


@pytest.mark.parametrize(
    ("here", "there", "is_told"),
    [
        ("undetermined", "better", True),
        ("equivalent", "worse", True),
        ("better", "undetermined", False),
        ("worse", "worse", False),
    ],
)
def test_of_another_log_a_settled_verdict_is_told_that_is_another_one(compared, here, there, is_told):
    """Fewer events may leave open what is settled here, which casts no doubt on it."""

    def of(verdict):
        return contrasts(("trees-over-counting", verdict, VERDICTS[verdict]))

    results = compared(of(here), of(there))
    asked = next(one for one in results.contrasts if one.name == "trees-over-counting")

    behind = text(anew.changed_since(results)(asked))
    assert is_told == behind.startswith(f" (on old {signed(VERDICTS[there])}, {there}")
    assert is_told == bool(behind)


def of_three(compared, third_verdict):
    """The results, and the contrast that is *better* here, undetermined in another run, and so in a third one."""

    def other(written):
        same_events(written)
        contrasts(("trees-over-counting", "undetermined", 0.002))(written)

    results = compared(contrasts(("trees-over-counting", "better", 0.02)), other)
    third = results.root.parent / "third"
    written = documents(results.params)
    contrasts(("trees-over-counting", third_verdict, VERDICTS[third_verdict]))(written)
    write(third, written, results.params, "main")
    sign(third)
    results = replace(results, params=results.params.model_copy(update={"compare_with": ["old", "third"]}))
    return results, next(one for one in results.contrasts if one.name == "trees-over-counting")


def test_of_several_runs_it_is_told_how_many_say_otherwise(compared):
    assert "1 of 2 runs anew: undetermined" == anew.unlike(*of_three(compared, "better"))


def test_what_several_runs_say_stands_in_one_bracket(compared):
    results, asked = of_three(compared, "worse")

    assert " (run anew as old +0.0020, undetermined; run anew as third −0.0200, worse)" == text(
        anew.changed_since(results)(asked)
    )


def test_who_beats_counting_in_one_run_alone_is_told_so_in_the_answer_itself(compared):
    def there(written):
        same_events(written)
        contrasts(("trees-over-counting", "undetermined", 0.002), ("sequence-over-counting", "better", 0.02))(written)

    here = contrasts(("trees-over-counting", "better", 0.02), ("sequence-over-counting", "better", 0.02))
    asked, alone = told(compared(here, there), COUNTING), told(compared(here), COUNTING)
    assert "Yes: lightgbm-lambdarank (run anew: undetermined) and sum-horizon" in asked
    assert "Yes: lightgbm-lambdarank (undetermined on old) and sum-horizon" in alone


@pytest.mark.parametrize(
    ("verdict", "refit", "expected"),
    [
        (
            "undetermined",
            0.5,
            "sum-horizon-repeat (+0.0060, 0.5 s{}) beats counting as well and would refit sooner",
        ),
        ("equivalent", 1.9, "sum-horizon-repeat (+0.0010, 1.9 s, 95 % of the seconds{}) beats counting as well and is"),
        ("worse", 0.5, None),
    ],
)
def test_what_might_be_shipped_instead_is_told_with_what_another_run_says(compared, verdict, refit, expected):
    both = ("trees-over-counting", "better", 0.02), ("sequence-over-counting", "better", 0.02)

    def here(written):
        contrasts(*both, ("sequence-over-trees", verdict, VERDICTS[verdict]))(written)
        written["cost/sum-horizon-repeat.json"]["refit_seconds"] = refit

    def there(written):
        same_events(written)
        contrasts(both[0], ("sequence-over-counting", "undetermined", 0.002))(written)

    doubt = "; over tifu-knn, run anew: undetermined"
    asked, alone = told(compared(here, there), SHIP), told(compared(here), SHIP)
    assert doubt not in alone
    if expected is None:
        assert doubt not in asked
    else:
        assert expected.format(doubt) in asked and expected.format("") in alone


EQUIVALENT = {"verdict": "equivalent", "effect": 0.002, "low": 0.001, "high": 0.003, "p_equivalence": 0.001}
NAME = "trees-over-counting"


def with_p(p_difference, **changes):
    """A change of results: an equivalence of sides that are shown to differ, or are not."""

    def change(written):
        one = next(c for c in written["contrasts.json"] if c["name"] == NAME)
        one.update(EQUIVALENT | {"p_difference": p_difference} | changes)

    return change


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [
        (0.001, 0.001, ""),
        (0.6, 0.6, ""),
        (0.001, 0.6, " (run anew as old +0.0020, equivalent, no difference shown)"),
        (0.6, 0.001, " (run anew as old +0.0020, equivalent, though a difference below the margin is shown)"),
    ],
)
def test_an_equivalence_of_sides_that_differ_in_one_run_alone_is_told_so(compared, here, there, expected):
    def other(written):
        same_events(written)
        with_p(there)(written)

    results = compared(with_p(here), other)
    asked = next(one for one in results.contrasts if one.name == NAME)

    assert expected == text(anew.changed_since(results)(asked))


def test_a_change_is_told_of_two_equivalences_that_both_hide_a_difference(compared, monkeypatch):
    def other(written):
        same_events(written)
        with_p(0.001)(written)

    monkeypatch.setattr(anew.effect_changes, "names_of_changed", lambda _: {NAME})
    results = compared(with_p(0.001), other)
    asked = next(one for one in results.contrasts if one.name == NAME)
    told = "equivalent, though a difference below the margin is shown; that the effect changed is shown)"

    assert f" (run anew as old +0.0020, {told}" == text(anew.changed_since(results)(asked))


def test_a_verdict_of_the_other_run_is_told_with_how_near_it_lies_to_the_border(compared):
    def other(written):
        same_events(written)
        with_p(0.0495, verdict="better", effect=0.02, low=0.01, high=0.03, p_equivalence=1.0)(written)

    results = compared(with_p(0.6), other)
    asked = next(one for one in results.contrasts if one.name == NAME)

    assert " (run anew as old +0.0200, better, near the border)" == text(anew.changed_since(results)(asked))


@pytest.mark.parametrize(("moved", "is_told"), [({"young": 7}, True), ({}, False), ({"young": 7, "events": 1}, False)])
def test_what_is_found_of_young_candidates_is_told_for_other_ones_too(made, moved, is_told):
    results = made(young=lambda _: None).beside("young")
    best = max(young.with_young(results), key=lambda row: row.estimates[young.YOUNG].estimate)
    written = documents(results.params, "young")
    written["data.json"] |= moved
    for row in written["leaderboard.json"]:
        row["estimates"][young.YOUNG] = {"estimate": 0.0353, "low": 0.03, "high": 0.04}
    old = results.root.parent / "old"
    write(old, written, results.params, "young")
    sign(old, "young")
    params = results.params.model_copy(update={"compare_with": ["old"]})
    shown = text(young.answer(replace(results, params=params)))

    other = "run anew as old, with other candidates held back"
    both = (f"{other}, {variant} finds 0.0353 [0.0300, 0.0400]" for variant in (best.variant, "composed-horizon-young"))
    told = f"held back: {'; '.join(both)}."
    assert (told in shown) == is_told
    assert ("not which candidates are held back." in shown) != is_told


def test_another_run_is_not_held_beside_itself(compared):
    """What is told of it on its own results is told of the runs beside it."""
    (pair,) = pairs_of(compared())

    assert [] == pairs_of(pair.there)
