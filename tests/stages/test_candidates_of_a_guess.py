"""`init` takes several columns together for the candidate where none has enough values alone."""

import polars as pl

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]
NUMBER = pl.int_range(pl.len())


def clicks(**sizes: int) -> pl.DataFrame:
    """Clicks with attributes of few values each."""
    log = funnel().select("customerId", "occurred_at", event_name=pl.lit("click"))
    drawn = {
        name: pl.format(f"{name} {{}}", NUMBER.shuffle(seed) % size) for seed, (name, size) in enumerate(sizes.items())
    }
    return log.with_columns(**drawn)


def test_columns_of_few_values_are_the_candidate_together(workspace, capsys):
    clicks(place=4, colour=5, element=8).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    asked = load().questions
    assert ["element", "colour"] == asked["categories"].candidate
    assert ["element", "colour", "place"] == asked["products"].candidate == asked["young"].candidate
    told = "the candidate is element and colour: 40 distinct values in key actions\n"
    assert told in PARAMS.read_text(encoding="utf-8")


def test_a_column_that_tells_no_more_makes_no_larger_catalogue(workspace):
    clicks(colour=5, element=8).with_columns(shade=pl.col("colour")).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    asked = load().questions
    assert ["element", "colour"] == asked["categories"].candidate == asked["products"].candidate
    assert "no candidate of a larger catalogue was found" in PARAMS.read_text(encoding="utf-8")


def test_one_column_is_the_candidate_where_all_together_are_too_few(workspace):
    clicks(colour=3, element=3).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ["colour"] == load().questions["categories"].candidate


def test_a_column_named_like_a_measure_is_the_candidate_where_the_others_are_too_few_together(workspace):
    clicks(colour=3, size=58).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert ["size"] == load().questions["categories"].candidate


def test_where_the_things_lie_is_told_though_small_columns_are_enough_together(workspace):
    acts = pl.col("event_name") == "order_placed"
    log = funnel().drop("shop", "category").with_columns(product=pl.when(~acts).then("product"))
    drawn = {name: pl.format("{}", NUMBER.shuffle(seed) % 5) for seed, name in enumerate(("channel", "means"))}
    log.with_columns(**drawn).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ["channel", "means"] == load().questions["categories"].candidate
    told = "no column alone has enough, while in other events product has "
    assert told in PARAMS.read_text(encoding="utf-8")
