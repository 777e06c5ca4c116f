"""Which columns a log has: also those that the study never reads."""

from datetime import date, time, timedelta

import polars as pl

from study.events.columns import columns_of


def test_every_type_of_a_column_has_a_kind(tmp_path):
    log = pl.DataFrame(
        {
            "price": [1.5],
            "cents": ["150"],
            "name": ["tea"],
            "is_new": [True],
            "words": [["a"]],
            "day": [date(2024, 1, 1)],
            "hour": [time(12)],
            "stay": [timedelta(minutes=5)],
            "size": pl.Series(["S"], dtype=pl.Categorical),
            "code": [b"\xff"],
            "never": pl.Series([2**31 - 1], dtype=pl.Int32).cast(pl.Date),
        }
    )
    log.write_parquet(tmp_path / "log.parquet")
    kinds = {"price": "number", "cents": "number", "name": "text", "is_new": "truth value", "words": "list"}
    kinds |= {"day": "time", "hour": "text", "stay": "duration", "size": "text", "code": "bytes", "never": "time"}

    assert kinds == columns_of(tmp_path / "log.parquet", "*")
