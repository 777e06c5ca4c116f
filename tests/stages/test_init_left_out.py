"""What `init` leaves out is named with the reason."""

import polars as pl
import pytest

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


def test_numbers_with_a_mistake_among_them_are_left_out_and_no_candidate(workspace):
    log = funnel().with_columns(price=pl.col("price").cast(pl.String))
    log.with_columns(price=pl.when(pl.int_range(pl.len()) == 7).then(pl.lit("N/A")).otherwise("price")).write_csv(
        "log.csv"
    )

    assert 0 == main(["init", "log.csv"])
    assert "price" not in load().snapshot.attributes
    told = "price is left out: numbers, but for 1 of 6000 values, as 'N/A': mend them, then it is numeric"
    assert told in PARAMS.read_text(encoding="utf-8")


@pytest.mark.parametrize("nothing", ["N/A", "null", "-", "(not set)", "NIL"])
def test_numbers_are_known_as_such_however_often_a_word_stands_for_none(workspace, nothing):
    seldom = pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit(nothing))
    funnel().with_columns(price=seldom.otherwise(pl.col("price").cast(pl.String))).write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
    told = f"price is left out: numbers, but for 1200 of 6000 values, as '{nothing}': mend them, then it is numeric"
    assert told in PARAMS.read_text(encoding="utf-8")


def test_numbers_among_many_other_words_are_names_as_these_are(workspace):
    seldom = pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("one size"))
    log = funnel().drop("price").with_columns(size=seldom.otherwise(pl.format("{}", pl.int_range(pl.len()) % 40)))
    log.write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
    assert "categorical" == load().snapshot.attributes["size"]


def test_what_only_one_user_has_is_left_out_and_no_candidate(workspace):
    """A basket has several lines, so that it is no id of rows; who ranks baskets ranks who acted."""
    baskets = pl.format("{}-{}", "customerId", pl.col("occurred_at").dt.date().dt.month_start())
    log = funnel().drop("category", "product").with_columns(colour=pl.format("c{}", pl.int_range(pl.len()) % 4))
    log.sort("customerId", "occurred_at").with_columns(basket=baskets).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ["shop"] == load().questions["categories"].candidate
    told = "basket is left out: each value is of one customerId alone, as that of a visit or an order is"
    assert told in PARAMS.read_text(encoding="utf-8")


def test_a_measure_of_which_each_value_is_of_one_user_is_an_attribute(workspace):
    own = pl.col("customerId") + (pl.int_range(pl.len()) % 30) / 100
    funnel().with_columns(price=own).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "numeric" == load().snapshot.attributes["price"]


def test_where_nothing_is_left_out_nothing_is_said_of_it(workspace, capsys):
    funnel().select("customerId", "occurred_at", "event_name", "product").write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
    assert " is left out: " not in PARAMS.read_text(encoding="utf-8")
    assert "left out" not in capsys.readouterr().out


def test_a_column_whose_name_is_taken_is_left_out_and_said(workspace):
    taken = ("event_type", "key", "local", "candidate", "young")
    patterns = ("^shop$", "*")
    names = (*taken, *patterns)
    log = funnel().rename({"event_name": "event"}).with_columns(pl.col("category").alias(name) for name in names)
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"category", "product", "button text", "price", "shop"} == set(load().snapshot.attributes)
    text = PARAMS.read_text(encoding="utf-8")
    assert all(f"    # {name} is left out: the name is taken; rename the column" in text for name in taken)
    assert 2 == text.count(" is left out: the name reads as a pattern of names; rename the column")


def test_a_column_whose_name_is_too_long_is_left_out_and_said(workspace):
    funnel().rename({"category": "c" * 101}).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"product", "button text", "price", "shop"} == set(load().snapshot.attributes)
    assert f"{'c' * 101} is left out: the name has more than 100 bytes" in PARAMS.read_text(encoding="utf-8")


def test_a_column_without_a_name_is_left_out_and_said_and_refused_as_an_attribute(workspace, capsys):
    """As the index that pandas writes first into CSV, once a part of it has been sorted or joined."""
    funnel().select(pl.col("shop").alias(""), pl.all()).write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
    assert '    # "" is left out: a column without a name; give it one' in PARAMS.read_text(encoding="utf-8")
    assert 0 == main(["check"])
    guessed = PARAMS.read_text(encoding="utf-8")
    PARAMS.write_text(guessed.replace("  attributes: #", '  attributes:\n    "": categorical #'), encoding="utf-8")
    capsys.readouterr()
    assert 2 == main(["check"])
    assert "attributes: '': a column without a name; give it one" in capsys.readouterr().err


NUMBER = pl.int_range(pl.len())


