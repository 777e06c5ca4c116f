"""The snapshot ends where `until` says: at a local midnight, that day left out."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from study.errors import UserError
from study.paths import snapshot_file
from study.stages import look, snapshot
from tests.tiny import ATTRIBUTES, inside, tiny_log, write_workspace

SPEC = {"name": "tiny", "source": "tiny.parquet", "timezone": "America/New_York", "attributes": ATTRIBUTES}


def log_at(*times: datetime) -> pl.DataFrame:
    whole = tiny_log(users=2).head(len(times))
    return whole.with_columns(pl.Series("timestamp", times, dtype=pl.Datetime("us", "UTC")))


def built(folder, times, **changes) -> list[datetime]:
    write_workspace(folder, log_at(*times), snapshot=SPEC | changes)
    with inside(folder):
        snapshot.run()
        return sorted(pl.read_parquet(snapshot_file("tiny"))["timestamp"])


BEFORE = datetime(2024, 2, 1, 4, 59, 59, tzinfo=UTC)
MIDNIGHT = datetime(2024, 2, 1, 5, tzinfo=UTC)


def test_events_from_the_local_midnight_of_that_day_on_are_left_out(tmp_path):
    assert [BEFORE] == built(tmp_path / "cut", [BEFORE, MIDNIGHT], until="2024-02-01")
    assert [BEFORE, MIDNIGHT] == built(tmp_path / "next", [BEFORE, MIDNIGHT], until="2024-02-02")
    assert [BEFORE, MIDNIGHT] == built(tmp_path / "whole", [BEFORE, MIDNIGHT])


def test_a_day_without_quotes_is_refused_since_dvc_could_not_read_it(tmp_path):
    with pytest.raises(UserError, match=r'snapshot\.until: put the day in quotes, "2024-02-01"'):
        built(tmp_path, [BEFORE], until=date(2024, 2, 1))


def test_a_day_that_begins_before_there_are_dates_is_refused(tmp_path):
    spec = {"until": "0001-01-01", "timezone": "Asia/Tokyo"}
    with pytest.raises(UserError, match=r"snapshot\.until: 0001-01-01 has no midnight of Asia/Tokyo in UTC"):
        built(tmp_path, [BEFORE], **spec)


def test_a_cut_that_leaves_nothing_is_refused(tmp_path):
    with pytest.raises(
        UserError, match=r"snapshot\.until: no event is before 2024-01-01; the first one is of 2024-02-01"
    ):
        built(tmp_path, [BEFORE], until="2024-01-01")


def test_the_card_of_a_log_that_is_cut_tells_what_is_studied(tmp_path, capsys):
    whole = tiny_log()
    days = whole["timestamp"].dt.convert_time_zone(SPEC["timezone"]).dt.date()
    cut = whole.filter(days < days.max())
    write_workspace(tmp_path / "cut", whole, snapshot=SPEC | {"until": str(days.max())})
    write_workspace(tmp_path / "short", cut, snapshot=SPEC)
    said = []
    for folder in ("cut", "short"):
        with inside(tmp_path / folder):
            look.run(None)
        said.append(capsys.readouterr().out.splitlines())

    assert 0 < cut.height < whole.height
    assert said[0][0] == f"tiny.parquet conforms to params.yaml; what happened from {days.max()} on is left out."
    assert said[0][1:] == said[1][1:]
