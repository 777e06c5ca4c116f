"""`init` chooses the horizon, the windows and the warm-up by the length of a log and by how long its users stay."""

import re
from datetime import timedelta

import polars as pl
import pytest

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import START, funnel, workspace

__all__ = ["workspace"]


@pytest.mark.parametrize(("days", "horizon"), [(700, 28), (200, 7), (80, 3), (30, 1), (21, 1), (11, 1)])
def test_the_horizon_fits_the_length_of_the_log(workspace, days, horizon):
    funnel(days=days).write_parquet("log.parquet")
    main(["init", "log.parquet"])

    assert horizon == load().questions["categories"].horizon_days


@pytest.mark.parametrize(
    ("days", "windows", "warm_up"),
    [(26, {"stop": 2, "select": 4, "test": 4}, 6), (22, {"stop": 1, "select": 2, "test": 3}, 5)],
)
def test_a_log_of_few_weeks_has_fewer_windows_before_its_horizon_is_minutes(workspace, capsys, days, windows, warm_up):
    funnel(days=days).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    question = load().questions["categories"]
    assert (1, windows) == (question.horizon_days, question.windows.model_dump())
    assert warm_up == load().features.warmup_days
    assert ("so there are fewer windows" in PARAMS.read_text(encoding="utf-8")) == (windows["stop"] == 1)


def test_the_horizon_of_a_log_of_a_few_days_is_minutes(workspace, capsys):
    funnel(days=9).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert 240 == load().questions["categories"].horizon_minutes


def test_the_warm_up_leaves_a_window_to_train_on_in_the_shortest_log(workspace, capsys):
    """Eight horizons of ten minutes around midnight: six windows, and one to train on after the warm-up."""
    since = pl.col("occurred_at") - START
    funnel(days=1).with_columns(occurred_at=START + timedelta(hours=23.3) + since / 17).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert (10, 7) == (load().questions["categories"].horizon_minutes, load().features.warmup_days)


def test_a_log_of_sessions_is_asked_about_their_rest(workspace, capsys):
    log = funnel(users=3000, days=1)
    first = pl.col("occurred_at").min()
    begin = first + pl.duration(minutes=pl.col("customerId").rank("dense"))
    since = pl.col("occurred_at") - first.over("customerId")
    log.with_columns(occurred_at=begin + since / 24).write_ndjson("log.jsonl")

    assert 0 == main(["init", "log.jsonl"])
    assert 0 == main(["check"])
    assert load().questions["categories"].sessions
    assert "# of sessions eligible_days says nothing" in PARAMS.read_text(encoding="utf-8")
    told = capsys.readouterr().out
    assert "categories: windows" in told
    assert re.search(r"categories: sessions left out +[\d,]+, which went on when later ones are asked about", told)


def visitors(returning: int) -> pl.DataFrame:
    """Visits of a few minutes; some of the visitors are seen again nine days later."""
    rows = []
    for visitor in range(400):
        begin = START + timedelta(minutes=80 * visitor)
        times = [begin + timedelta(minutes=minute) for minute in range(5)]
        times += [times[0] + timedelta(days=9)] * (visitor < returning)
        rows += [(f"v{visitor}", when, f"item {(visitor + i) % 30}") for i, when in enumerate(times)]
    return pl.DataFrame(rows, schema=["visitor", "time", "item"], orient="row")


def test_a_visitor_who_comes_back_later_than_any_session_lasts_makes_no_log_of_sessions(workspace):
    visitors(20).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["init", "log.parquet"])]
    assert ("1 day", False) == (load().questions["categories"].horizon, load().questions["categories"].sessions)
    assert "5% of the users come back another day" in PARAMS.read_text(encoding="utf-8")
    visitors(0).write_parquet("log.parquet")
    assert 0 == main(["init", "log.parquet"])
    assert load().questions["categories"].sessions


@pytest.mark.parametrize(("minutes", "horizon"), [(4, 8), (6_000, 9_002), (10_075, 10_079)])
def test_the_horizon_of_sessions_leaves_room_for_longer_ones(workspace, minutes, horizon):
    """Half as long again as the longest, below the limit of a horizon of minutes."""
    first, last = visitors(0), visitors(0).group_by("visitor").last()
    longest = last.head(1).with_columns(pl.col("time") + timedelta(minutes=minutes - 4))
    pl.concat([first, longest.select(first.columns)]).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    question = load().questions["categories"]
    assert (horizon, True) == (question.horizon_minutes, question.sessions)


def test_a_log_of_one_day_is_no_log_of_sessions_unless_they_are_short(workspace, capsys):
    """Nobody comes back another day where there is none; the whole day of a user is no session."""
    log = funnel(days=1).filter(pl.col("occurred_at") < START + timedelta(days=1))
    log.write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert ("30 minutes", False) == (load().questions["categories"].horizon, load().questions["categories"].sessions)
    assert "come back another day" not in capsys.readouterr().out
    begin = START + pl.duration(minutes=6 * pl.col("customerId"))
    since = (pl.col("occurred_at") - START) / 100
    log.with_columns(occurred_at=begin + since).write_parquet("log.parquet")
    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert load().questions["categories"].sessions
