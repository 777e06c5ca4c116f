"""The times of a log, in every form that they are written in."""

from datetime import UTC, datetime

import polars as pl
import pytest

from study.errors import UserError
from study.events.read import read_source
from tests.events.test_sources import HEAD, read, spec

__all__ = ["read"]


def test_a_form_without_a_time_of_day_is_a_day_of_the_study_s_own_zone(read):
    """As a date in ISO 8601 is, whatever zone times are in."""
    columns = {"time": "when", "time_format": "%d.%m.%Y", "zone": "Asia/Tokyo"}
    events = read("log.csv", HEAD.replace("timestamp", "when") + "7,03.07.2024,buy,1,,\n", columns=columns)

    assert [datetime(2024, 7, 2, 22, tzinfo=UTC)] == events["timestamp"].to_list()


def test_a_form_holds_for_numbers_too(tmp_path):
    """20240703 in a column of numbers is a day, and no second of 1970."""
    for kind in (pl.Int64, pl.Float64):
        log = pl.DataFrame({"user_id": [1], "when": [20240703], "price": [2.0]}, schema_overrides={"when": kind})
        log.write_parquet(tmp_path / "log.parquet")
        columns = {"time": "when", "event_type": None, "time_format": "%Y%m%d"}
        found = read_source(spec(tmp_path, columns=columns, attributes={"price": "numeric"}))
        assert [datetime(2024, 7, 2, 22, tzinfo=UTC)] == found["timestamp"].to_list()


FORMS = {
    ("%d/%m/%Y %H:%M:%S.%f", "01/07/2024 00:03:18.875123"): (3, 18, 875_123),
    ("%d/%m/%Y %T.%f", "01/07/2024 00:03:18.5"): (3, 18, 500_000),
    ("%d/%m/%Y %H:%M:%S.%f %z", "01/07/2024 02:03:18.075 +0200"): (3, 18, 75_000),
    ("%Y-%m-%d %H:%M:%S,%3f", "2024-07-01 00:03:18,875"): (3, 18, 875_000),
    ("%d/%m/%Y %H:%M %%Z EST", "01/07/2024 00:03 %Z EST"): (3, 0, 0),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("form", "written"), FORMS)
def test_a_form_is_read_by_the_letters_of_strftime(form, written, read):
    events = read("log.csv", HEAD + f'1,"{written}",buy,1,,\n', columns={"time_format": form})

    assert [datetime(2024, 7, 1, 0, *FORMS[form, written], tzinfo=UTC)] == events["timestamp"].to_list()


@pytest.mark.parametrize(
    ("form", "told"),
    [
        (
            "%Y-%m-%d %H:%M:%S,%f",
            "'%f' of '%Y-%m-%d %H:%M:%S,%f' stands behind no dot; write .%f .* or %3f, %6f or %9f",
        ),
        ("%s%-f", "'%-f' of '%s%-f' stands behind no dot"),
        ("%d/%m/%Y %H:%M:%S.%f %Z", "'%Z' of '.*' is a name that tells no offset; .* write %z, .* say columns.zone"),
    ],
)
def test_letters_of_a_form_that_would_be_read_as_something_else_are_refused(form, told, read):
    with pytest.raises(UserError, match=f"^params.yaml: snapshot.columns.time_format: {told}") as raised:
        read("log.csv", HEAD + "1,soon,buy,1,,\n", columns={"time_format": form})
    assert 1 == len(str(raised.value).splitlines())


TIMES = {
    "2024-07-01": datetime(2024, 6, 30, 22, tzinfo=UTC),  # the local midnight of the study
    "2024-07-01 00:00": datetime(2024, 7, 1, tzinfo=UTC),
    "2024-07-01T00:00:00.5": datetime(2024, 7, 1, 0, 0, 0, 500_000, tzinfo=UTC),
    "2024-07-01T00:00:00-0330": datetime(2024, 7, 1, 3, 30, tzinfo=UTC),
    "2024-07-01 00:00:00+02": datetime(2024, 6, 30, 22, tzinfo=UTC),
    "2024-07-01 00:00:14 UTC": datetime(2024, 7, 1, 0, 0, 14, tzinfo=UTC),
    "2024-07-01T00:00:14.5GMT": datetime(2024, 7, 1, 0, 0, 14, 500_000, tzinfo=UTC),
    "1719792000": datetime(2024, 7, 1, tzinfo=UTC),
    "1719792000.25": datetime(2024, 7, 1, 0, 0, 0, 250_000, tzinfo=UTC),
    "1719792000000": datetime(2024, 7, 1, tzinfo=UTC),
    "1719792000000000": datetime(2024, 7, 1, tzinfo=UTC),
    "1719792000000000000": datetime(2024, 7, 1, tzinfo=UTC),
}


