"""What `init` reads from the names that columns have."""

import polars as pl
import pytest

from study.__main__ import main
from study.events.guess_names import is_act, keys_of
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


@pytest.mark.parametrize("name", ["ts", "ts_ms", "event_ts", "epoch_ms", "epoch", "unix"])
def test_milliseconds_since_1970_are_the_time_where_their_column_is_named_so(workspace, name):
    log = funnel().with_columns(pl.col("occurred_at").dt.epoch("ms").alias(name)).drop("occurred_at")
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert name == load().snapshot.columns.time


@pytest.mark.parametrize(
    "name",
    [
        *("dwell", "dwell_s", "load_ms", "elapsed", "itemCount", "scores", "unit.price", "TOTAL_AMOUNT"),
        *("number_of_groups", "rank_in_category"),
    ],
)
def test_whole_numbers_that_are_named_like_a_measure_are_measured_and_no_candidate(workspace, name):
    funnel().with_columns((pl.int_range(pl.len()) % 300).alias(name)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "numeric" == load().snapshot.attributes[name]
    assert ["product"] == load().questions["categories"].candidate


THINGS = (
    *("page", "image", "message", "language", "package", "stage", "country", "county", "account", "order_number"),
    *("operatingSystem", "summary", "corporate", "discount_code"),
)


def test_numbers_of_things_are_not_measured_though_their_name_holds_that_of_a_measure(workspace):
    log = funnel().with_columns((pl.int_range(pl.len()) % 80).alias(name) for name in THINGS)
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"categorical"} == {load().snapshot.attributes[name] for name in THINGS}


@pytest.mark.parametrize("name", ["page", "country", "discount_code", "stage", "context"])
def test_a_thing_whose_name_holds_that_of_a_measure_or_of_words_may_be_the_candidate(workspace, name):
    number = pl.int_range(pl.len())
    log = funnel().drop("category", "product", "shop").with_columns(colour=pl.format("c{}", number % 4))
    log.with_columns(pl.format("thing {}", number % 80).alias(name)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert [name] == load().questions["categories"].candidate


@pytest.mark.parametrize(
    ("acts", "key"),
    [
        (["page_view", "bookmark", "purchase"], "purchase"),
        (["order_placed", "bookmark", "facebook_share", "unsubscribe"], "order_placed"),
        (["paid", "checkout", "productPurchased"], "productPurchased"),
        (["Product Viewed", "Checkout Started", "Order Completed"], "Order Completed"),
        (["view", "cart", "checkout", "payment"], "payment"),
        (["cart", "Check-out", "begin"], "Check-out"),
        (["add_to_cart", "placeorder"], "placeorder"),
        (["subscribed", "conversation_started"], "subscribed"),
        (["ORDERED", "OrderCompleted"], "ORDERED"),
        (["bookings", "facebook"], "bookings"),
        (["signUp", "wholesale"], "signUp"),
        (["Order Updated", "Order Refunded", "Order Completed"], "Order Completed"),
        (["payment_failed", "payment_success"], "payment_success"),
        (["order_cancelled", "order_completed"], "order_completed"),
        (["Order Viewed", "Order Completed"], "Order Completed"),
        (["purchase_failed", "order"], "order"),
        (["Page Viewed", "Plan Upgraded"], "Plan Upgraded"),
        (["app_upgrade", "Order Completed"], "Order Completed"),
        (["upgrade", "checkout"], "checkout"),
        (["order_shipped", "order_delivered", "order_completed"], "order_completed"),
    ],
)
def test_a_key_action_is_known_by_whole_words_a_purchase_before_all(acts, key):
    assert key == keys_of(acts)[0]


def test_other_types_that_are_named_like_a_key_action_are_told_beside_it(workspace):
    rare = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("order_refunded"))
    funnel().with_columns(event_name=rare.otherwise("event_name")).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"event_type": ["order_placed"]} == load().questions["categories"].key_action
    assert "by its name (so is order_refunded); " in PARAMS.read_text(encoding="utf-8")


def test_a_key_action_that_is_written_in_two_ways_is_taken_in_both(workspace, capsys):
    capital = pl.when(pl.int_range(pl.len()) % 2 == 0).then(
        pl.col("event_name").replace("order_placed", "Order_Placed")
    )
    funnel().with_columns(event_name=capital.otherwise("event_name")).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert {"Order_Placed", "order_placed"} == set(load().questions["categories"].key_action["event_type"])
    assert "the log also has: page_view" in PARAMS.read_text(encoding="utf-8")
    assert "are equal but for case" in capsys.readouterr().out


