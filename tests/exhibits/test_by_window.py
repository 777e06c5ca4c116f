"""How recall differs between test windows is told, since no interval covers it."""

from datetime import timedelta

import polars as pl
import pytest

from study.exhibits import by_window
from study.exhibits.caveats import caveats
from study.exhibits.results import QUERIES
from study.params.statistics import PRIMARY
from tests.exhibits.pairing import text


def moved(results, *recalls: float):
    """The queries once for each recall, a week after the other, the best counting rule a tenth behind, then two."""
    path = results.folder / QUERIES
    queries = pl.read_parquet(path).filter(pl.col("cutoff") == pl.col("cutoff").min())
    rule = results.best_of_each()["counting"].variant
    behind = pl.when(pl.col("variant") == rule).then(pl.lit(0.1)).otherwise(0.0)
    weeks = [
        queries.with_columns(pl.col("cutoff") + timedelta(weeks=week), (recall - behind * (week + 1)).alias(PRIMARY))
        for week, recall in enumerate(recalls)
    ]
    pl.concat(weeks).write_parquet(path)
    return results


def learned(written):
    """A model that is best on select."""
    next(row for row in written["leaderboard.json"] if row["variant"] == "sum-horizon")["select"] = 0.9
    written["leaderboard.json"].sort(key=lambda row: -row["select"])


def test_the_range_of_recall_and_of_the_lead_over_counting_is_told(made):
    results = moved(made(learned), 0.5, 0.4, 0.6)
    rule = results.best_of_each()["counting"].variant
    told = text(caveats(results))

    assert list(by_window.recalls(results, "sum-horizon").values()) == pytest.approx([0.5, 0.4, 0.6])
    assert "These windows. Test has 3 windows, which begin from 20" in told
    assert "In one of them recall@10 of sum-horizon is 0.4000 to 0.6000; over all it is " in told
    assert f"What it has over {rule} is +0.1000 to +0.3000 in one of them." in told


def test_of_a_single_window_no_range_is_told(made):
    (told,) = by_window.told(moved(made(), 0.5))

    assert "Test has 1 window, which begins on 20" in told
    assert "In one of them" not in told
