"""Which effects are shown to have changed between two snapshots, and what is said where that was not computed."""

import json
import re

import pytest

from study.errors import UserError
from study.exhibits import advice, agreement, effect_changes, findings, snapshots, topic
from study.exhibits.contrasts import sentences
from study.exhibits.prose import signed
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair, on
from tests.exhibits.asking import lead, told
from tests.exhibits.conftest import contrast
from tests.exhibits.pairing import ONE, TREES, contrasts, only, text
from tests.exhibits.test_snapshots import comparison

TWO = ONE | {"name": "event-over-flat-horizon", "left": "sum-horizon", "left_variant": "sum-horizon"}


def changed(name: str, there: float, here: float, verdict: str, reach: float = 0.004) -> dict:
    """What the stage writes of one change."""
    told = {"name": name, "there": there, "here": here, "effect": here - there, "level": 0.99, "verdict": verdict}
    ends = {"low": here - there - reach, "high": here - there + reach}
    return told | ends | {"p_difference": 0.01, "p_equivalence": 0.01}


def pair(compared, *shown: tuple[dict, float, float, str, float], change=lambda _: None, events=6):
    """Results with these contrasts here and on `old`: each with both effects, the change's verdict and its reach."""

    def here(written):
        only(*(contrast("undetermined", after, **told) for told, _, after, *_ in shown))(written)
        change(written)

    def there(written):
        only(*(contrast("undetermined", before, **told) for told, before, *_ in shown))(written)
        written["data.json"]["events"] = events

    results = compared(here, there)
    comparison(results, changes=[changed(told["name"], *rest) for told, *rest in shown])
    return results


def test_what_changed_is_named_with_both_effects(compared):
    rows = (ONE, -0.008, 0.0014, "better", 0.006), (TWO, 0.02, 0.01, "worse", 0.006), (TREES, 0.01, 0.01, "equivalent")
    results = pair(compared, *rows[:2], (*rows[2], 0.004))
    expected = (
        "The changes of the effects, tested by themselves and Holm-adjusted: 2 of 3 effects are shown to have changed, "
        "perhaps by less than the margin of 0.005: sum-next-moment over flat-next (−0.0080 there, +0.0014 here) and "
        "sum-horizon over flat-next (+0.0200 there, +0.0100 here); 1 is shown to be the same within ±0.005. flat-next "
        "is a side of 2 of those that changed, which may be one change seen 2 times. One "
        "search per variant and snapshot lies behind these effects, and no interval covers its luck."
    )

    others = "Of the other contrasts that both have, 2, none is corrected; 2 are undetermined on both."
    told = text(findings.repeated(results))
    assert 0 <= told.find(others) < told.find(expected)
    assert expected in text(snapshots.contrasts(results))
    assert "changes of the effects" not in text(agreement.headline(results))  # once on a page


def test_of_the_same_events_a_change_is_called_luck(compared):
    results = pair(compared, (ONE, -0.008, 0.0014, "better", 0.006), events=5)

    assert f"1 effect is shown to have changed{''}" in text(findings.repeated(results))
    assert effect_changes.LUCK_ALONE in text(findings.repeated(results))
    assert effect_changes.LUCK not in text(findings.repeated(results))


def test_a_changed_effect_that_was_no_plan_on_the_other_snapshot_is_told_so(compared):
    planned = pair(compared, (ONE, -0.008, 0.0014, "better", 0.006))
    late = planned.params.model_copy(update={"after_test": {"old": [ONE["name"]]}})
    told = "sum-next-moment over flat-next (−0.0080 there, +0.0014 here"

    assert f"{told})" in text(findings.repeated(planned))
    assert f"{told}, declared after test was seen there)" in text(findings.repeated(Results(planned.root, late)))


