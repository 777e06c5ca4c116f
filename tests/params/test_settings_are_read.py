"""A setting that nothing reads is a bug: each field of a parameter type must be read somewhere outside of `params`."""

import ast
from pathlib import Path

import pytest

from study.params.budget import Budget
from study.params.features import Features
from study.params.load import Params
from study.params.question import WhatQuestion, WhoQuestion, Windows
from study.params.roster import AggregateEntry, CountingEntry, SequenceEntry
from study.params.snapshot import Snapshot
from study.params.statistics import Contrast, Statistics

STUDY = Path(__file__).parents[2] / "study"
PARTS = [Snapshot, WhatQuestion, WhoQuestion, Windows, Features, Statistics, Contrast, Budget]
ENTRIES = [CountingEntry, AggregateEntry, SequenceEntry]
BY_THE_TYPES = {
    "budget",
    "budgets",
    "rule",
    "model",
    "representation",
    "architecture",
    "objective",
    "head",
    "pretrain",
    "candidate",
}
"""Read in `study/params` itself, which turns them into the budget that is spent and the modules that are loaded."""


@pytest.fixture(scope="module")
def read() -> set[str]:
    trees = [ast.parse(p.read_text(encoding="utf-8")) for p in STUDY.rglob("*.py") if p.parent.name != "params"]
    return {node.attr for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


@pytest.mark.parametrize("kind", [Params, *PARTS, *ENTRIES], ids=lambda kind: kind.__name__)
def test_every_field_is_read(kind, read):
    assert set() == set(kind.model_fields) - BY_THE_TYPES - read
