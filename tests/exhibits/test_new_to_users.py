"""What beats counting may find less of what is new to a user: told where it is so, and where the gain comes from."""

import pytest

from study.exhibits import leaderboard, new_to_users
from tests.exhibits.asking import lead
from tests.exhibits.pairing import text
from tests.exhibits.test_shipping import against

ASKED = "Does anything beat counting?"


def parts(**shown: tuple[float | None, float]):
    """A change of results: explore and repeats of some variants, where two beat counting; others find nothing new."""

    def change(written):
        against(("sum-horizon", "better", 0.02), ("gru-horizon", "better", 0.02))(written)
        for row in written["leaderboard.json"]:
            found = shown.get(row["variant"].replace("-", "_"), (0.0, 0.3))
            for part, value in zip(("explore", "repeat"), found, strict=True):
                row["estimates"][f"recall@10/{part}"] = {"estimate": value, "low": None, "high": None}

    return change


FEWER = {"popularity": (0.02, 0.2), "sum_horizon": (0.002, 0.35), "gru_horizon": (0.005, 0.36)}
TOLD = (
    "n candidates new to a user, what beats counting has a recall@10 of 0.0020 to 0.0050, tifu-knn 0.0000, and "
    "popularity, by these the highest of the counting rules, 0.0200: by estimates, which no contrast tests"
)


def test_that_the_winners_find_less_of_what_is_new_is_told_on_both_pages(made):
    results = made(parts(**FEWER))

    for shown in (lead(results, ASKED), text(leaderboard.repeat_and_explore(results))):
        assert f"{TOLD}, the gain is mostly in repeats" in shown


@pytest.mark.parametrize("explore", [0.02, 0.03, None])
def test_where_one_of_them_finds_as_much_or_none_is_new_nothing_is_told(made, explore):
    rows = FEWER | {"gru_horizon": (explore, 0.36)}
    if explore is None:
        rows = dict.fromkeys(("popularity", "sum_horizon", "gru_horizon"), (None, 0.3))
    results = made(parts(**rows))

    assert "new to a user" not in lead(results, ASKED)
    assert "new to a user" not in text(leaderboard.repeat_and_explore(results))


def test_a_gain_that_is_not_one_in_repeats_is_not_called_so(made):
    """Of `tifu-knn` repeats are 0.3: one winner has less."""
    shown = lead(made(parts(**FEWER | {"gru_horizon": (0.005, 0.29)})), ASKED)

    assert TOLD in shown
    assert "mostly in repeats" not in shown


def test_where_nothing_beats_counting_nothing_is_told(made):
    def lost(written):
        parts(**FEWER)(written)
        against(("sum-horizon", "worse", -0.02), ("gru-horizon", "equivalent", 0.001))(written)

    assert "new to a user" not in lead(made(lost), ASKED)


def test_a_gain_in_repeats_weighs_by_how_much_of_what_is_relevant_they_are(made):
    """Four fifths: of `tifu-knn` they are 0.3 and nothing is new, so 0.004 of a gain stand against 0.002."""
    gained = (0.01, 0.305)
    shown = lead(made(parts(**FEWER | {"sum_horizon": gained, "gru_horizon": gained})), ASKED)

    assert "the gain is mostly in repeats" in shown


@pytest.mark.parametrize("plain", [0.03, None])
def test_what_a_head_of_counts_finds_of_what_is_new_stands_beside_what_the_plain_one_does(made, plain):
    def change(written):
        declared = written["contrasts.json"]
        parts(sum_horizon=(plain, 0.3), sum_horizon_repeat=(0.001, 0.4))(written)
        written["contrasts.json"] = declared

    results = made(change)
    shown = text(new_to_users.by_head(results))

    both = "On candidates new to a user, recall@10 is 0.0010 by sum-horizon-repeat, 0.0300 by sum-horizon"
    assert (both if plain else "") in shown
    assert bool(plain) == ("sum-horizon-repeat" in shown)