def test_sides_that_were_refitted_longer_on_one_snapshot_are_named(compared):
    def longer(written):
        written["tuning.json"]["flat-next"]["rounds"] = 2

    rows = (ONE, -0.008, 0.0014, "better", 0.006), (TWO, 0.02, 0.01, "worse", 0.006)
    shown = text(findings.repeated(pair(compared, *rows, change=longer)))

    longest = "have a sequence model on a side whose refits are longer on one snapshot, in rounds: flat-next"
    assert f"2 of those that changed {longest}" in shown
    assert "flat-next (1 there, 2 here). One search per variant" in shown
    assert "refits are longer" not in text(findings.repeated(pair(compared, *rows)))
    beside = text(findings.repeated(pair(compared, *rows, (TREES, 0.01, 0.01, "equivalent", 0.004), change=longer)))
    assert "flat-next (1 there, 2 here). One search per variant" in beside


@pytest.mark.parametrize(
    ("reaches", "expected"),
    [
        ((0.001, 0.001), "2 of 2 effects are shown to have changed, by more than the margin of 0.005:"),
        ((0.001, 0.006), "2 of 2 effects are shown to have changed, 1 of them by more than the margin of 0.005:"),
    ],
)
def test_how_far_they_changed_is_said_of_each_no_more_than_it_shows(compared, reaches, expected):
    rows = (ONE, 0.01, 0.02, "better"), (TREES, 0.02, 0.01, "worse")
    shown = text(findings.repeated(pair(compared, *((*row, reach) for row, reach in zip(rows, reaches, strict=True)))))

    assert expected in shown
    assert "is a side of" not in shown


def test_an_effect_that_is_one_number_on_both_is_not_called_open(compared):
    """Rules on the same events: no resample shows a change, so the interval has no bounds that say anything."""
    rows = (ONE, 0.01, 0.012, "undetermined", 0.006), (TREES, 0.01, 0.01, "undetermined", 2.0)
    results = pair(compared, *rows, events=5)
    told, table = text(findings.repeated(results)), text(snapshots.contrasts(results))

    assert "1 is the very same number on both; whether the other one changed is open." in told
    assert "0.0000the very same" in table
    assert "2.0000" not in table


def test_where_nothing_is_shown_all_is_open(compared):
    shown = text(findings.repeated(pair(compared, (ONE, 0.01, 0.012, "undetermined", 0.006))))

    assert "none of 1 effect is shown to have changed; none is shown to be the same within ±0.005; " in shown
    assert "whether the other one changed is open." in shown


@pytest.mark.parametrize(
    ("verdict", "here", "word", "shown"),
    [
        ("better", 0.02, "risen", "+0.0100 [+0.0060, +0.0140]"),
        ("worse", 0.0, "fallen", "−0.0100 [−0.0140, −0.0060]"),
        ("equivalent", 0.01, "the same", "0.0000 [−0.0040, +0.0040]"),
        ("undetermined", 0.013, "undetermined", "+0.0030 [−0.0010, +0.0070]"),
    ],
)
def test_each_change_has_a_word_beside_its_interval(compared, verdict, here, word, shown):
    page = snapshots.contrasts(pair(compared, (ONE, 0.01, here, verdict, 0.004))).text
    (line,) = re.findall(r"<tr>(<td.*?)</tr>", page)
    titles = [text(title) for title in re.findall(r"<th.*?</th>", page)]
    cells = dict(zip(titles, map(text, re.findall(r"<td.*?</td>", line)), strict=True))

    assert (shown, word) == (cells["change"], cells["tested"])
    assert "risen: in favour of the left side" in text(page)


def test_what_was_not_computed_is_not_shown(compared):
    results = compared(only(contrast("better", 0.02, **ONE)), only(contrast("better", 0.01, **ONE)))
    comparison(results)
    page = text(snapshots.contrasts(results))

    assert "was not computed for these very results yet: dvc repro snapshots@old does." in page
    assert "risen" not in page
    assert "shown to have changed" not in text(findings.repeated(results))


def test_of_another_arm_it_is_said_that_changes_are_those_of_main(compared):
    results = compared()
    young = Pair(Results(results.root, results.params, "young"), on(results, "old", "young"))

    assert "not computed: that is done for the arm main alone." in text(effect_changes.sentences(young, []))


