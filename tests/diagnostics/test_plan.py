"""Which changes a variant cannot notice, or cannot be asked about, is said instead of measured."""

from dataclasses import replace
from types import SimpleNamespace

from study.diagnostics.plan import Subject, changes, unnoticed
from study.params import load
from study.paths import PARAMS
from tests.diagnostics.test_changes import ASKED
from tests.tiny import ROOT


def test_what_cannot_be_noticed_is_said_of_rules_and_aggregates():
    rule = Subject(SimpleNamespace(family="counting"), learns=False, candidate_columns=["item"])
    trees = Subject(SimpleNamespace(family="aggregates"), learns=True, candidate_columns=["item"])
    named = {change.name: change for change in changes(ASKED, ["item", "colour"], seed=1, by_counts=True)}

    assert {"order-at-test", "no-time", "last-8"} == {name for name in named if unnoticed(named[name], rule) is None}
    assert {"without-item"} == {name for name in named if unnoticed(named[name], trees)}


def test_what_cannot_be_asked_is_said_of_hybrids_and_of_models_of_tokens():
    hybrid = Subject(SimpleNamespace(family="hybrid"), learns=True, candidate_columns=["item"])
    flat, events = (
        Subject(load(ROOT / PARAMS).roster[name], learns=True, candidate_columns=["item"])
        for name in ("flat-next-tokens", "sum-horizon")
    )
    named = {change.name: change for change in changes(ASKED, ["item", "colour"], seed=1, by_counts=False)}

    assert {"users-50"} == {name for name in named if unnoticed(named[name], hybrid)}
    assert {"without-item"} == {name for name in named if unnoticed(named[name], flat)}
    told = replace(hybrid, base=flat.entry)
    assert {"users-50", "without-item"} == {name for name in named if unnoticed(named[name], told)}
    assert not {name for name in named if unnoticed(named[name], events)}
