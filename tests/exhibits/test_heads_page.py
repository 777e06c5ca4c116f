"""The page Heads: what its contrasts are where the truth is known."""

import pytest

from study.exhibits import heads
from study.exhibits.world_records import Worlds
from tests.exhibits.pairing import text
from tests.exhibits.test_worlds_page import judged, world


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (
            "sum-horizon-repeat",
            "sum-horizon-repeat over sum-horizon is better in frequency (+0.1000; in truth better) and equivalent in "
            "null (+0.0010; in truth equal).",
        ),
        ("gru-horizon", ""),
    ],
)
def test_a_contrast_of_heads_is_told_as_it_is_in_simulated_logs(made, monkeypatch, left, expected):
    """Of the contrasts that main declares of heads; another one of the worlds is none of them."""
    sides = {"left": left, "right": "sum-horizon"}
    null = judged("right", "equivalent") | sides | {"effect": 0.001, "truth": "equal"}
    shown = [world("frequency", contrasts=[judged("right", "better") | sides]), world("null", contrasts=[null])]
    monkeypatch.setattr(heads.worlds, "load", lambda: Worlds(shown, None))

    assert text(heads.in_worlds(made())).endswith(expected)
    assert bool(expected) == ("in simulated logs" in text(heads.in_worlds(made())))
