"""The digits of a day and a time are no number since 1970: `init` refuses them, and `check` names what they become."""

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.events.times import looks_like_time
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


def compact(form: str, days: int = 200) -> pl.DataFrame:
    digits = pl.col("occurred_at").dt.strftime(form).cast(pl.Int64)
    return funnel(days=days).with_columns(digits.alias("time")).drop("occurred_at")


@pytest.mark.parametrize("form", ["%Y%m%d%H", "%Y%m%d%H%M", "%Y%m%d%H%M%S", "%y%m%d%H%M", "%y%m%d%H%M%S"])
@pytest.mark.parametrize("kind", [pl.Int64, pl.Float64, pl.String])
def test_the_digits_of_days_and_times_look_like_no_time(form, kind):
    written = compact(form)["time"]
    since_1970 = funnel()["occurred_at"]

    assert not looks_like_time(written.cast(kind))
    assert all(looks_like_time(since_1970.dt.epoch(unit).cast(kind)) for unit in ("s", "ms", "us"))


@pytest.mark.parametrize("name", ["log.parquet", "log.csv"])
def test_a_time_of_digits_is_refused_with_the_form_to_declare(workspace, capsys, name):
    log = compact("%Y%m%d%H%M")
    log.write_csv(name) if name.endswith(".csv") else log.write_parquet(name)

    assert 2 == main(["init", name])
    (line,) = capsys.readouterr().err.splitlines()
    assert "column 'time' is named like a time, but as a number since 1970 '2024" in line
    assert "by columns.time_format, such as %Y%m%d or %Y%m%d%H%M; " in line


@pytest.mark.parametrize("kind", [pl.Date, pl.Datetime("ms")])
def test_typed_times_outside_the_calendar_are_refused(workspace, capsys, kind):
    """As of seconds that were stored as days, or of nanoseconds as milliseconds."""
    far = pl.col("occurred_at").dt.epoch("s" if kind == pl.Date else "ns")
    whole = far.cast(pl.Int32 if kind == pl.Date else pl.Int64)
    funnel().with_columns(whole.cast(kind).alias("occurred_at")).write_parquet("log.parquet")

    assert 2 == main(["init", "log.parquet"])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("downfunnel: log.parquet")


@pytest.mark.parametrize("horizon", [{"horizon_days": 1}, {"horizon_minutes": 20}])
def test_a_log_that_ends_long_ago_is_warned_of_until_the_form_is_declared(workspace, capsys, horizon):
    """As one of digits does with parameters written by hand: a month of 2024 is a day of 1977, too short or not."""
    funnel(days=28).write_parquet("log.parquet")
    assert 0 == main(["init", "log.parquet"])
    compact("%y%m%d%H%M%S", 28).write_parquet("log.parquet")
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))

    for question in raw["questions"].values():
        del question["horizon_days"]
        question.update(horizon)

    def said(**form: str) -> tuple[int, str]:
        columns = raw["snapshot"]["columns"] | {"time": "time"} | form
        changed = raw | {"snapshot": raw["snapshot"] | {"columns": columns}}
        PARAMS.write_text(yaml.safe_dump(changed, sort_keys=False), encoding="utf-8")
        capsys.readouterr()
        code = main(["check"])
        told = capsys.readouterr()
        return code, told.out + told.err

    code, told = said()
    assert (2 if "horizon_days" in horizon else 0) == code
    assert "the last event is of 1977-" in told
    assert "the last event is of" not in said(time_format="%y%m%d%H%M%S")[1]


ZONELESS = "they tell no zone, and are taken for UTC unless columns.zone names theirs"
CLOCK = pl.col("occurred_at").dt.strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("when", "is_told"),
    [
        (CLOCK, True),
        (pl.col("occurred_at").dt.replace_time_zone(None), True),
        (pl.col("occurred_at"), False),
        (CLOCK + "+01:00", False),
        (CLOCK + " UTC", False),
        (CLOCK.str.slice(0, 10), False),
        (pl.col("occurred_at").dt.date(), False),
        (pl.col("occurred_at").dt.epoch("s"), False),
    ],
    ids=["text", "typed", "typed zone", "offset", "UTC", "days", "typed days", "numbers"],
)
def test_times_that_tell_no_zone_are_said_to_be_taken_for_utc(workspace, when, is_told):
    """A clock of a place is wrong by hours then, which sessions and hours of the day would show."""
    funnel().with_columns(occurred_at=when).write_parquet("log.parquet")
    assert 0 == main(["init", "log.parquet"])

    assert is_told == (ZONELESS in PARAMS.read_text(encoding="utf-8"))


def in_milliseconds(*rows: int) -> pl.DataFrame:
    """The funnel in seconds, but for some rows."""
    seconds, is_other = pl.col("occurred_at").dt.epoch("s"), pl.int_range(pl.len()).is_in(rows)
    return funnel().with_columns(pl.when(is_other).then(seconds * 1_000).otherwise(seconds).alias("occurred_at"))


@pytest.mark.parametrize(
    ("source", "files", "place"),
    [
        ("log.csv", ["log.csv"], "log.csv"),
        ("log.parquet", ["log.parquet"], "log.parquet"),
        ("log", ["log/1.csv", "log/2.csv"], "2 files of log"),
    ],
)
def test_seconds_among_milliseconds_are_told_with_the_file(workspace, capsys, source, files, place):
    (workspace / "log").mkdir()
    for file in files:
        log = in_milliseconds(3)
        log.write_parquet(file) if file.endswith(".parquet") else log.write_csv(file)

    assert 2 == main(["init", source])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"downfunnel: {place}: column 'occurred_at', row 1: '17")
    assert "' is of another unit than '17" in line and "in row 4, or of 1970; give all times in one unit" in line


def test_times_in_one_unit_are_read(workspace):
    in_milliseconds().write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
