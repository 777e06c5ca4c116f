"""What is said behind a verdict wherever it stands: that it lies near the border, or hides a small difference."""

import pytest

from study.exhibits import advice, hedges
from tests.exhibits.asking import told
from tests.exhibits.pairing import text
from tests.exhibits.test_chance import NAME, with_p

SMALL = f", {hedges.SMALL}"


@pytest.mark.parametrize(
    ("verdict", "changes", "expected"),
    [
        ("equivalent", {"p_equivalence": 0.001, "p_difference": 0.001}, SMALL),
        ("equivalent", {"p_equivalence": 0.001, "p_difference": 0.3}, ""),
        ("equivalent", {"p_equivalence": 0.0495, "p_difference": 1.0}, ", near the border"),
        ("better", {"p_difference": 0.0495}, ", near the border"),
        ("better", {"p_difference": 0.001}, ""),
        ("undetermined", {"p_equivalence": 0.2, "p_difference": 0.1}, ""),
    ],
)
def test_a_verdict_is_told_with_what_it_hangs_on_and_leaves_out(made, verdict, changes, expected):
    results = made(with_p(verdict, **changes))
    results.__dict__["by_student"] = {}
    one = next(one for one in results.contrasts if one.name == NAME)

    assert expected == hedges.behind(results, one)
    assert f"{verdict}{expected}" in told(results, "Which objective?")


def test_the_table_of_an_advice_says_it_too(made):
    name = "bidirectional-over-causal"

    def change(written):
        one = next(one for one in written["contrasts.json"] if one["name"] == name)
        ends = {"effect": 0.002, "low": 0.001, "high": 0.003, "p_difference": 0.001, "p_equivalence": 0.001}
        one.update(verdict="equivalent", **ends)

    shown = text(advice.marks(made(change)))

    assert f"it makes no difference beyond the margin of ±0.005{SMALL}" in shown
