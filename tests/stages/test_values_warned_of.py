"""`check` names the values that a log may have by accident, where they would be ranked or asked about."""

import polars as pl
import pytest

from tests.stages.own_log import funnel, workspace
from tests.stages.test_look import checked

__all__ = ["workspace"]


def test_values_that_differ_in_case_or_spaces_alone_are_warned_of_with_counts(workspace, capsys):
    place, kind = pl.int_range(pl.len()), pl.col("event_name")
    changed = pl.when(place == 7).then(pl.lit("Order_Placed")).when(place == 9).then(pl.lit(" page_view"))
    log = funnel().with_columns(changed.otherwise(kind).alias("event_name"))
    said = checked(log, capsys, key_action={"event_type": ["order_placed"]})

    assert "warning: event_type: 'page_view' (4," in said
    assert "and ' page_view' (1 events); 'order_placed' (1," in said
    assert "and 'Order_Placed' (1 events) are equal but for case or spaces" in said
    assert "No warnings" not in said


@pytest.mark.parametrize("column", ["event_name", "product"])
def test_codes_that_have_a_fraction_in_some_files_alone_are_warned_of_with_counts(workspace, capsys, column):
    """As pandas writes whole numbers where some are missing."""
    codes = pl.col(column).replace({"page_view": "145", "order_placed": "7", "p145": "145"})
    log = funnel().with_columns(codes.alias(column))
    few = (pl.col(column) == "145") & ((pl.col(column) == "145").cum_sum() <= 3)
    log = log.with_columns(pl.when(few).then(pl.lit("145.0")).otherwise(column).alias(column))
    rest, name = (log[column] == "145").sum(), "event_type" if column == "event_name" else column
    said = checked(log, capsys, key_action={"event_type": ["7" if column == "event_name" else "order_placed"]})

    told = (
        f"{name}: '145' ({rest:,} events) and '145.0' (3 events) are equal but for case or spaces, or a .0 at the end"
    )
    assert 1 == said.count(f"warning: {told}; they count as different values")


@pytest.mark.parametrize("column", ["event_name", "product"])
def test_text_that_is_written_for_nothing_is_warned_of_where_it_is_ranked_or_asked_about(workspace, capsys, column):
    log, row = funnel().with_columns(colour=pl.lit("NULL")), pl.int_range(pl.len())
    log = log.with_columns(colour=pl.when(row % 3 > 0).then("colour").otherwise(pl.lit("red")))
    for place, text in enumerate(["NULL", "NULL", r"\N", "none"]):
        log = log.with_columns(pl.when(row == place).then(pl.lit(text)).otherwise(column).alias(column))
    said = checked(log, capsys, key_action={"event_type": ["order_placed"]})

    name = "event_type" if column == "event_name" else column
    text = r"'NULL' (2 events) and '\N' (1 events) and 'none' (1 events)"
    told = f"warning: {name}: {text} are values as any others; where no value is meant"
    assert [told] == [line[: len(told)] for line in said.splitlines() if line.startswith("warning") and "NULL" in line]


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        ("(not set)", True),
        ("undefined", True),
        ("(Not Provided)", True),
        ("#N/A", True),
        ("nil", True),
        ("(none)", True),
        ("unknown", False),
        ("-", False),
        ("none of these", False),
    ],
)
def test_what_tools_write_for_nothing_is_warned_of_and_what_people_may_choose_is_not(workspace, capsys, text, is_told):
    seldom = pl.when(pl.int_range(pl.len()) % 50 == 0).then(pl.lit(text))
    said = checked(funnel().with_columns(product=seldom.otherwise("product")), capsys)

    assert is_told == (f"warning: product: '{text}' (120 events) is a value as any other; where no value is me" in said)
    assert is_told == ("where no value is meant" in said)