@pytest.mark.parametrize("written", TIMES)
def test_times_are_read_in_every_usual_form(written, read):
    events = read("log.csv", HEAD + f"1,{written},buy,1,,\n")

    assert [TIMES[written]] == events["timestamp"].to_list()


def test_an_offset_that_no_place_has_is_a_fault(read):
    with pytest.raises(UserError, match=r"row 1: '2024-07-01T10:00:00\+25:00' is no time"):
        read("log.csv", HEAD + "1,2024-07-01T10:00:00+25:00,buy,1,,\n")


def test_an_hour_that_the_clock_skips_or_shows_twice_is_read_by_a_rule(read):
    rows = "1,2024-03-31 02:30:00,buy,,,\n2,2024-10-27 02:30:00,buy,,,\n"
    events = read("log.csv", HEAD + rows, columns={"zone": "Europe/Berlin"})

    assert [datetime(2024, 3, 31, 1, 30, tzinfo=UTC), datetime(2024, 10, 27, 0, 30, tzinfo=UTC)] == (
        events["timestamp"].to_list()
    )


@pytest.mark.parametrize("written", ["20260301T000318Z", "2026-03-01 00:03:18,875", "2026-03-01T24:00:00", "soon"])
def test_what_is_no_time_is_told_with_the_form_that_is_one(written, read):
    told = f"row 1: '{written}' is no time; write it as 2026-03-01T12:00:00Z is, .* or say columns.time_format$"
    with pytest.raises(UserError, match=told):
        read("log.csv", HEAD + f'1,"{written}",buy,1,,\n')

    events = read("log.csv", HEAD + "1,2026-03-01T12:00:00Z,buy,1,,\n")
    assert [datetime(2026, 3, 1, 12, tzinfo=UTC)] == events["timestamp"].to_list()


@pytest.mark.parametrize("kind", [pl.Int64, pl.String])
def test_the_digits_of_a_time_are_told_how_to_be_read(kind, tmp_path):
    log = pl.DataFrame({"user_id": ["1"], "when": pl.Series([20260301000318]).cast(kind), "size": ["S"]})
    log.write_parquet(tmp_path / "log.parquet")
    columns, sizes = {"time": "when", "event_type": None}, {"size": "categorical"}
    with pytest.raises(
        UserError, match=r"row 1: '20260301000318' is no time between .*columns.time_format, such as %Y"
    ):
        read_source(spec(tmp_path, columns=columns, attributes=sizes))

    events = read_source(spec(tmp_path, columns=columns | {"time_format": "%Y%m%d%H%M%S"}, attributes=sizes))
    assert [datetime(2026, 3, 1, 0, 3, 18, tzinfo=UTC)] == events["timestamp"].to_list()


def plain_times(*last: str) -> str:
    """A log that begins with as many times of one form as tell what all are, mostly."""
    rows = ["1,2024-01-01T10:00:00,view,3,,"] * 1_000 + [f"1,{time},view,3,," for time in last]
    return HEAD + "\n".join(rows) + "\n"


def test_times_whose_form_changes_far_below_are_read_as_if_they_stood_first(read):
    events = read("log.csv", plain_times("2024-01-02 10:00", "2024-01-03"))

    assert [
        datetime(2024, 1, 2, 10, tzinfo=UTC),
        datetime(2024, 1, 2, 23, tzinfo=UTC),
    ] == events["timestamp"].to_list()[-2:]


@pytest.mark.parametrize(
    ("time", "fault"), [("2024-01-02T10:00:00Z", "row 1: .* has no zone"), ("soon", "row 1001: 'soon' is no time")]
)
def test_a_fault_far_below_times_of_one_form_is_found(time, fault, read):
    with pytest.raises(UserError, match=fault):
        read("log.csv", plain_times(time))


SECONDS = 1_719_792_000
WHOLE_NUMBERS = {
    "Int32": SECONDS,
    "UInt32": SECONDS,
    "Int64": SECONDS * 1_000,
    "UInt64": SECONDS * 1_000_000_000,
    "Int128": SECONDS * 1_000_000,
    "Float64": SECONDS,
}


