"""The default log: what is known of a day alone stands where nothing is known too early."""

from datetime import time

import polars as pl
import pytest

from study.events.complete_journey import ZONE, read


@pytest.mark.slow
def test_a_redemption_is_the_last_of_its_day_and_a_campaign_the_first():
    local = read().with_columns(pl.col("timestamp").dt.convert_time_zone(ZONE).dt.time().alias("at"))
    placed = dict(local.group_by("event_type").agg(pl.col("at").unique()).iter_rows())

    assert [time(23, 59, 59)] == placed["coupon_redeemed"]
    assert [time(0)] == placed["campaign_received"]
    assert len(placed["purchase"]) > 2
