"""The pages say what is ranked, what counting rules count, and what a round of training costs."""

import re
from dataclasses import replace

import pytest

from study.exhibits import catalogue, cost, data, evidence, heads, objective_and_loss, plan, rules, young
from study.exhibits.key_action import candidate
from study.models.sequence import PRETRAINED_SHARE
from study.params.question import WhatQuestion
from study.training.contrast import SLICE, TEMPERATURE, USERS
from tests.exhibits.pairing import text

HELD = "(20 % of those with at least 20 events are held back)"


def rows_of(html) -> dict[str, str]:
    """The rows of a table as text, by the text of their first cell."""
    rows = re.findall(r"<tr><td.*?</tr>", html.text)
    return {text(re.findall(r"<td.*?</td>", row)[0]): text(row) for row in rows}


def test_candidates_are_named_by_their_columns(made):
    asked = made().params.questions["young"]
    assert isinstance(asked, WhatQuestion)

    assert f"the values of <code>product_type</code> {HELD}" == candidate(asked)
    several = asked.model_copy(update={"candidate": ["element", "colour"], "held_back": 0.0})
    assert "the values of <code>element</code> and <code>colour</code> together" == candidate(several)
    assert "users" == candidate(made().params.questions["coupons"])


def test_the_page_young_counts_queries_with_a_young_candidate(made):
    """Both queries of the hand-made log have one."""
    told = text(young.answer(made(young=lambda _: None).beside("young")))

    assert f"The candidates are the values of product_type {HELD}: 2 occur" in told
    assert "2 of 2 queries have one." in told


def test_the_page_catalogue_says_what_the_candidates_of_each_arm_are(made):
    told = text(catalogue.asked(made(catalogue=lambda _: None)))

    assert "In the arm main the candidates are the values of category, 2 of them" in told
    assert "In the arm catalogue the candidates are the values of product_type, 2 of them" in told


def test_the_seconds_of_a_round_are_told_apart_from_how_many_there_were(made):
    def change(written):
        written["tuning.json"]["sum-horizon"] |= {"rounds": 5, "last_round": 5}
        written["cost/sum-horizon.json"] |= {"refit_seconds": 20}

    board = catalogue.board(made(change)).text
    row = next(row for row in board.split("<tr>") if "<code>sum-horizon</code>" in row)

    assert '<td class="number" data-key="5">5</td><td class="number" data-key="4.0">4.0 s</td>' in row


def test_captions_say_what_the_brackets_are(made):
    results = made(young=lambda _: None)
    tables = [catalogue.board(results), cost.costs(results), evidence.sides(results, results.contrasts)]
    told = "in brackets: the 95 % interval over users and seeds"

    assert all(told in shown.text for shown in [*tables, young.board(results.beside("young"))])
    assert "its 95 % interval over users and seeds against" in cost.scatter(results).text


def test_the_windows_say_what_is_told_of_test(made):
    shown = data.windows(made())

    assert "of the test windows only the number of queries, that is of users who act, is told" in shown.text
    assert ">share of repeats<" in shown.text


def test_the_arms_are_told_with_their_key_action_and_what_is_ranked(made):
    shown = rows_of(plan.arms(made()))

    assert f"event_type is purchasethe values of product_type {HELD}" in shown["young"]
    assert "discount is couponusers" in shown["who"]


@pytest.mark.parametrize(("budget_in", "expected"), [("events", "events<"), ("positions", "events or tokens<")])
def test_the_cells_of_the_factorial_are_under_one_cap_on_what_their_budgets_count(made, budget_in, expected):
    results = made()
    counted = results.params.roster["flat-next-moment"].model_copy(update={"budget_in": budget_in})
    roster = results.params.roster | {"flat-next-moment": counted}
    shown = plan.factorial(replace(results, params=results.params.model_copy(update={"roster": roster}))).text

    assert f"all under the same cap on {expected}" in shown


def test_every_counting_rule_is_defined_with_its_variants(made):
    shown = rows_of(rules.counting(made()))

    assert "halved with each half-life" in shown["personal_decay"]
    assert "personal-decay-products" in shown["personal_decay"]
    assert {"popularity", "recent_popularity", "personal_frequency", "tifu_knn", "co_occurrence", "markov"} <= set(
        shown
    )
    assert all(len(row) > 60 for row in shown.values())


def test_models_of_aggregates_are_told_with_the_windows_that_they_learn_from(made):
    shown = rows_of(rules.aggregates(made()))

    assert shown["lightgbm-recent"].endswith("lambdarankthe last 6")
    assert shown["lightgbm-lambdarank"].endswith("lambdarankall")
    assert "Logistic regression" in shown["logistic-aggregates"]
    assert not any("`" in row for row in shown.values())


def test_rosters_without_rules_or_aggregates_say_so(made):
    results = made()
    params = results.params.model_copy(update={"roster": {}})
    bare = type(results)(results.root, params)

    assert "No counting rule is declared." in text(rules.counting(bare))
    assert "No model of aggregates is declared." in text(rules.aggregates(bare))


def test_the_limit_of_hybrids_names_the_rounds_of_the_base(made):
    assert "the number of its rounds were chosen by recall" in text(heads.recipes(made()))


def test_a_pretrained_model_is_told_with_the_rounds_that_it_has_left(made):
    """A quarter of the 8 rounds of the budget."""
    told = text(objective_and_loss.notes(made()))

    assert "of the 8 rounds that every side has, sum-pretrained-horizon spends the first 2 (25 %) on the next" in told
    assert PRETRAINED_SHARE == 0.25


def test_with_one_round_nothing_is_said_to_be_pretrained(made):
    results = made()
    budget = results.budget.model_copy(update={"rounds": 1})
    results.__dict__["budget"] = budget

    assert "In a budget of one round sum-pretrained-horizon is not pre-trained." in text(
        objective_and_loss.notes(results)
    )


def test_the_slices_of_the_contrastive_term_are_told_in_tokens_and_events(made):
    """Hand-made events have a type and nine of ten times a category: 64 tokens are 64 / 1.9 events."""
    told = text(objective_and_loss.notes(made()))

    assert f"draws {USERS} users and of each two slices of {SLICE} tokens, about {SLICE / 1.9:.1f} events" in told
    assert f"InfoNCE (van den Oord and others, 2018) at temperature {TEMPERATURE:g}: " in told


def test_a_roster_without_pretraining_and_contrast_has_no_notes(made):
    results = made()
    params = results.params.model_copy(update={"roster": {"popularity": results.params.roster["popularity"]}})

    assert "" == objective_and_loss.notes(type(results)(results.root, params)).text