@pytest.mark.parametrize("kind", WHOLE_NUMBERS)
def test_numbers_are_read_alike_whatever_their_type_holds(kind, tmp_path):
    """Microseconds do not fit into 32 bits, in which seconds may be stored."""
    when = pl.Series([WHOLE_NUMBERS[kind]], dtype=getattr(pl, kind))
    log = pl.DataFrame({"user_id": ["1"], "timestamp": when, "event_type": ["buy"], "size": ["S"]})

    assert [datetime(2024, 7, 1, tzinfo=UTC)] == times_of(log, tmp_path)


@pytest.mark.parametrize(("kind", "seconds"), [("Int8", 100), ("UInt16", 60_000)])
def test_small_numbers_are_seconds_of_1970(kind, seconds, tmp_path):
    when = pl.Series([seconds], dtype=getattr(pl, kind))
    log = pl.DataFrame({"user_id": ["1"], "timestamp": when, "event_type": ["buy"], "size": ["S"]})

    assert [datetime.fromtimestamp(seconds, UTC)] == times_of(log, tmp_path)


def times_of(log: pl.DataFrame, folder) -> list[datetime]:
    log.write_parquet(folder / "log.parquet")
    events = read_source(spec(folder / "log.parquet", attributes={"size": "categorical"}))
    return events["timestamp"].to_list()


def test_nanoseconds_are_the_same_as_text_and_as_numbers(read, tmp_path):
    times = [SECONDS * 1_000_000_000 + 1_000 * i + 999 for i in range(1_000)]
    log = pl.DataFrame({"user_id": "1", "timestamp": times, "event_type": "buy", "size": "S"})
    text = read("log.csv", log.write_csv(), attributes={"size": "categorical"})

    assert times_of(log, tmp_path) == text["timestamp"].to_list()
    assert times_of(log, tmp_path)[-1] == datetime(2024, 7, 1, 0, 0, 0, 999, tzinfo=UTC)


NO_TIMES = {
    "log.csv": "12345678901234567890123",
    "UInt64.parquet": 2**64 - 1,
    "Int64.parquet": -(2**63),
    "Float64.parquet": 1e22,
}


@pytest.mark.parametrize("name", NO_TIMES)
@pytest.mark.parametrize("form", [None, "%Y%m%d"])
def test_a_number_that_no_time_can_be_ends_in_a_line(name, form, tmp_path):
    value, kind = NO_TIMES[name], getattr(pl, name.split(".")[0], pl.String)
    when = pl.Series([20240703, value] if kind != pl.String else ["20240703", value], dtype=kind)
    log = pl.DataFrame({"user_id": ["1", "2"], "when": when, "event_type": "buy", "size": "S"})
    path = tmp_path / name
    log.write_csv(path) if kind == pl.String else log.write_parquet(path)
    columns = {"time": "when", "time_format": form}

    with pytest.raises(UserError, match=r"column 'when', row 2: '.*' is no ") as raised:
        read_source(spec(path, columns=columns, attributes={"size": "categorical"}))
    assert 1 == len(str(raised.value).splitlines())


def test_times_of_a_typed_column_are_read_in_its_own_zone(tmp_path):
    path = tmp_path / "log.parquet"
    when = pl.Series([datetime(2024, 1, 1, 20)]).dt.replace_time_zone("America/New_York")
    pl.DataFrame({"user_id": ["1"], "timestamp": when, "event_type": ["buy"], "size": ["S"]}).write_parquet(path)

    assert [datetime(2024, 1, 2, 1, tzinfo=UTC)] == read_source(spec(path, attributes={"size": "categorical"}))[
        "timestamp"
    ].to_list()


@pytest.mark.parametrize(
    ("kind", "number"), [(pl.Date, 2**31 - 1), (pl.Datetime("ms"), 2**62), (pl.Datetime("us"), -(2**62))]
)
def test_a_typed_time_that_no_date_is_of_ends_in_a_line(kind, number, tmp_path):
    """Exports write the largest number where a time is never."""
    when = pl.Series([19_000, number]).cast(pl.Int32 if kind == pl.Date else pl.Int64).cast(kind)
    log = pl.DataFrame({"user_id": ["1", "2"], "timestamp": when, "event_type": "buy", "size": "S"})
    log.write_parquet(tmp_path / "log.parquet")

    with pytest.raises(UserError, match=rf"column 'timestamp', row 2: '{number}' is no time between 1900 and 2200"):
        read_source(spec(tmp_path, attributes={"size": "categorical"}))
