"""`init` takes a column of things for the candidate, or several together where none has enough values alone."""

import re

import polars as pl
import pytest

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


NONE_LARGER = "no candidate of a larger catalogue was found"


@pytest.mark.parametrize(
    ("gaps", "finer", "empty"),
    [
        (0, "sku", r"\n"),
        (3, "sku", r"; it is empty in (29|30)\.\d% of them, which are left out\n"),
        (6, "product", None),
    ],
)
def test_the_larger_catalogue_may_be_of_a_column_with_gaps_which_are_told(workspace, gaps, finer, empty):
    """Empty in so many of ten key actions, and at most in a half."""
    sku = pl.when(NUMBER.shuffle(seed=1) % 10 >= gaps).then(pl.format("s{}", NUMBER.shuffle(seed=2) % 900))
    funnel().with_columns(sku=sku).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    asked, text = load().questions, PARAMS.read_text(encoding="utf-8")
    assert ["product"] == asked["categories"].candidate
    assert [finer] == asked["products"].candidate == asked["young"].candidate
    assert (finer == "product") == (NONE_LARGER in text)
    told = r"  # guess: the candidate of products and young is sku: \d{3} distinct values in key actions"
    assert re.search(f"{told}{empty}", text) if empty else not re.search(told, text)


@pytest.mark.parametrize("names", [("job_id", "job_description"), ("z_id", "a_text")])
@pytest.mark.parametrize("jobs", [40, 300, 900])
def test_of_columns_that_tell_the_same_apart_the_one_with_shorter_values_is_the_candidate(workspace, names, jobs):
    number = pl.col("occurred_at").dt.epoch("us").hash(seed=1) % jobs
    said = {"short": pl.format("{}", number), "long": pl.format("We look for number {} in our team.", number)}
    log = funnel().drop("product", "category", "shop").with_columns(**dict(zip(names, said.values(), strict=True)))
    log.with_columns(kind=pl.format("k{}", NUMBER % 290)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    asked = load().questions
    assert ["kind" if jobs != 300 else names[0]] == asked["categories"].candidate
    assert ["kind" if jobs == 40 else names[0]] == asked["products"].candidate


V4, V6 = pl.format("10.{}.3.{}", NUMBER % 7, NUMBER % 90), pl.format("2001:db8::{}:{}", NUMBER % 7, NUMBER % 90)


@pytest.mark.parametrize(
    ("name", "values", "is_address"),
    [
        ("ip", V4, True),
        ("ip", V6, True),
        ("client_ip", pl.when(NUMBER % 3 == 0).then(V6).otherwise(V4), True),
        ("host", pl.when(NUMBER % 9 == 0).then(pl.lit("-")).otherwise(V4), True),
        ("node", pl.format("10.0.0.{}", NUMBER % 5), True),
        ("app_version", V4, False),
        ("host", pl.format("shop{}.example.org", NUMBER % 630), False),
        ("place", pl.when(NUMBER % 3 == 0).then(V4).otherwise(pl.format("place {}", NUMBER % 100)), False),
        ("ip_range", pl.format("{}", NUMBER % 630), False),
    ],
)
def test_addresses_are_no_candidate_and_no_attribute(workspace, name, values, is_address):
    funnel().with_columns(values.alias(name)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    told = f"{name} is left out: its values are IP addresses, which name machines and no things"
    assert is_address == (told in PARAMS.read_text(encoding="utf-8"))
    assert is_address == (name not in load().snapshot.attributes)
    assert not is_address or [name] != load().questions["products"].candidate
