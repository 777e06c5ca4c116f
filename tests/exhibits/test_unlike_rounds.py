"""Contrasts of refits that were trained unlike long say so: a search may have chosen a round by noise."""

import pytest

from study.exhibits import who, young
from tests.exhibits.asking import say, told
from tests.exhibits.pairing import text

ASKED = "What about young candidates?"
READS, BLIND = "sum-horizon-repeat-young", "blind-horizon-repeat-young"


def trained(left: dict[str, int], right: dict[str, int]):
    """A change of results: how the searches of two variants ended."""

    def change(written):
        say("better", "history-over-counts-young")(written)
        written["tuning.json"][READS] |= left
        written["tuning.json"][BLIND] |= right

    return change


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ({"rounds": 8, "last_round": 8}, {"rounds": 4, "last_round": 8}, ", refits of 8 and 4 rounds"),
        ({"rounds": 2, "last_round": 8}, {"rounds": 7, "last_round": 8}, ", refits of 2 and 7 rounds"),
        ({"rounds": 8, "last_round": 8}, {"rounds": 5, "last_round": 8}, ""),
        ({"rounds": 8, "last_round": 8}, {"rounds": 4, "last_round": 4}, ""),
    ],
)
def test_refits_that_were_trained_unlike_long_are_told_with_their_contrast(made, left, right, expected):
    results = made(young=trained(left, right))
    shown, page = told(results, ASKED), text(young.verdicts(results.beside("young")))
    contrast = shown.partition(f"{READS} over {BLIND} ")[2].partition(" of it on known")[0]

    assert contrast.startswith("+0.0200 [+0.0160, +0.0240], better")
    assert (expected in contrast) if expected else ("refits of" not in contrast)
    unequal = f"{READS} over {BLIND} ({expected.removeprefix(', ')})"
    told_apart = f"Trained for unequal numbers of rounds: {unequal}. A refit has the rounds"
    assert (told_apart in page) == bool(expected)


def test_the_page_of_screening_names_them_too(made):
    def change(written):
        written["tuning.json"]["who-sum-bpr"] |= {"rounds": 6, "last_round": 8}
        written["tuning.json"]["who-sum-bce"] |= {"rounds": 2, "last_round": 8}

    expected = "Trained for unequal numbers of rounds: who-sum-bpr over who-sum-bce (refits of 6 and 2 rounds)."
    assert expected in text(who.histories(made(who=change).beside("who")))
    assert "Trained for unequal" not in text(who.histories(made(who=lambda _: None).beside("who")))


def test_rounds_of_trees_are_not_compared(made):
    """The patience of boosting ends where it does for reasons of its own."""

    def change(written):
        say("better", "lambdarank-over-binary")(written)
        written["tuning.json"]["lightgbm-lambdarank"] |= {"rounds": 100, "last_round": 120}
        written["tuning.json"]["lightgbm-binary"] |= {"rounds": 20, "last_round": 120}

    assert "refits of" not in told(made(change), "Which loss, and does the catalogue's size matter?")
