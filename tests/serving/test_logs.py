"""Which events of a log are ranked by, and that ranks are never among them."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from study.__main__ import main
from tests.serving.test_commands import END, complaint, ranked
from tests.tiny import tiny_log


def test_an_event_at_the_cut_off_is_of_what_comes_after_it(model):
    log = tiny_log()
    cutoff = datetime.fromisoformat(END).replace(tzinfo=UTC)

    def ranks(*more: datetime) -> pl.DataFrame:
        late = [
            log.head(200).with_columns(pl.lit(time).cast(log["timestamp"].dtype).alias("timestamp")) for time in more
        ]
        pl.concat([log, *late]).write_parquet("more.parquet")
        assert 0 == main([*ranked("--log", "more.parquet"), "--out", "ranks.parquet"])
        return pl.read_parquet("ranks.parquet")

    assert ranks().equals(ranks(cutoff))
    assert not ranks().equals(ranks(cutoff - timedelta(microseconds=1)))


@pytest.mark.parametrize("out", ["logs/ranks.parquet", "logs/2024/../deep/ranks.csv", "link/ranks.parquet"])
def test_ranks_are_not_written_where_they_would_be_read_as_events(model, capsys, out):
    """No file of the folder matches the pattern of the snapshot, or its pattern is for all files."""
    Path("logs/deep").mkdir(parents=True)
    Path("link").symlink_to("logs")
    shutil.copy("tiny.parquet", "logs")

    assert "lies in logs, where ranks would be read as events; give another folder" in (
        complaint(capsys, *ranked("--log", "logs", "--out", out))
    )
    assert [Path("logs/deep"), Path("logs/tiny.parquet")] == sorted(Path("logs").rglob("*"))


def test_ranks_may_lie_beside_a_log_where_they_are_not_read(model):
    Path("logs").mkdir()
    shutil.copy("tiny.parquet", "logs")
    for out in ("ranks.parquet", "logs/_ranks.parquet"):
        assert 0 == main(ranked("--log", "logs", "--out", out))
    told = Path("model/model.json").read_text(encoding="utf-8")
    Path("model/model.json").write_text(told.replace('"files": "*"', '"files": "*.parquet"'), encoding="utf-8")
    assert 0 == main(ranked("--log", "logs", "--out", "logs/ranks.csv"))
