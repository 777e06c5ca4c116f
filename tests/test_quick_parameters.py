"""What `quick` asks for: a short roster, few windows, and nothing that the parameters do not ask for."""

import pytest
import yaml

from study import quick
from study.params import Params
from study.params.diagnostics import Diagnostics
from study.params.worlds import Worlds
from tests.tiny import ROOT


def test_the_short_roster_is_whole():
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))

    short = Params.model_validate(quick.reduced(raw))

    assert {entry.arm for entry in short.roster.values()} == {entry["arm"] for entry in raw["roster"].values()}
    assert {entry.family for entry in short.roster.values()} == {entry["family"] for entry in raw["roster"].values()}
    assert ["hybrid-lambdarank", "average-of-seeds"] == list(short.composed)
    assert 0 < len(short.roster) < len(raw["roster"])
    assert set(short.diagnostics["impersonal"]) <= set(short.roster)
    assert {short.tokens["variant"], *short.worlds["roster"]} <= set(short.roster)
    assert {"popularity", "sum-horizon"} <= set(short.section(Worlds).entries(short.roster))
    assert {"tifu-knn", "tifu-knn-products", "tifu-knn-young"} <= set(short.roster)
    assert {2} == {entry.fits for entry in short.composed.values() if entry.family == "average"}
    assert {6} == {entry.windows for entry in short.roster.values() if entry.family == "aggregates"}
    assert {"hybrid-over-counting", "seeds-averaged"} <= set(short.contrasts)
    assert not {"learners-over-counting", "learners-averaged", "tuple-over-sum"} & set(short.contrasts)
    assert set(short.after_test["complete-journey"]) <= set(short.contrasts)
    assert {"hybrid", "trees"} <= {contrast.question for contrast in short.contrasts.values()}


def test_what_is_already_small_stays_as_it_is():
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw["features"]["max_queries"], raw["statistics"]["resamples"] = 200, 900
    raw["worlds"]["order"]["users"] = 100
    raw["roster"]["logistic-aggregates"]["windows"] = 3

    short = Params.model_validate(quick.reduced(raw))

    assert (200, 900) == (short.features.max_queries, short.statistics.resamples)
    users = {name: quick.reduced(raw)["worlds"][name]["users"] for name in ("order", "binding")}
    assert users["order"] == 100 < users["binding"]
    windows = {name: entry.windows for name, entry in short.roster.items() if entry.family == "aggregates"}
    assert (3, 6) == (windows["logistic-aggregates"], windows["who-logistic"])


@pytest.mark.parametrize(
    ("windows", "young"),
    [
        ({"stop": 1, "select": 1, "test": 1}, {"stop": 1, "select": 1, "test": 1}),
        ({"stop": 2, "select": 4, "test": 4}, {"stop": 1, "select": 1, "test": 2}),
    ],
)
def test_no_question_has_more_windows_than_the_parameters_ask_for(windows, young):
    """A log that `check` accepts need not have room for them."""
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    for question in raw["questions"].values():
        question["windows"] = windows

    short = Params.model_validate(quick.reduced(raw)).questions
    assert young == short.pop("young").windows.model_dump()
    assert {(1, 1, 1)} == {tuple(question.windows.model_dump().values()) for question in short.values()}


def test_what_stands_first_in_the_roster_does_not_cost_what_others_need():
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw["roster"] = {"recent-popularity": raw["roster"]["recent-popularity"]} | raw["roster"]
    raw["diagnostics"]["impersonal"] = ["co-occurrence", "popularity"]

    short = Params.model_validate(quick.reduced(raw))

    assert "recent-popularity" not in short.roster
    assert "tifu-knn" in short.roster
    assert ["co-occurrence", "popularity"] == short.section(Diagnostics).impersonal
    assert "popularity" in short.section(Worlds).entries(short.roster)


@pytest.mark.parametrize(("declared", "taken"), [(None, 500_000), (2_000_000, 500_000), (1_000, 1_000)])
def test_of_a_large_log_no_more_is_studied_than_a_taste_needs(declared, taken):
    short = quick.reduced({"snapshot": {"name": "log", "most_events": declared}})

    assert {"name": "log", "most_events": taken} == short["snapshot"]


def test_a_family_that_is_not_asked_about_is_not_in_the_taste_either():
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw["diagnostics"]["screened"] = []
    del raw["diagnostics"]["asked"]["counting"]
    short = quick.reduced(raw)["diagnostics"]

    assert (["sequence"], []) == (list(short["asked"]), short["screened"])


def test_where_none_of_the_usual_families_is_asked_about_the_first_that_is_stays():
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw["diagnostics"]["asked"] = {"aggregates": ["order", "labels"], "hybrid": ["recent"]}

    assert {"aggregates": ["order", "labels"]} == quick.reduced(raw)["diagnostics"]["asked"]
