from pathlib import Path
from typing import Any

import pytest
import yaml

from study.errors import UserError
from study.params import load

PUBLISHED = Path(__file__).parents[2] / "params.yaml"

COMPOSED = {"question": "categories", "arm": "main", "family": "average", "members": ["markov"], "fits": 2}
CELLS = {
    "sum-horizon": ["plain", "long"],
    "sum-horizon-repeat": ["repeat", "long"],
    "sum-horizon-shrt": ["plain", "short"],
    "sum-next-moment": ["repeat", "short"],
}
MISTAKES = [
    ("budget", "defualt", ["budget", "did you mean 'default'? known: quick, default, full"]),
    ("snapshot.name", "my shop", ["snapshot.name: 'my shop' is no name here: it must match ^[a-z0-9]"]),
    ("buget", "quick", ["buget", "unknown", "did you mean 'budget'? known: budget, engine"]),
    ("questions.categories.horizon_days", 0, ["questions.categories", "horizon_days", "greater than or equal to 1"]),
    ("questions.categories.horison", 7, ["questions.categories", "horison", "unknown", "horizon_days"]),
    (
        "questions.categories.candidate",
        ["categry"],
        ["questions.categories.candidate.0", "'categry'", "did you mean 'category'", "department"],
    ),
    ("questions.categories.candidate", ["price"], ["questions.categories.candidate", "'price' is numeric"]),
    (
        "questions.coupons.key_action",
        {"event": ["purchase"]},
        ["questions.coupons.key_action.event", "known: event_type, category"],
    ),
    ("snapshot.source", "postgresql://me:geheim@host/db", ["snapshot.source: credentials", "DOWNFUNNEL_DATABASE"]),
    ("snapshot.columns", {"user": "^who$"}, ["snapshot: '^who$': the name reads as a pattern of names; rename"]),
    ("snapshot.most_events", 0, ["snapshot.most_events", "greater than or equal to 1"]),
    ("snapshot.timezone", "Mars/Olympus", ["snapshot.timezone", "Mars/Olympus"]),
    ("snapshot.columns", {"zone": "Europe/Berln"}, ["snapshot.columns.zone: 'Europe/Berln' is unknown", "IANA"]),
    (
        "snapshot.attributes.price",
        "number",
        ["attributes.price", "did you mean 'numeric'? known: categorical, numeric"],
    ),
    ("questions.young.held_back", 1.5, ["questions.young", "held_back", "less than 1"]),
    ("questions.coupons.candidate", ["category"], ["questions.coupons", "candidate", "unknown", "eligible_days"]),
    ("roster.markov.question", "what", ["roster.markov.question", "'what'", "known: categories, products"]),
    ("roster.markov.question", "products", ["roster.markov.question", "'main' asks 'categories'"]),
    ("roster.markov.arm", "mian", ["roster.markov", "did you mean 'main'? known: main, catalogue"]),
    (
        "contrasts.event-over-next-token.arm",
        "young",
        ["contrasts.event-over-next-token.left (arm young)", "sum-horizon-young", "best:counting"],
    ),
    ("budgets.default.main.trials", 7, ["budgets.default.main", "trials (7)"]),
    (
        "budgets.default.tokens.trials",
        8,
        ["budgets.default.tokens", "this key is unknown", "known: rounds, positions, users"],
    ),
    ("budgets.quick.worlds.workers", 0, ["budgets.quick.worlds.workers", "0 is no number of processes"]),
    ("budgets.default.main.rungs", [0.5, 0.25], ["budgets.default.main", "rungs must rise"]),
    ("roster.markov.rule", "markow", ["roster.markov", "'markow'", "did you mean 'markov'", "popularity"]),
    (
        "roster.sum-horizon.loss",
        "base",
        ["roster.sum-horizon (study.nn.losses): 'base'", "known: bce"],
    ),
    (
        "roster.sum-horizon.loss",
        "negatives",
        ["'negatives' is unknown", "sampled_softmax"],
    ),
    ("roster.sum-horizon.objective", "targets", ["'targets' is unknown", "next_token_weighted"]),
    ("roster.sum-horizon.head", "base", ["(study.nn.heads): 'base' is unknown", "plain"]),
    (
        "roster.sum-horizon-bce.loss_options",
        {"negative": 16},
        ["bce.loss_options: 'negative'", "'negatives'?"],
    ),
    (
        "roster.sum-horizon-bce.loss_options",
        {},
        ["sum-horizon-bce.loss_options.negatives: this is missing"],
    ),
    (
        "roster.sum-horizon.loss_options",
        {"negatives": 1},
        ["loss_options: softmax has no options; remove neg"],
    ),
    (
        "roster.sum-horizon-bpr.loss_options.negatives",
        0,
        ["bpr.loss_options.negatives: 0 is not a whole"],
    ),
    (
        "roster.sum-horizon-bce.loss_options.negatives",
        1.5,
        ["loss_options.negatives: 1.5 is not a whole"],
    ),
    ("roster.sum-horizon-bce.loss_options.negatives", True, ["loss_options.negatives: True is not a whole number"]),
    ("roster.sum-horizon-gbce.loss_options.calibration", "high", ["loss_options.calibration: 'high' is not a number"]),
    (
        "roster.logistic-aggregates.loss",
        "lambdarank",
        ["logistic-aggregates: model linear has no loss 'lambdara"],
    ),
    (
        "roster.who-logistic.loss",
        "lambdarank",
        ["who-logistic: model screening_linear has no loss"],
    ),
    (
        "roster.flat-horizon.objective",
        "masked_event",
        [
            "roster.flat-horizon.objective: model sequence cannot ask 'masked_event' of 'flat'",
            "it can ask: horizon",
        ],
    ),
    ("roster.bidirectional-masked-event.head", "repeat_aware", ["masked-event.head", "never shows it in training"]),
    ("roster.flat-next.head", "composed", ["roster.flat-next.head: 'composed' makes candidates", "asks for tokens"]),
    ("roster.sum-horizon.context", 1, ["roster.sum-horizon", "context", "greater than or equal to 2"]),
    ("questions.categories.candidate", ["event_type"], ["questions.categories.candidate.0", "'event_type' is unknown"]),
    ("roster.flat-horizon.objective", "next_line", ["roster.flat-horizon.objective", "'next_line' of 'flat'"]),
    (
        "roster.sum-horizon.objective",
        "next_token",
        [
            "roster.sum-horizon.objective",
            "'next_token' of 'sum'",
            "it can ask: horizon",
        ],
    ),
    (
        "roster.sum-horizon.objective",
        "across_users",
        ["sum-horizon.objective: model sequence cannot ask 'acr"],
    ),
    ("roster.who-sum-bce.objective", "horizon", ["roster.who-sum-bce.objective", "it can ask: across_users"]),
    (
        "roster.flat-horizon.pretrain",
        "next_token",
        ["flat-horizon.pretrain: 'next_token' has other targets"],
    ),
    ("roster.sum-horizon.pretrain", "masked_event", ["roster.sum-horizon.pretrain: 'masked_event' has other targets"]),
    ("roster.flat-next.loss", "sofmax", ["roster.flat-next", "'sofmax'", "did you mean 'softmax'", "bce"]),
    ("roster.markov.family", "counted", ["roster.markov.family: 'counted'", "known: counting, aggregates, sequence"]),
    (
        "contrasts.event-over-next-token.right",
        "flat",
        ["contrasts.event-over-next-token.right", "'flat'", "known: popularity, flat-next"],
    ),
    ("after_test.complete-journey", ["seeds-averagd"], ["after_test.complete-journey", "mean 'seeds-averaged'"]),
    ("contrasts.trees-over-counting.left", "best:trees", ["'best:trees'", "best:aggregates", "best:hybrid"]),
    ("contrasts.trees-over-counting.question", "tree", ["contrasts.trees-over-counting.question", "'trees'"]),
    ("statistics.alpha", 5, ["statistics.alpha", "less than 0.5"]),
    ("statistics.who_margin", 0, ["statistics.who_margin", "greater than 0"]),
    ("composed.hybrid-lambdarank.base", "sum-horizn", ["composed.hybrid-lambdarank", "did you mean 'sum-horizon'?"]),
    ("composed.hybrid-lambdarank.base", "sum-horizon-young", ["composed.hybrid-lambdarank", "'sum-horizon-young'"]),
    ("composed.hybrid-lambdarank.question", "coupons", ["composed.hybrid-lambdarank.question"]),
    ("composed.hybrid-lambdarank.family", "hybird", ["composed.hybrid-lambdarank.family", "known: hybrid, average"]),
    ("composed.average-of-seeds.members", [], ["composed.average-of-seeds", "members", "at least 1"]),
    ("composed.average-of-seeds.members", ["best:hybrid"], ["composed.average-of-seeds", "'best:hybrid'", "best:se"]),
    ("composed.popularity", COMPOSED, ["composed.popularity", "stands in the roster too"]),
    (
        "composed.average-of-seeds",
        COMPOSED | {"question": "coupons", "arm": "who", "members": ["who-logistic"]},
        ["composed.average-of-seeds.arm", "'who'", "'main' alone"],
    ),
    ("factorial.cells.flat-next-moment", ["flat", "next", "repeat"], ["factorial", "every combination"]),
    ("factorial.factors.head", ["plain"], ["factorial.factors.head"]),
    (
        "factorial",
        {"factors": {"head": ["plain", "repeat"], "context": ["long", "short"]}, "cells": CELLS},
        ["factorial.cells: 'sum-horizon-shrt' is unknown; did you mean 'sum-horizon-short'?"],
    ),
    (
        "roster.sum-horizon.budget_in",
        "tokens",
        ["roster.sum-horizon.budget_in: 'tokens' is unknown; known: events, positions"],
    ),
    ("engine", {"name": "dask"}, ["engine", "'dask' is unknown; known: loky, ray"]),
    ("engine", {"gpus": 0.5}, ["engine", "gpus is a request to a Ray cluster"]),
    ("device", "tpu", ["device", "did you mean 'cpu'? known: auto, cpu, cuda"]),
]


