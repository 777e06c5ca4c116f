"""`init` takes no sign-up for the key action where another one is as likely: who has none yet cannot be asked about."""

import polars as pl
import pytest

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]
NUMBER = pl.int_range(pl.len())
PASSED = "; passed over: Signed Up, nearly always the first event of its user, who cannot be asked about before"


def begun(later: str, but: int = 0) -> pl.DataFrame:
    """The funnel of users who begin with a sign-up, but for one view before it in so many; later acts have a name."""
    log = funnel(400).with_columns(event_name=pl.col("event_name").replace("order_placed", later)).sort("occurred_at")
    place = NUMBER.over("customerId")
    is_late = pl.col("customerId") % but == 0 if but else pl.lit(value=False)
    return log.with_columns(
        pl.when(place == is_late.cast(pl.Int64)).then(pl.lit("Signed Up")).otherwise("event_name").alias("event_name")
    )


@pytest.mark.parametrize(
    ("later", "but", "key", "is_passed"),
    [
        ("Plan Upgraded", 0, "Plan Upgraded", True),
        ("Subscription Started", 0, "Subscription Started", True),
        ("plan_upgraded", 40, "plan_upgraded", True),
        ("plan_upgraded", 10, "Signed Up", False),
        ("Order Completed", 0, "Order Completed", True),
        ("Upgrade Failed", 0, "Signed Up", False),
        ("order_delivered", 0, "Signed Up", False),
        ("click", 0, "Signed Up", False),
    ],
)
def test_a_type_with_which_users_begin_is_passed_over_where_there_is_another(workspace, later, but, key, is_passed):
    begun(later, but).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert {"event_type": [key]} == load().questions["categories"].key_action
    assert is_passed == (PASSED in PARAMS.read_text(encoding="utf-8"))


def test_where_users_begin_with_all_of_them_the_likeliest_stays(workspace):
    """As where all that a user does is of one moment."""
    moment = pl.col("occurred_at").min() + pl.duration(days=pl.col("customerId") % 100)
    begun("Plan Upgraded").with_columns(moment.alias("occurred_at")).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    text = PARAMS.read_text(encoding="utf-8")
    assert {"event_type": ["Signed Up"]} == load().questions["categories"].key_action
    assert "by its name (so is Plan Upgraded); " in text and "passed over" not in text
