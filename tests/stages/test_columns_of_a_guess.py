"""`init` tells the columns of usual exports apart: which is the time of an event, who the user is, what is a thing."""

import re

import polars as pl
import pytest

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]

WHEN = pl.col("occurred_at")
TEXT = WHEN.dt.strftime("%Y-%m-%d %H:%M:%S")


def guessed(log: pl.DataFrame, name: str = "log.parquet"):
    """The snapshot and the main question that `init` finds, and the text of its file."""
    log.write_parquet(name)
    assert 0 == main(["init", name])
    params = load()
    return params.snapshot, params.questions["categories"], PARAMS.read_text(encoding="utf-8")


def renamed(**columns: pl.Expr) -> pl.DataFrame:
    """The funnel with other times."""
    return funnel().with_columns(**columns).drop("occurred_at")


@pytest.mark.parametrize(
    ("columns", "time"),
    [
        ({"date": WHEN.dt.strftime("%Y-%m-%d"), "timestamp": TEXT}, "timestamp"),
        ({"date": WHEN.dt.date(), "event_time": WHEN}, "event_time"),
        ({"signup_date": pl.lit("2023-05-01"), "event_timestamp": TEXT}, "event_timestamp"),
        ({"sent_at": TEXT, "received_at": TEXT, "timestamp": TEXT}, "timestamp"),
        ({"day": WHEN.dt.date(), "moment": WHEN}, "moment"),
    ],
)
def test_the_time_of_an_event_goes_before_its_day_and_before_other_times(workspace, columns, time):
    snapshot, _, text = guessed(renamed(**columns))
    others = [name for name in columns if name not in {time, "signup_date"}]

    assert time == snapshot.columns.time
    assert not set(others) & set(snapshot.attributes)
    assert "so are those of" in text or len(columns) == 1


@pytest.mark.parametrize("full", ["created_at", "fecha"])
def test_a_time_that_every_event_has_goes_before_one_with_gaps(workspace, full):
    """As of orders, some of which are never paid; the full one may be known by its values alone."""
    paid = pl.when(pl.int_range(pl.len()) % 16 < 15).then(TEXT)
    snapshot, _, text = guessed(renamed(**{full: TEXT, "paid_at": paid}))

    assert full == snapshot.columns.time
    assert f"time: {full} # guess: its values are times; so are those of paid_at" in text


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%Y%m%d"])
def test_the_day_of_an_event_is_no_event_type_and_no_candidate(workspace, form):
    """As in exports of Google Analytics, whose `event_date` is as long a name as `event_name`."""
    day = WHEN.dt.strftime(form)
    log = funnel().with_columns(event_date=day if "-" in form else day.cast(pl.Int64))
    snapshot, question, text = guessed(log)

    assert "event_name" == snapshot.columns.event_type
    assert ["product"] == question.candidate
    assert "event_date is left out: the day of occurred_at" in text


@pytest.mark.parametrize("day", [WHEN.dt.strftime("%Y-%m-%d"), WHEN.dt.date()], ids=["day", "typed day"])
@pytest.mark.parametrize(
    ("hour", "told"),
    [
        (WHEN.dt.strftime("%H:%M"), r"\d\d:\d\d"),
        (WHEN.dt.strftime("%-H:%M:%S"), r"\d+:\d\d:\d\d"),
        (WHEN.dt.time(), r"\d\d:\d\d:\d\d\.\d+"),
    ],
    ids=["minutes", "seconds", "typed"],
)
def test_a_time_of_day_beside_a_day_is_left_out_with_what_to_do(workspace, day, hour, told):
    snapshot, question, text = guessed(renamed(date=day, time=hour).drop("product", "shop"))

    assert "date" == snapshot.columns.time
    assert ["category"] == question.candidate
    what = "time is left out: a time of day, which date does not tell: join both in one column, as"
    assert re.search(rf"# {what} 2024-\d\d-\d\d {told}\n", text)