PLACES = [
    ("questions.categories.key_action.event_type", "purchase", "'purchase' is no list; write [purchase]"),
    ("questions.categories.candidate", ["category", "category"], "'category' stands there twice; name it once"),
    ("questions.categories.candidate", "product type", "'product type' is no list; write [\"product type\"]"),
    ("compare_with", "old", "'old' is no list; write [old]"),
    ("questions.categories.key_action.price", {"leest": 1}, ".leest: this key is unknown"),
    ("questions.categories.key_action.price", {"least": "x"}, ".least: Input should be a valid number"),
    ("questions.categories.key_action.price", {"least": 2, "most": 1}, "no number is at least 2 and at most 1; raise"),
    ("questions.categories.key_action.event_type", [], "List should have at least 1 item"),
    ("questions.categories.key_action.event_type", [["purchase"]], ".0: Input should be a valid string"),
    ("questions.categories.key_action", ["purchase"], "keys with values are needed here"),
    ("questions.categories.kind", "whut", "'whut' is unknown; did you mean 'what'?"),
    ("snapshot.attributes.price", "number", "'number' is unknown; did you mean 'numeric'?"),
    ("snapshot.attributes.price", {"kind": "ordinl"}, ".kind: 'ordinl' is unknown; did you mean 'ordinal'?"),
    ("snapshot.attributes.price", {"kind": "ordinal", "order": ["a"]}, ".order: List should have at least 2 items"),
    ("snapshot.attributes.price", {"kind": "ordinal"}, ".order: this is missing; add it"),
    ("snapshot.attributes.price", {"kind": "ordinal", "ordre": ["a"]}, ".ordre: this key is unknown"),
    ("snapshot.attributes.price", {"items": 2}, ".kind: this is missing; add it"),
    ("roster.sum-horizon.context", 0, "Input should be greater than or equal to 2, and is 0"),
]


