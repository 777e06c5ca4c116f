"""A log of one's own, and an empty folder in which its parameters are made."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tests.tiny import ROOT, inside

START = datetime(2024, 1, 1, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "study").symlink_to(ROOT / "study")
    (tmp_path / "params.yaml").write_bytes((ROOT / "params.yaml").read_bytes())
    with inside(tmp_path):
        yield tmp_path


def funnel(users: int = 200, days: int = 200) -> pl.DataFrame:
    """A log whose columns a newcomer would recognise."""
    generator = np.random.default_rng(0)
    count = users * 30
    kind = generator.choice(["page_view", "order_placed"], count, p=[0.8, 0.2])
    return pl.DataFrame(
        {
            "customerId": generator.integers(0, users, count),
            "occurred_at": [START + timedelta(days=float(d)) for d in generator.uniform(0, days, count)],
            "event_name": kind,
            "category": [f"c{i}" for i in generator.integers(0, 40, count)],
            "product": [f"p{i}" for i in generator.integers(0, 400, count)],
            "button text": generator.choice(["Buy now", "Hello you"], count),
            "price": generator.gamma(2, 5, count).round(2),
            "shop": generator.integers(1, 60, count),
            "request": [f"r{i}" for i in range(count)],
            "constant": "x",
            "nothing": pl.Series([None] * count, dtype=pl.String),
        }
    )
