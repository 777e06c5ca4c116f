"""A setting that nothing reads is a bug: each field of a parameter type must be read somewhere outside of `params`."""

import ast
from importlib import import_module
from pathlib import Path
from typing import get_args

import pytest

from study.params.budget import Budget
from study.params.engine import Engine
from study.params.features import Features
from study.params.load import Params, Section
from study.params.question import WhatQuestion, WhoQuestion, Windows
from study.params.roster import AggregateEntry, AverageEntry, CountingEntry, HybridEntry, SequenceEntry
from study.params.snapshot import Snapshot
from study.params.statistics import Contrast, Factorial, Statistics
from study.params.worlds import NAMES, Validity, WorldContrast, Worlds

STUDY = Path(__file__).parents[2] / "study"
PARTS = [Snapshot, WhatQuestion, WhoQuestion, Windows, Features, Statistics, Contrast, Factorial, Budget, Engine]
ENTRIES = [CountingEntry, AggregateEntry, SequenceEntry, HybridEntry, AverageEntry]
SECTIONS = [getattr(import_module(f"study.params.{name}"), name.capitalize()) for name in get_args(Section)]
WORLDS = [WorldContrast, Validity, *(Worlds.model_fields[name].annotation for name in NAMES)]
BY_THE_TYPES = {
    *NAMES,
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
"""Read in `study/params` itself, which turns them into the budget that is spent, the dials of a world, and the modules
that are loaded."""


@pytest.fixture(scope="module")
def read() -> set[str]:
    """The attributes that are read, and the sections that are asked for by name."""
    trees = [ast.parse(p.read_text(encoding="utf-8")) for p in STUDY.rglob("*.py") if p.parent.name != "params"]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {node.attr for node in nodes if isinstance(node, ast.Attribute)} | {
        node.args[0].value
        for node in nodes
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "section"
        and isinstance(node.args[0], ast.Constant)
    }


@pytest.mark.parametrize("kind", [Params, *PARTS, *ENTRIES, *SECTIONS, *WORLDS], ids=lambda kind: kind.__name__)
def test_every_field_is_read(kind, read):
    assert set() == set(kind.model_fields) - BY_THE_TYPES - read
