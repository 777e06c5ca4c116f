"""A setting that nothing reads is a bug: each field of a parameter type is read somewhere, of a value of that type."""

import ast
from importlib import import_module
from typing import get_args

import pytest

from study.params.base import Frozen
from study.params.budget import Budget, DiagnosticsBudget, TokensBudget, WorldsBudget
from study.params.engine import Engine
from study.params.features import Features
from study.params.load import Params, Section
from study.params.question import WhatQuestion, WhoQuestion, Windows
from study.params.roster import Composed, Single
from study.params.snapshot import Snapshot
from study.params.statistics import Contrast, Factorial, Statistics
from study.params.worlds import NAMES, Validity, WorldContrast, Worlds
from tests.params.reads import STUDY, Reader

PARTS = [Snapshot, WhatQuestion, WhoQuestion, Windows, Features, Statistics, Contrast, Factorial, Engine]
BUDGETS = [Budget, TokensBudget, DiagnosticsBudget, WorldsBudget]
ENTRIES = [kind for union in (Single, Composed) for kind in get_args(get_args(union)[0])]
SECTIONS = [getattr(import_module(f"study.params.{name}"), name.capitalize()) for name in get_args(Section)]
WORLDS = [WorldContrast, Validity, *(Worlds.model_fields[name].annotation for name in NAMES)]
BY_THE_TYPES = {*NAMES, "representation", "architecture", "objective", "head", "pretrain"}
"""Read by name in `study/params` itself, which turns them into the dials of a world and the modules that are loaded."""


@pytest.fixture(scope="module")
def read() -> set[tuple[type[Frozen], str]]:
    """The fields that are read of something of their type, and the sections that are asked for by their type."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in STUDY.rglob("*.py")]
    asked = {
        (Params, node.args[0].id.lower())
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "section"
        and isinstance(node.args[0], ast.Name)
    }
    return Reader().read | asked


@pytest.mark.parametrize(
    "kind", [Params, *PARTS, *BUDGETS, *ENTRIES, *SECTIONS, *WORLDS], ids=lambda kind: kind.__name__
)
def test_every_field_is_read(kind, read):
    assert [] == [name for name in kind.model_fields if name not in BY_THE_TYPES and (kind, name) not in read]


@pytest.mark.parametrize("name", ["users", "rounds", "batch", "seed"])
def test_a_name_that_is_read_of_another_type_does_not_count(name, read):
    assert (Statistics, name) not in read
    assert name in {field for _, field in read}
