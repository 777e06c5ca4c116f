"""What stands beside "Is it the data?": attributes, noise, time and the leak alarm."""

import json

import pytest

from tests.exhibits.asking import VERDICTS, told
from tests.exhibits.conftest import diagnosis
from tests.exhibits.test_diagnostics_pages import reached

ASKED = "Is it the data?"


def changed(topic: str, change: str, verdict: str):
    return diagnosis(change, verdict, VERDICTS[verdict], question=topic)


def test_each_change_of_the_log_is_told_by_what_it_shows(made):
    found = [
        changed("attributes", "without-price", "worse"),
        changed("attributes", "without-brand", "equivalent"),
        changed("noise", "noise-1", "equivalent"),
        changed("noise", "noise-5", "undetermined"),
        changed("time", "no-time", "better"),
        diagnosis("users-50", "equivalent", 0.0, question="users"),
    ]
    sentence = told(made(diagnoses=found), ASKED)

    assert (
        "in the fits of the diagnostics, taking one attribute away makes sum-horizon-repeat worse (without price, "
        "\N{MINUS SIGN}0.0200); "
        "adding random attributes is not shown to make a difference beyond the margin (1 of 2 contrasts is "
        "equivalent); "
        "a steady pace instead of the times makes sum-horizon-repeat better (a steady pace instead of time, +0.0200)"
    ) in sentence


@pytest.mark.parametrize(("gain", "is_told"), [(0.002, True), (0.02, False)])
def test_that_an_equivalence_was_to_be_expected_is_told_of_what_leads_counting_by_little(made, gain, is_told):
    found = [changed("attributes", "without-price", "equivalent"), changed("time", "no-time", "equivalent")]
    results = made(diagnoses=found)
    rule = reached("counting", variant="decay") | {"estimate": 0.31 - gain}
    estimates = json.dumps([reached(variant="sum-horizon-repeat"), rule])
    (results.root / "diagnostics/estimates.json").write_text(estimates, encoding="utf-8")

    expected = (
        "; an equivalence was to be expected of taking one attribute away for sum-horizon-repeat, whose lead over "
        "counting is less than the margin of 0.005 (Is it the data?)"
    )
    assert is_told == (expected in told(results, ASKED))


def test_many_differences_are_counted(made):
    found = [changed("attributes", f"without-column{number}", "worse") for number in range(6)]

    assert "taking one attribute away makes a difference in 6 of 6 contrasts (" in told(made(diagnoses=found), ASKED)


def test_of_what_was_not_changed_nothing_is_said(made):
    alone = told(made(diagnoses=[diagnosis("users-50", "equivalent", 0.0, question="users")]), ASKED)

    assert "in the fits of the diagnostics, " not in alone and "leak alarm" not in alone
    assert "leak alarm" not in told(made(), ASKED)


@pytest.mark.parametrize(
    ("rings", "expected"),
    [
        (False, "is silent, which is weak evidence: it misses what a model has to learn to use (Is it the data?)"),
        (True, "permuted, rings for sum-horizon-repeat, a reason to look and no verdict (Is it the data?)"),
        (None, None),
    ],
)
def test_whether_the_leak_alarm_rings_is_told_where_it_was_asked(made, rings, expected):
    results = made(diagnoses=[diagnosis("users-50", "equivalent", 0.0)])
    rung = {"family": "sequence", "variant": "sum-horizon-repeat", "against": "popularity", "rings": rings}
    rung |= {"effect": 0.1, "low": 0.0, "high": 0.2, "level": 0.95}
    alarm = {"rings": bool(rings), "variants": [] if rings is None else [rung]}
    (results.root / "diagnostics/alarm.json").write_text(json.dumps(alarm), encoding="utf-8")
    sentence = told(results, ASKED)

    assert (expected or "no such clause") in sentence or (expected is None and "leak alarm" not in sentence)