def flagged(name: str, yes: object, no: object) -> pl.DataFrame:
    """The log with a flag instead of an event type."""
    flag = pl.when(pl.col("event_name") == "order_placed").then(pl.lit(yes)).otherwise(pl.lit(no))
    return funnel().with_columns(flag.alias(name)).drop("event_name")


@pytest.mark.parametrize(
    ("name", "yes", "no", "value"),
    [
        ("is_purchase", 1, 0, "1"),
        ("isPurchase", 1.0, 0.0, "1"),
        ("bought", True, False, "true"),
        ("converted", "Yes", "No", "Yes"),
        ("has_ordered", "y", None, "y"),
    ],
)
def test_a_flag_that_is_named_like_a_key_action_tells_it_where_no_event_type_does(workspace, name, yes, no, value):
    flagged(name, yes, no).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert {name: [value]} == load().questions["categories"].key_action
    assert load().snapshot.columns.event_type is None
    written = PARAMS.read_text(encoding="utf-8")
    assert "by its name; 20." in written and "all events are of one type" in written


def test_the_flag_is_taken_before_an_event_type_that_is_named_like_no_key_action(workspace):
    click = pl.when(pl.int_range(pl.len()) % 7 == 0).then(pl.lit("tap")).otherwise(pl.lit("view"))
    flagged("is_purchase", 1, 0).with_columns(event_name=click).write_parquet("log.parquet")

    assert [0, 0] == [main(["init", "log.parquet"]), main(["check"])]
    assert {"is_purchase": ["1"]} == load().questions["categories"].key_action
    assert "event_name" == load().snapshot.columns.event_type
    assert "no event type is named like one: tap, view" in PARAMS.read_text(encoding="utf-8")


def test_an_event_type_that_is_named_like_a_key_action_goes_before_a_flag(workspace):
    funnel().with_columns(is_purchase=pl.col("event_name") == "page_view").write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"event_type": ["order_placed"]} == load().questions["categories"].key_action


@pytest.mark.parametrize("name", ["is_purchase_page", "purchase_cancelled", "is_member", "unsubscribed"])
def test_a_flag_of_another_name_is_no_key_action(workspace, name):
    flagged(name, 1, 0).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"event_type": ["event"]} == load().questions["categories"].key_action


def test_a_flag_that_says_of_users_whether_they_bought_is_no_key_action(workspace):
    funnel().drop("event_name").with_columns(bought=pl.col("customerId") % 3 == 0).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"event_type": ["event"]} == load().questions["categories"].key_action


@pytest.mark.parametrize(("yes", "no"), [(True, False), ("Yes", "No"), (1, 0)])
def test_what_says_only_yes_or_no_is_no_user(workspace, yes, no):
    """Its name is the shorter one, and would go before."""
    flag = pl.when(pl.int_range(pl.len()) % 3 == 0).then(pl.lit(yes)).otherwise(pl.lit(no))
    log = funnel().rename({"customerId": "customer number"}).with_columns(customer=flag)
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "customer number" == load().snapshot.columns.user
    assert "categorical" == load().snapshot.attributes["customer"]
    assert "also named like a user" not in PARAMS.read_text(encoding="utf-8")


def test_a_plural_in_brackets_is_no_unit(workspace):
    log = funnel().drop("category", "product", "shop").with_columns(colour=pl.format("c{}", pl.int_range(pl.len()) % 4))
    log.with_columns(pl.format("p {}", pl.int_range(pl.len()) % 80).alias("Product(s)")).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ["Product(s)"] == load().questions["categories"].candidate


@pytest.mark.parametrize("act", ["bookmark", "facebook_share", "unsubscribe", "page_view"])
def test_what_users_do_besides_is_no_key_action_though_its_name_holds_that_of_one(act):
    assert [] == keys_of([act])
    assert is_act(act)


def test_the_key_action_is_the_purchase_where_a_rarer_type_holds_the_name_of_one(workspace):
    rare = pl.when(pl.int_range(pl.len()) % 9 == 0).then(pl.lit("bookmark"))
    acts = rare.otherwise(pl.col("event_name").replace("order_placed", "checkout"))
    funnel().with_columns(event_name=acts).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"event_type": ["checkout"]} == load().questions["categories"].key_action
