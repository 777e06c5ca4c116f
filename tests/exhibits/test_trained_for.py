"""That families of models are trained for unlike targets."""

from types import SimpleNamespace

import pytest

from study.exhibits import caveats, trained_for
from tests.exhibits.pairing import text


@pytest.mark.parametrize(
    ("families", "is_told"),
    [(("sequence", "counting"), True), (("sequence",), False), (("counting", "aggregates"), False)],
)
def test_it_is_told_where_sequence_models_stand_beside_others(families, is_told):
    board = [SimpleNamespace(family=family) for family in families]

    assert is_told == bool(trained_for.told(SimpleNamespace(leaderboard=board)))


def test_only_families_that_are_there_are_named():
    (shown,) = trained_for.told(
        SimpleNamespace(leaderboard=[SimpleNamespace(family=f) for f in ("sequence", "counting")])
    )

    assert "counting rules have nothing but" in shown
    assert "aggregates" not in shown and "hybrid" not in shown


def test_findings_tell_it(made):
    assert "Trained for unlike targets. The losses of sequence models weigh" in text(caveats.caveats(made()))
