"""The page Scaling: what ranks, and what a user waits for."""

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


def test_a_wait_that_was_measured_by_fewer_repeats_is_not_shown(logged):
    one, other = ({"seconds": {"help": spread(value, value, value)}} for value in (1, 2))
    logged("loop", ORIGIN | one | {"changed": ["commands"]}, ORIGIN | other | {"changed": ["commands", "repeats"]})

    assert "1.00 (1.00 to 1.00)" in speed.loop().text
