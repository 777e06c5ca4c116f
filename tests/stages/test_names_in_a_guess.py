"""What `init` reads from the names that columns of numbers have."""

import polars as pl
import pytest

from study.__main__ import main
from study.params import load
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


@pytest.mark.parametrize("name", ["ts", "ts_ms", "event_ts", "epoch_ms", "epoch", "unix"])
def test_milliseconds_since_1970_are_the_time_where_their_column_is_named_so(workspace, name):
    log = funnel().with_columns(pl.col("occurred_at").dt.epoch("ms").alias(name)).drop("occurred_at")
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert name == load().snapshot.columns.time


@pytest.mark.parametrize("name", ["dwell", "dwell_s", "load_ms", "elapsed"])
def test_whole_numbers_that_are_named_like_a_span_of_time_are_measured_and_no_candidate(workspace, name):
    funnel().with_columns((pl.int_range(pl.len()) % 300).alias(name)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "numeric" == load().snapshot.attributes[name]
    assert ["product"] == load().questions["categories"].candidate