def test_changes_of_other_effects_are_refused(compared):
    results = pair(compared, (ONE, 0.01, 0.02, "better", 0.004))
    path = results.root / "snapshots/old/comparison.json"
    told = json.loads(path.read_text(encoding="utf-8"))
    told["changes"][0]["effect"] = 0.02
    path.write_text(json.dumps(told), encoding="utf-8")

    with pytest.raises(UserError, match=r"comparison\.json: the change of event-over-next-token is not that"):
        findings.repeated(results)


@pytest.mark.parametrize(("verdict", "is_told"), [("worse", True), ("better", True), ("equivalent", False)])
def test_an_answer_tells_what_the_other_snapshot_has_of_a_contrast_whose_effect_changed(compared, verdict, is_told):
    moment = {"name": "horizon-over-moment", "question": "objective"}
    moment |= {"left": "sum-horizon", "left_variant": "sum-horizon"}
    moment |= {"right": "sum-next-moment", "right_variant": "sum-next-moment"}
    there, here = {"worse": (0.0086, 0.0004), "better": (-0.0086, 0.0004), "equivalent": (0.0005, 0.0004)}[verdict]
    results = pair(compared, (moment, there, here, verdict, 0.004))
    expected = f"(on old {signed(there)}, undetermined; that the effect changed is shown)"

    assert is_told == (expected in lead(results, "Which objective?"))
    assert is_told == ("that the effect changed is shown" in lead(results, "Which objective?"))


@pytest.mark.parametrize(
    ("verdict", "events", "is_told"),
    [("undetermined", 5, True), ("better", 5, False), ("undetermined", 6, False)],
)
def test_an_answer_tells_where_another_run_on_the_same_events_has_another_verdict(compared, verdict, events, is_told):
    def there(written):
        contrasts(("event-over-next-token", verdict, 0.0042))(written)
        written["data.json"]["events"] = events

    results = compared(contrasts(("event-over-next-token", "better", 0.0137)), there)
    shown = told(results, "Which representation?")

    assert is_told == (f"(run anew as old {signed(0.0042)}, {verdict})" in shown)
    assert is_told == ("run anew" in shown)
    for page in (topic.verdicts(results, "representation"), sentences(results, results.contrasts)):
        assert is_told == (f"(run anew as old {signed(0.0042)}, {verdict})" in text(page))


def test_contrasts_beside_an_answer_and_marks_of_advice_tell_it_too(compared):
    sides = {"left": "sum-pretrained-horizon", "left_variant": "sum-pretrained-horizon"}
    sides |= {"right": "sum-horizon", "right_variant": "sum-horizon"}
    beside = {"name": "pretrained-over-horizon", "question": "objective"} | sides
    shown = told(pair(compared, (beside, -0.02, 0.001, "better", 0.004)), "Which objective?")

    assert "(on old −0.0200, undetermined; that the effect changed is shown)" in shown

    loss = {"name": "bce-over-softmax", "question": "loss", "left": "sum-horizon-bce", "right": "sum-horizon"}
    loss |= {"left_variant": "sum-horizon-bce", "right_variant": "sum-horizon"}
    marked = text(advice.marks(pair(compared, (loss, -0.02, 0.001, "better", 0.004))))

    assert "(on old +0.0200, undetermined; that the effect changed is shown)" in marked


def test_a_contrast_that_is_told_the_other_way_round_is_so_of_the_other_snapshot_too(compared):
    moment = {"name": "horizon-over-moment", "question": "objective"}
    moment |= {"left": "sum-next-moment", "left_variant": "sum-next-moment"}
    moment |= {"right": "sum-horizon", "right_variant": "sum-horizon"}
    results = pair(compared, (moment, -0.0086, -0.0004, "better", 0.004))

    assert "+0.0004 [" in lead(results, "Which objective?")
    assert "(on old +0.0086, undetermined; that the effect changed is shown)" in lead(results, "Which objective?")
