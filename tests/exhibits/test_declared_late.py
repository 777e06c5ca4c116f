"""Which contrasts of the diagnostics are marked as declared late, and where that is told."""

from dataclasses import replace

import pytest

from study.exhibits import caveats, declared_late
from study.exhibits.records import OWN
from tests.exhibits.asking import told
from tests.exhibits.conftest import diagnosis
from tests.exhibits.pairing import text

HYBRID = {"family": "hybrid", "left_variant": "hybrid-lambdarank", "right_variant": "hybrid-lambdarank"}
ASKED = [
    diagnosis("order-retrained", "worse", -0.02, question="order"),
    diagnosis("order-retrained", "worse", -0.02, **HYBRID, name="hybrid-order", question="order"),
    diagnosis("users-10", "worse", -0.02, **HYBRID, name="hybrid-users", question="users"),
    diagnosis("last-8", "worse", -0.02, **HYBRID, name="hybrid-last", question="recent"),
]


@pytest.mark.parametrize("is_own", [True, False])
def test_what_the_hybrid_was_asked_late_is_marked_on_the_log_of_the_study_alone(made, is_own):
    results = made(diagnoses=ASKED)
    assert OWN == results.params.snapshot.source
    if not is_own:
        snapshot = results.params.snapshot.model_copy(update={"source": "log.parquet"})
        results = replace(results, params=results.params.model_copy(update={"snapshot": snapshot}))
        results.__dict__["by_student"] = {}
    late = {one.name for one in results.diagnostics.contrasts if one.after_test}
    sentence = (
        "2 contrasts of the diagnostics, of hybrid-lambdarank under order and users, were declared when the effects"
    )
    pages = [text(declared_late.of_diagnostics(results)), text(caveats.caveats(results))]

    assert late == ({"hybrid-order", "hybrid-users"} if is_own else set())
    assert [is_own] * 2 == [sentence in page for page in pages]
    shuffled = "hybrid-lambdarank over hybrid-lambdarank, order shuffled, retrained +0.0200"
    behind = told(results, "Does order matter?").split(shuffled)[1].split(";")[0]
    assert is_own == (", declared after test was seen" in behind)


def test_without_diagnostics_nothing_is_told(made):
    assert "" == text(declared_late.of_diagnostics(made()))
