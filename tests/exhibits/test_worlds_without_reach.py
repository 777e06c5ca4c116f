"""The page Worlds, of worlds in which no variant can reach more than popularity does."""

from study.exhibits import worlds
from study.exhibits.world_records import Worlds
from tests.exhibits.test_worlds_page import estimate, heat_map, reached, world

CHANCE = 10 / 30
NOTHING = [reached("popularity", "counting", None), reached("sum-horizon", "sequence", None)]


def without_reach(name="null", variants=NOTHING, promised=CHANCE):
    """A world whose oracle is not ahead of popularity."""
    oracle = {"recall": estimate(promised), "expected": promised, "low": None, "high": None}
    return world(name, variants=variants, oracle=oracle)


def test_the_heat_map_shows_points_where_nothing_can_be_reached():
    shown = heat_map(world(), without_reach())
    assert [["0 %", "+1.3"], ["90 %", "+1.3"]] == shown["text"]
    assert [0.9, None] == shown["z"][1]


def test_the_caption_of_the_heat_map_names_the_worlds_without_reach_alone():
    def told(*shown):
        return worlds.heat_map(Worlds(list(shown), None)).text

    assert "in the world null, where the oracle is not clearly ahead of popularity, points above" in told(
        world(), without_reach()
    )
    assert "in the worlds order and null, where" in told(without_reach("order", promised=0.9), without_reach())
    assert "clearly ahead" not in told(world())


def test_the_largest_distance_from_chance_may_lie_below_it():
    rows = [
        reached("popularity", "counting", None, recall=estimate(0.06), above_chance=0.01),
        reached("sum-horizon", "sequence", None, recall=estimate(0.02), above_chance=-0.03),
    ]
    text = worlds.answer(Worlds([without_reach(variants=rows)], None)).text

    assert "largest distance from chance is that of <code>sum-horizon</code>, −3.0 points" in text


def test_where_popularity_is_the_best_ranking_there_was_something_to_learn():
    rows = [
        reached("popularity", "counting", None, recall=estimate(0.8), above_chance=0.47),
        reached("sum-horizon", "sequence", None, recall=estimate(0.7), above_chance=0.37),
    ]
    text = worlds.answer(Worlds([without_reach("frequency", rows, promised=0.81)], None)).text

    assert "the oracle is not clearly ahead of <code>popularity</code>" in text
    assert "<code>popularity</code> reaches most, +47.0 points" in text
    assert "nothing to learn" not in text