def changed(place: str, value: Any, folder: Path) -> Path:
    raw = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    *parents, last = place.split(".")
    inner = raw
    for key in parents:
        inner = inner[key]
    inner[last] = value
    path = folder / "params.yaml"
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    return path


def test_the_published_parameters_are_valid():
    params = load(PUBLISHED)

    assert params.spent("main") == getattr(params.budgets, params.budget).main
    assert "categories" == params.asked_by("main")


@pytest.mark.parametrize(("place", "value", "said"), MISTAKES, ids=[f"{m[0]}={m[1]}" for m in MISTAKES])
def test_a_mistake_is_one_line_that_names_place_and_alternatives(place, value, said, tmp_path):
    with pytest.raises(UserError) as caught:
        load(changed(place, value, tmp_path))

    message = str(caught.value)
    assert "\n" not in message
    assert [] == [part for part in said if part not in message], message


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("roster.flat-horizon.objective", "next_moment"),
        ("roster.flat-horizon.pretrain", "next_moment"),
        ("roster.sum-horizon-gbce.loss_options", {"negatives": 1, "calibration": 1}),
        ("roster.who-sum-bce.representation", "flat"),
    ],
)
def test_parts_that_go_together_are_accepted(place, value, tmp_path):
    assert load(changed(place, value, tmp_path)).roster


@pytest.mark.parametrize(("place", "value", "said"), PLACES, ids=[f"{m[0]}={m[1]}" for m in PLACES])
def test_a_place_is_the_one_in_the_file_without_the_types_of_the_study(place, value, said, tmp_path):
    path = changed(place, value, tmp_path)

    with pytest.raises(UserError) as caught:
        load(path)

    assert f"{path}: {place}{'' if said.startswith('.') else ': '}{said}" in str(caught.value)


def test_a_key_that_is_misspelt_is_told_before_what_is_missing_for_it(tmp_path):
    asked = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))["questions"]["categories"]
    asked["windos"] = asked.pop("windows")

    with pytest.raises(UserError, match=r"categories\.windos: this key.*; did you mean 'windows'\? known: "):
        load(changed("questions.categories", asked, tmp_path))


def test_a_missing_file_is_the_users_to_mend(tmp_path):
    with pytest.raises(UserError, match="no such file; run from the root"):
        load(tmp_path / "params.yaml")


@pytest.mark.parametrize("text", ["budget: [", "", "- a list", "until: 2024-13-01", "a: \x01"])
def test_what_is_no_mapping_is_one_line(text, tmp_path):
    path = tmp_path / "params.yaml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(UserError) as caught:
        load(path)

    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_unknown_variant_lists_those_that_resemble_it():
    with pytest.raises(UserError, match=r"did you mean 'tifu-knn'\? known: (.*, ){7}\S+ and \d\d more$"):
        load(PUBLISHED).variant("tifu-kn")


def test_parameters_are_frozen():
    with pytest.raises(ValueError, match="frozen"):
        load(PUBLISHED).seed = 1
