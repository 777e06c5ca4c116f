"""The pages about a topic: what the sides of its contrasts reach in simulated logs."""

from study.exhibits import in_worlds, topic
from study.exhibits.records import Contrast
from study.exhibits.world_records import Worlds
from tests.exhibits.conftest import contrast
from tests.exhibits.pairing import text
from tests.exhibits.test_worlds_page import judged, reached, world

SIDED = {"left": "sum-horizon", "left_variant": "sum-horizon", "right": "flat-next", "right_variant": "flat-next"}
ASKED = Contrast.model_validate(contrast("better", 0.02, **SIDED))
SIDES = [reached("sum-horizon", "sequence", 0.9), reached("flat-next", "sequence", 0.6)]


def shown(monkeypatch, *found) -> str:
    monkeypatch.setattr(in_worlds.worlds, "load", lambda: Worlds(list(found), None))
    return text(in_worlds.beside([ASKED]))


def test_what_both_sides_of_a_contrast_reach_stands_with_its_verdict_where_it_is_declared(monkeypatch):
    declared = judged("right", "better") | {"right": "flat-next"}
    told = shown(
        monkeypatch,
        world("order", SIDES, [declared]),
        world("delay", [*SIDES[:1], reached("flat-next", "sequence", 0.1)]),
        world("shop", SIDES[:1]),
        world("null", [row | {"share": None} for row in SIDES]),
    )

    assert "90 % and 60 %, better" in told
    assert "90 % and 10 %" in told
    assert "90 % and 10 %, " not in told
    assert "null" not in told
    assert "of 1 seed of a network" in told


def test_a_verdict_of_a_contrast_that_a_world_declares_the_other_way_round_is_turned(monkeypatch):
    declared = judged("right", "worse") | {"left": "flat-next", "right": "sum-horizon"}

    assert "90 % and 60 %, better" in shown(monkeypatch, world("order", SIDES, [declared]))


def test_a_contrast_whose_sides_ran_in_no_world_has_no_line(monkeypatch):
    assert "" == shown(monkeypatch, world("order", SIDES[:1]), world("delay", SIDES[1:]))


def test_the_table_stands_behind_the_verdicts_of_a_topic(made, monkeypatch):
    results = made()
    sides = [reached(variant, "sequence", 0.5) for one in results.about("representation") for variant in one.variants]
    monkeypatch.setattr(in_worlds.worlds, "load", lambda: Worlds([world("order", sides)], None))

    assert "The same two variants in simulated logs" in text(topic.behind(results, "representation"))
    assert "simulated" not in text(topic.verdicts(results, "representation"))
