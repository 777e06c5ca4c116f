"""How much the variants read that the diagnostics ask."""

import pytest

from study.diagnostics.change import UNCHANGED, Change
from study.diagnostics.plan import PERMUTED
from study.diagnostics.subjects import Chosen
from study.models.sources import Source
from study.params import load
from study.paths import PARAMS
from tests.tiny import ROOT


@pytest.fixture(scope="module")
def chosen() -> Chosen:
    source = Source(variant="sum-horizon", settings={}, rounds=1)
    return Chosen(load(ROOT / PARAMS), "main", "sequence", ["order", "labels"], source)


def test_a_round_has_the_positions_of_the_diagnostics_but_under_permuted_labels_those_of_the_arm(chosen):
    unchanged, permuted = Change(UNCHANGED, UNCHANGED, retrains=True), Change(PERMUTED, "labels", retrains=True)
    own, few = chosen.params.spent("main").positions, chosen.params.size.diagnostics.positions

    assert (few, own) == (chosen.build(unchanged).budget.positions, chosen.build(permuted).budget.positions)
    assert few < own


def test_as_large_a_part_of_the_training_queries_is_read_as_of_the_positions(chosen):
    share = chosen.params.size.diagnostics.positions / chosen.params.spent("main").positions

    assert round(share * chosen.params.features.max_queries) == chosen.features.max_queries
    assert share < 1
