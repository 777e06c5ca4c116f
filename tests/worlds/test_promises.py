"""What the worlds promise with the published dials: their margins, their windows, the same log for the same seed."""

import re

import numpy as np
import polars as pl
import pytest
import yaml
from pydantic import ValidationError

from study.params import load
from study.params.worlds import NAMES, BindingSettings, DelaySettings, OrderSettings, Worlds
from study.paths import PARAMS
from study.worlds import binding, delay, order
from study.worlds.diary import ITEM, PURCHASE
from study.worlds.series import exponential, logarithm, product, reciprocal
from tests.tiny import ROOT
from tests.worlds.test_oracles import TINY

DIALS = load(ROOT / PARAMS).section(Worlds)
ORDER, BINDING, DELAY = DIALS.order, DIALS.binding, DIALS.delay
WORLDS = [(order, ORDER), (binding, BINDING), (delay, DELAY)]


def with_last(events: pl.DataFrame, kind: str, column: str, name: str, nth: int = 1) -> pl.DataFrame:
    """The value of a column of the nth last event of a kind before each event of the user."""
    earlier = events.filter(pl.col("event_type") == kind).select(
        "user_id", "timestamp", pl.col(column).shift(nth - 1).over("user_id").alias(name)
    )
    return events.sort("timestamp").join_asof(
        earlier.sort("timestamp"), on="timestamp", by="user_id", allow_exact_matches=False, check_sortedness=False
    )


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("TINY of tests/worlds/test_oracles.py", [*TINY, "shop"]),
        ("dvc.yaml, stage worlds", yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]["worlds"]["foreach"]),
        ("report/worlds.md", re.findall(r"^- \*(\w+)\*:", (ROOT / "report" / "worlds.md").read_text(), re.MULTILINE)),
    ],
)
def test_every_world_is_named_wherever_worlds_are(place, named) -> None:
    assert set(NAMES) == set(named), f"{place}: name every world there, and no other"


@pytest.mark.parametrize(("module", "settings"), WORLDS)
def test_no_window_has_two_key_actions(module, settings) -> None:
    bought = module.simulate(settings, 1).filter(pl.col("event_type") == PURCHASE).sort("user_id", "timestamp")
    gaps = bought.select(pl.col("timestamp").dt.date().diff().over("user_id").dt.total_days()).to_series().drop_nulls()
    assert 7 <= gaps.min()


@pytest.mark.parametrize(("module", "settings"), WORLDS)
def test_a_seed_gives_one_log(module, settings) -> None:
    assert module.simulate(settings, 1).equals(module.simulate(settings, 1))
    assert not module.simulate(settings, 1).equals(module.simulate(settings, 2))


def test_order_alone_decides_and_either_page_leaves_many() -> None:
    events = order.simulate(ORDER, 1)
    told = with_last(with_last(events, "view", "page", "last"), "view", "page", "before", nth=2)
    gaps = told.filter(pl.col("event_type") == "view").sort("user_id", "timestamp")
    within = gaps.select(pl.col("timestamp").diff().over("user_id").dt.total_seconds()).to_series().drop_nulls()
    assert (within <= 60).mean() > 0.6
    bought = told.filter((pl.col("event_type") == PURCHASE) & pl.col("before").is_not_null())
    both = bought.group_by("before", "last").agg(pl.col(ITEM).n_unique(), pl.len())
    assert both["item"].max() == ORDER.group
    assert both["len"].min() >= 100
    for page in ("before", "last"):
        counts = bought.group_by(page, ITEM).len()
        assert 25 <= counts.group_by(page).len()["len"].min()
        assert counts["len"].max() < 4 * counts["len"].mean()


def test_binding_has_uniform_margins_and_a_trigger_that_is_not_the_last_event() -> None:
    events = binding.simulate(BINDING, 1)
    clicks = events.filter(pl.col("event_type") == "click")
    pairs = clicks.group_by("colour", "place").len()
    assert (pairs.height, True) == (100, pairs["len"].min() > 0.7 * pairs["len"].mean())
    told = with_last(with_last(events, "click", "colour", "c"), "click", "place", "p")
    bought = told.filter((pl.col("event_type") == PURCHASE) & pl.col("c").is_not_null())
    assert bought.group_by("c", "p").agg(pl.col(ITEM).n_unique())[ITEM].max() == BINDING.group
    for half in ("c", "p"):
        counts = bought.group_by(half, ITEM).len()
        assert 25 <= counts.group_by(half).len()["len"].min()
        assert counts["len"].max() < 4 * counts["len"].mean()
    previous = events.select("event_type", pl.col("event_type").shift(1).over("user_id").alias("previous"))
    before_purchase = previous.filter(pl.col("event_type") == PURCHASE)["previous"].drop_nulls()
    assert "click" not in before_purchase.to_list()


def test_a_wish_is_granted_three_to_six_days_later_and_views_lie_between() -> None:
    events = delay.simulate(DELAY.model_copy(update={"whim": 0.0}), 1)
    told = with_last(events.with_columns(made=pl.col("timestamp").dt.date()), "wish", "made", "wished")
    bought = told.filter(pl.col("event_type") == PURCHASE)
    waits = (bought["timestamp"].dt.date() - bought["wished"]).dt.total_days()
    assert {3, 4, 5, 6} == set(waits)
    views = events.filter(pl.col("event_type") == "view").height
    assert views > 2 * bought.height
    wishes = with_last(events.with_columns(made=pl.col("timestamp").dt.date()), PURCHASE, "made", "bought")
    since = wishes.filter(pl.col("event_type") == "wish").select(pl.col("timestamp").dt.date() - pl.col("bought"))
    assert since.to_series().dt.total_days().min() == 7 - DELAY.waits[0]  # as early as no window has two key actions


def test_dials_that_break_a_world_are_refused() -> None:
    with pytest.raises(ValidationError, match="25"):
        OrderSettings.model_validate(ORDER.model_dump() | {"group": 4})
    with pytest.raises(ValidationError, match="100 pairs"):
        BindingSettings.model_validate(BINDING.model_dump() | {"values": 9})
    with pytest.raises(ValidationError, match="multiple of shades"):
        BindingSettings.model_validate(BINDING.model_dump() | {"values": 11})
    with pytest.raises(ValidationError, match="leaves 20 candidates"):
        BindingSettings.model_validate(BINDING.model_dump() | {"shades": 5})
    with pytest.raises(ValidationError, match="horizon"):
        DelaySettings.model_validate(DELAY.model_dump() | {"waits": (3, 8)})


def test_series_are_what_they_say() -> None:
    geometric = np.ones(6)
    np.testing.assert_allclose([1, 2, 3, 4, 5, 6], product(geometric, geometric))
    np.testing.assert_allclose([1, -1, 0, 0, 0, 0], reciprocal(geometric))
    np.testing.assert_allclose([0, 1, 1 / 2, 1 / 3, 1 / 4, 1 / 5], logarithm(geometric))
    np.testing.assert_allclose([1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120], exponential(np.array([0, 1, 0, 0, 0, 0.0])))
