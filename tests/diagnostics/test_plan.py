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

    told = replace(hybrid, base=flat.entry)
    for subject in (flat, told):
        assert {"without-item"} == {name for name in named if unnoticed(named[name], subject)}
    for subject in (hybrid, events):
        assert not {name for name in named if unnoticed(named[name], subject)}


def test_what_is_read_of_no_event_or_of_its_candidate_alone_is_told_of_sequence_models():
    """The counts of a blind one have ages; a composed head reads attributes, and tokens fill a context."""
    roster = load(ROOT / PARAMS).roster
    blind, candidate = roster["blind-horizon-repeat"], roster["candidate-horizon-repeat"]
    named = {change.name: change for change in changes(ASKED, ["item", "colour"], seed=1, by_counts=False)}

    def told(entry, **update) -> dict[str, str]:
        subject = Subject(entry.model_copy(update=update), learns=True, candidate_columns=["item"])
        return {name: reason for name in named if (reason := unnoticed(named[name], subject))}

    noise = {change.name for change in named.values() if change.topic == "noise"}
    assert dict.fromkeys({"without-item", "without-colour", *noise}, "it reads no history") == told(blind)
    assert dict.fromkeys({"without-colour", *noise}, "of an event it reads the candidate alone") == told(candidate)
    assert {} == told(blind, head="composed") == told(candidate, head="composed") == told(blind, representation="flat")