def test_the_column_that_every_event_has_is_the_user(workspace):
    """As where people are known by their device until they log in."""
    known = pl.when(pl.int_range(pl.len()) % 3 > 0).then("customerId")
    log = funnel().with_columns(user_id=known, anonymousId=pl.format("d{}", "customerId")).drop("customerId")
    snapshot, _, text = guessed(log)

    assert "anonymousId" == snapshot.columns.user
    assert "also named like a user: user_id" in text


@pytest.mark.parametrize("name", ["user_agent", "userType", "member_tier", "customer age", "app_user_version"])
def test_what_is_known_of_a_user_is_no_user(workspace, name):
    """As where people have an id once they log in: the visit is told of every event."""
    number = pl.int_range(pl.len())
    known = pl.when(number % 5 > 0).then("customerId")
    log = funnel().with_columns(user_id=known, session_id=pl.format("s{}", number % 700)).drop("customerId")
    snapshot, question, text = guessed(log.with_columns((number % 9).alias(name)))

    assert "session_id" == snapshot.columns.user
    assert "also named like a user: user_id\n" in text
    assert ["product"] == question.candidate


@pytest.mark.parametrize("name", ["distinct_id", "anonymous_id", "E-Mail", "email"])
def test_the_users_of_usual_exports_are_known_by_name(workspace, name):
    snapshot, question, _ = guessed(funnel().rename({"customerId": name}).with_columns(session_id=TEXT))

    assert name == snapshot.columns.user
    assert ["product"] == question.candidate


def test_what_is_known_of_a_user_is_no_candidate(workspace):
    born = pl.format("cohort {}", pl.col("customerId").hash(1) % 300)
    _, question, _ = guessed(funnel().with_columns(cohort=born))

    assert ["product"] == question.candidate


def test_a_price_with_its_currency_is_no_candidate_where_there_are_things(workspace):
    price = pl.format("€ {}", pl.int_range(pl.len()) % 300)
    _, question, _ = guessed(funnel().with_columns(price=price))

    assert ["product"] == question.candidate


def test_a_column_of_one_value_is_no_event_type_where_another_tells_them_apart(workspace):
    snapshot, _, _ = guessed(funnel().rename({"event_name": "event_called"}).with_columns(type=pl.lit("track")))

    assert "event_called" == snapshot.columns.event_type


TOLD, OTHER = pl.col("event_name"), pl.format("kind {}", pl.int_range(pl.len()) % 7)


@pytest.mark.parametrize(
    ("columns", "event_type"),
    [
        ({"event_name": TOLD, "event_day": OTHER}, "event_name"),
        ({"event_name": OTHER, "event_day": OTHER}, "event_name"),
        ({"event_type": OTHER, "action": OTHER}, "event_type"),
        ({"event type": OTHER, "event": OTHER, "EventName": OTHER}, "event type"),
        ({"event_type": OTHER, "action": TOLD}, "action"),
        ({"activity": OTHER, "action": OTHER}, "action"),
    ],
    ids=lambda value: "" if isinstance(value, str) else "-".join(value),
)
def test_the_event_type_is_what_tells_a_key_action_or_else_what_is_called_so(workspace, columns, event_type):
    log = funnel()
    snapshot, _, _ = guessed(log.drop("event_name").with_columns(**log.select(**columns).to_dict()))

    assert event_type == snapshot.columns.event_type


def test_a_number_is_no_time_by_its_digits_where_a_text_is(workspace):
    """Ids of ten digits would be times of our days."""
    user = 1_650_000_000 + pl.col("customerId").rank("dense").cast(pl.Int64)
    log = funnel().with_columns(customerId=user.cast(pl.String), fecha=TEXT).drop("occurred_at")
    snapshot, _, _ = guessed(log)

    assert ("customerId", "fecha") == (snapshot.columns.user, snapshot.columns.time)


def test_objects_are_left_out_with_what_to_do(workspace):
    log = funnel().with_columns(properties=pl.struct(screen="shop"), context=pl.lit('{"page": "a"}'))
    _, _, text = guessed(log)

    assert (
        "properties is left out: its values are objects: write their fields as columns, such as properties.screen"
        in (text)
    )
    assert "context is left out: its values are objects: write their fields as columns, such as context.field" in text


