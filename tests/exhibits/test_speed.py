"""The page Scaling: what a user waits for, and this study beside other libraries."""

import pytest

from study.exhibits import speed
from tests.exhibits.pairing import text
from tests.exhibits.test_scaling import ORIGIN


def spread(median, least, most):
    return {"median": median, "least": least, "most": most}


def test_ranking_is_told_with_the_spread_of_its_repeats(logged):
    one = {"users_per_second": spread(5_000, 4_800, 5_100), "seconds": spread(4, 3.9, 4.2)}
    one |= {"ranked_per_second": spread(9_000, 8_000, 9_500), "peak_mb": 512.4}
    counts = {"users": 20_000, "events": 2_560_000, "catalogue": 300}
    logged("rank", ORIGIN | {"variants": {"sum-horizon": one | counts}})
    text = speed.ranking().text

    assert "5,000 (4,800 to 5,100)" in text
    assert "9,000 (8,000 to 9,500)" in text
    assert "4.0 (3.9 to 4.2)" in text
    assert ">512<" in text
    assert (
        "on one core, 20,000 users with 128 events each and 300 candidates of a simulated log, the world shop: ranking"
        in text
    )


def sided(rates, **changes):
    """A side that reached a recall of 0.25 after a minute, uncut."""
    return {"rates": rates, "best_recall": 0.25, "seconds_to_best": 60, "peak_mb": 900, "parameters": 7} | changes


@pytest.fixture
def beside(logged):
    """The table of peers, of sides that a test names."""

    def make(**sides):
        shape = dict.fromkeys(["width", "blocks", "feed_forward", "context", "batch"], 64) | {"users": None}
        told = {"peers": {"theirs": "1.2 2.3+cpu 1.26"}, "settings": shape}
        logged("peers", ORIGIN | told | {"sides": {side.replace("_", "-"): row for side, row in sides.items()}})
        return speed.peers().text

    return make


RATE = {"events": spread(40_000, 39_000, 41_000), "targets": spread(310, 300, 320), "cores": spread(0.96, 0.9, 1)}


def test_sides_are_told_with_what_was_cut_and_what_was_never_reached(beside):
    text = beside(mine=sided({1: RATE}, is_cut=True), theirs=sided({2: RATE}))

    assert text.index(">recall@10<") < text.index(">events a second")
    assert "40,000 (39,000 to 41,000)" in text
    assert "310 (300 to 320)" in text
    assert "targets a second, 1 thread" in text
    assert ">1.0<" in text
    assert [True, False] == ["+</td>" in row for row in text.split("<tr>")[2:4]]
    assert "theirs 1.2 torch 2.3+cpu numpy 1.26" in text


def test_a_peer_is_held_against_equal_settings_alone(beside):
    reached = {"downfunnel": 50, "downfunnel-own": 20}
    text = beside(
        downfunnel=sided({1: RATE}), downfunnel_own=sided({1: RATE}), theirs=sided({}, ours_to_its_best=reached)
    )

    assert "50 s</td>" in text
    assert "20 s</td>" not in text
    assert "downfunnel-own has that shape, but the batches, learning rate, dropout and heads that the study" in text
    assert "has that shape" not in beside(downfunnel=sided({1: RATE}))


def rates(*events: int):
    """Of one thread, of two, and so on."""
    one = spread(1, 1, 1)
    return {n: {"events": spread(e, e, e), "targets": one, "cores": one} for n, e in enumerate(events, start=1)}


def test_a_command_that_the_last_run_left_out_is_shown_as_it_was_measured_before(logged):
    def run(day, **seconds):
        told = {command: spread(value, value, value) for command, value in seconds.items()}
        return ORIGIN | {"date": f"2026-01-{day}T00:00:00+00:00", "seconds": told}

    logged("loop", run("02", help=1, repro=71), run("03", help=2, repro=72), run("04", help=3))
    shown = speed.loop().text
    rows = [text(row) for row in shown.split("<tr>")[2:]]

    assert rows == ["help3.00 (3.00 to 3.00)2026-01-04", rows[1]]
    assert rows[1].startswith("repro72.00 (72.00 to 72.00)2026-01-03")
    assert "Measured 2026-01-04 at revision abc" in text(shown) and "Measured 2026-01-03" in text(shown)
    assert "2026-01-02" not in shown


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            {"downfunnel": 50, "downfunnel-own": 20},
            "It reached the best recall of theirs, 0.2500 after 60 s, after 50 s.",
        ),
        (
            {"downfunnel": None, "downfunnel-own": 20},
            "It is behind theirs, whose best recall, 0.2500 after 60 s, it did not reach in its own run; "
            "downfunnel-own reached it after 20 s.",
        ),
        ({"downfunnel": None, "downfunnel-own": None}, "0.2500 after 60 s, it did not reach in its own run."),
    ],
)
def test_this_study_is_held_against_the_fastest_of_the_others_in_a_sentence(beside, after, expected):
    ours, theirs, slow = rates(300, 400), rates(200, 800), rates(100, 100)
    shown = text(beside(downfunnel=sided(ours), theirs=sided(theirs, ours_to_its_best=after), slow=sided(slow)))

    rate = "The rate of downfunnel is on 1 thread 1.5 times that of theirs and on 2 threads 0.5 times that of theirs"
    assert f"{rate}, the fastest of the others. " in shown
    assert expected in shown


def test_a_benchmark_of_one_side_is_held_against_none(beside):
    assert "The rate of" not in beside(downfunnel=sided(rates(1)))
    assert "The rate of" not in beside(theirs=sided(rates(1)))