@pytest.mark.parametrize(
    "price",
    [
        pl.col("price").cast(pl.String).str.replace(".", ",", literal=True),
        pl.when(NUMBER % 3 > 0).then(pl.format("{}", NUMBER % 90)).otherwise(pl.format("{},29", NUMBER % 90)),
        pl.when(NUMBER % 3 > 0).then(pl.format("1.{},50", 100 + NUMBER % 90)).otherwise(pl.format("-{}", NUMBER % 90)),
    ],
    ids=["in each", "in some", "after thousands"],
)
def test_numbers_with_a_decimal_comma_are_left_out_and_no_candidate(workspace, price):
    funnel().with_columns(price=price).write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
    assert "price is left out: numbers with a decimal comma" in PARAMS.read_text(encoding="utf-8")
    assert "price" not in load().snapshot.attributes


def test_what_only_begins_like_a_list_is_left_out_with_the_reason(workspace):
    """As pandas writes lists into CSV."""
    funnel().with_columns(tags=pl.lit("['long tail', 'beta']")).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    text = " ".join(PARAMS.read_text(encoding="utf-8").replace("#", "").split())
    assert "tags is left out: begins like a JSON array, but is none, as \"['long tail', 'beta']\": mend it" in text
    assert "tags" not in load().snapshot.attributes


def test_a_flag_with_gaps_is_an_attribute_and_another_name_of_the_user_is_none(workspace):
    log = funnel().with_columns(
        promo=pl.when(pl.int_range(pl.len()) % 10 == 0).then(pl.lit("yes")),
        nickname=pl.format("n{}", "customerId"),
    )
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "categorical" == load().snapshot.attributes["promo"]
    assert "nickname is left out: another name of customerId: one value for each" in PARAMS.read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", [pl.Duration("us"), pl.Duration("ms"), pl.Time()])
def test_how_long_something_lasted_and_an_hour_of_the_day_are_no_times_of_events(workspace, kind):
    number = 1_000_000 * (pl.int_range(pl.len()) % 90)
    log = funnel().rename({"occurred_at": "event_timestamp"})
    log.with_columns(dwell_time=number.cast(kind)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "event_timestamp" == load().snapshot.columns.time
    assert "dwell_time is left out: its values are " in PARAMS.read_text(encoding="utf-8")


def test_a_record_is_no_user(workspace):
    """Of records there are as many as there are combinations of what is in them."""
    log = funnel().rename({"customerId": "buyer_name"})
    log.with_columns(buyer=pl.struct("buyer_name", "shop")).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "buyer_name" == load().snapshot.columns.user


def test_a_file_without_rows_is_passed_over_and_the_one_that_is_read_is_named(workspace):
    folder = workspace / "logs"
    folder.mkdir()
    funnel().head(0).write_csv(folder / "01.csv")
    funnel().write_csv(folder / "02.csv")

    assert 0 == main(["init", "logs"])
    assert "guesses by 6,000 rows of logs/02.csv; the kinds are" in PARAMS.read_text(encoding="utf-8")


def test_where_nothing_can_be_the_candidate_it_is_told_what_was_left_out_and_what_to_do(workspace, capsys):
    named = funnel().select("customerId", "occurred_at", "event_name", "price", "request", "product")
    named.with_columns(product=pl.when(NUMBER % 5 == 0).then("product")).write_csv("log.csv")

    assert 2 == main(["init", "log.csv"])
    said = capsys.readouterr().err
    told = (
        "no categorical column is filled in the key actions (order_placed: by its name); left out: product (empty in "
    )
    assert told in said
    assert "% of them), request (nearly an id: 6000 distinct values in 6000 rows); to say which one is the " in said
    assert "write the sections snapshot and questions of params.yaml by hand" in said


def test_a_key_that_some_files_of_json_lines_lack_is_left_out_of_none(workspace):
    """As one that the writer omits where it is empty."""
    (workspace / "logs").mkdir()
    log = funnel().with_columns(promo=pl.col("shop"))
    log.head(3_000).drop("promo").write_ndjson("logs/1.jsonl")
    log.tail(3_000).write_ndjson("logs/2.jsonl")

    assert [0, 0] == [main(["init", "logs"]), main(["check"])]
    assert "categorical" == load().snapshot.attributes["promo"]


@pytest.mark.parametrize("named", ["dwell", "event_lag"])
def test_durations_are_left_out_whatever_they_are_called(workspace, named):
    seconds = pl.duration(seconds=pl.int_range(pl.len()) % 7)
    funnel().drop("event_name").with_columns(seconds.alias(named)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert f"{named} is left out: its values are durations" in PARAMS.read_text(encoding="utf-8")


@pytest.mark.parametrize("column", ["customerId", "occurred_at"])
def test_what_one_file_lacks_is_named_where_it_is_what_is_missing(workspace, capsys, column):
    (workspace / "log").mkdir()
    funnel().write_csv("log/a.csv")
    funnel().drop(column).write_csv("log/b.csv")

    assert 2 == main(["init", "log"])
    assert f"; not every file has: {column}\n" in capsys.readouterr().err