def test_a_list_has_as_many_places_as_are_ever_filled(workspace):
    lists = {"two": ["a", "b"], "none": []}
    log = funnel().with_columns(
        tags=pl.when(pl.int_range(pl.len()) % 2 == 0).then(pl.lit(lists["two"])).otherwise(pl.lit(lists["none"])),
        alike=pl.lit(["a", "b"]),
    )
    snapshot, _, text = guessed(log)

    assert 2 == snapshot.attributes["tags"].items
    assert "alike is left out: always the same" in text


def test_where_the_things_lie_is_told_if_no_key_action_has_one(workspace):
    acts = pl.col("event_name") == "order_placed"
    log = (
        funnel()
        .drop("shop", "category")
        .with_columns(product=pl.when(~acts).then("product"), channel=pl.format("c{}", pl.int_range(pl.len()) % 2))
    )
    _, question, text = guessed(log)

    assert ["channel"] == question.candidate
    assert "2 distinct values in key actions; too few to rank, while in other events product has " in text
    assert "distinct values: write them onto the key actions" in text


def test_files_of_a_folder_are_looked_at_from_the_first_to_the_last(workspace):
    """The first day may have no purchase, and later ones have more columns."""
    (workspace / "logs").mkdir()
    log = funnel()
    for number, (_, part) in enumerate(log.sort("occurred_at").group_by(WHEN.dt.date(), maintain_order=True)):
        day = part.filter(pl.col("event_name") != "order_placed") if number == 0 else part
        day = day.with_columns(promo=pl.lit("x")) if number > 20 else day
        day.write_csv(workspace / f"logs/{number:03}.csv")

    assert 0 == main(["init", "logs"])
    text = PARAMS.read_text(encoding="utf-8")
    assert {"event_type": ["order_placed"]} == load().questions["categories"].key_action
    assert "promo is left out: not every file has it" in text
    assert " rows of 50 files of logs; the kinds are" in text


def test_files_without_a_column_in_common_are_no_log(workspace, capsys):
    (workspace / "logs").mkdir()
    funnel().write_csv(workspace / "logs/1.csv")
    pl.DataFrame({"a": [1]}).write_csv(workspace / "logs/2.csv")

    assert 2 == main(["init", "logs"])
    assert "logs: its files have no column in common; a log has a folder of its own" in capsys.readouterr().err


def test_a_device_is_a_candidate_where_there_is_no_other(workspace):
    kept = funnel().select("customerId", "occurred_at", "event_name", device=pl.col("category"))
    kept.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ["device"] == load().questions["categories"].candidate


@pytest.mark.parametrize("kind", [pl.Date, pl.Datetime("ms")])
def test_another_time_without_a_date_is_no_day_of_the_event(workspace, kind):
    """A typed column may hold the largest number where a time is never."""
    number = pl.lit(2**31 - 1, pl.Int32) if kind == pl.Date else pl.lit(2**62, pl.Int64)
    log = funnel().with_columns(expires=number.cast(kind))

    assert "occurred_at" == guessed(log)[0].columns.time


def test_an_event_type_may_be_called_count(workspace):
    log = funnel().rename({"event_name": "count"})

    snapshot, question, _ = guessed(log)
    assert "count" == snapshot.columns.event_type
    assert {"event_type": ["order_placed"]} == question.key_action


@pytest.mark.parametrize(("most", "mark"), [(3, ""), (4, " # guess: some of its lists have more")])
def test_lists_that_have_more_places_than_are_read_are_marked(workspace, most, mark):
    tags = [[f"t{(row + place) % 7}" for place in range(row % most + 1)] for row in range(6_000)]
    snapshot, _, text = guessed(funnel().with_columns(tags=pl.Series(tags)))

    assert 3 == snapshot.attributes["tags"].items
    assert f'    tags: {{"kind": "list", "items": 3}}{mark}' in text.splitlines()
