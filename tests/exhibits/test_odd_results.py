"""What is said of results that are unlike those of the default log: without contrasts, say, or with one seed."""

from dataclasses import replace

import pytest

from study.errors import UserError
from study.exhibits import answers, caveats, choose, cost, evidence, leaderboard, results, source
from tests.exhibits.asking import say, told
from tests.exhibits.test_scope import LOSS, still_learning

SHIP = "What to ship, at what cost?"


def only(*names: str):
    """A change of results: these contrasts alone."""

    def change(written):
        written["contrasts.json"] = [one for one in written["contrasts.json"] if one["name"] in names]

    return change


def with_entry(found, name, **changes):
    """The results with one more variant in the roster, which is the anchor but for the changes."""
    entry = found.params.roster["sum-horizon"].model_copy(update=changes)
    roster = found.params.roster | {name: entry}
    return replace(found, params=found.params.model_copy(update={"roster": roster}))


def test_where_nothing_was_compared_with_counting_nothing_is_said_to_have_lost(made):
    shown = told(made(only("horizon-over-moment")), SHIP)

    assert "best on select of the counting rules, since no contrast is with the best counting rule" in shown


def test_losses_of_the_larger_catalogue_alone_are_told(made):
    shown = told(made(only(), catalogue=say("worse", "bpr-over-softmax-products")), LOSS)

    assert "as objective, partly in favour of the full softmax" in shown
    assert "so these results cannot say" in told(made(only()), LOSS)


def test_budgets_are_said_to_differ_where_they_do(made):
    found = made(say("worse", "bpr-over-softmax"), catalogue=say("worse", "bpr-over-softmax-products"))
    budgets = found.params.budgets
    one = budgets.default.model_copy(update={"catalogue": budgets.default.main})
    alike = found.params.model_copy(update={"budgets": budgets.model_copy(update={"default": one})})

    assert "which no contrast tests itself, and the budgets of the two arms differ" in told(found, LOSS)
    assert "budgets of the two arms differ" not in told(replace(found, params=alike), LOSS)


def test_a_model_with_a_shorter_twin_is_no_control_because_it_has_a_longer_one_too(made):
    found = with_entry(made(), "sum-horizon-long", context=256)

    assert choose.is_short(found, "sum-horizon-short")
    assert not choose.is_short(found, "sum-horizon")
    assert not choose.is_short(found, "sum-horizon-long")


def test_of_an_arm_without_a_variant_an_answer_says_so_in_its_middle(made, monkeypatch):
    monkeypatch.setattr(source, "not_run", lambda _: "No variant of the roster is of the arm <code>who</code>.")

    assert source.missing("who") == "these results cannot say: no variant of the roster is of the arm <code>who</code>"


@pytest.mark.parametrize("question", answers.QUESTIONS, ids=lambda one: one.asked)
def test_no_parenthesis_follows_another(made, question):
    sides = ("sum-horizon-bpr", "sum-horizon", "mean-pool-horizon", "gru-horizon")
    mixed = say("worse", "bpr-over-softmax", "gru-over-causal", "horizon-over-moment")

    def change(written):
        mixed(written)
        still_learning(*sides)(written)

    whole = made(change, diagnoses=[], catalogue=mixed, young=mixed, who=mixed)

    assert ") (" not in told(whole, question.asked)


def test_one_seed_is_not_covered_by_an_interval(made):
    found = made()
    budgets = found.params.budgets
    one = budgets.default.model_copy(update={"main": budgets.default.main.model_copy(update={"seeds": 1})})
    alone = found.params.model_copy(update={"budgets": budgets.model_copy(update={"default": one})})

    assert "the intervals cover users and seeds, not" in caveats.caveats(found).text
    assert "the intervals cover users, not" in caveats.caveats(replace(found, params=alone)).text


def test_a_fit_that_reads_the_log_many_times_is_not_called_brief(made):
    def large(written):
        written["data.json"]["events"] = 10**7

    assert "Small models, trained briefly." in caveats.caveats(made(large)).text
    assert "Small models." in caveats.caveats(made()).text  # of a log of five events


def test_single_fits_of_larger_models_are_those_of_the_log_of_the_study(made):
    def of_another_log(written):
        written["data.json"]["source"] = "mine.parquet"

    expected = "By single fits on select, longer training helps models with the plain head, flat ones most"
    assert expected in caveats.caveats(made()).text
    assert expected not in caveats.caveats(made(of_another_log)).text


def test_a_frontier_of_what_learns_nothing_has_no_gap_in_its_sentence(made):
    def counts_win(written):
        for name, document in written.items():
            if name.startswith("cost/") and name != "cost/popularity.json":
                document["parameters"] = 10
        written["cost/popularity.json"]["parameters"] = 0

    assert (
        "on it: only what is left out. Left out, but counted for the frontier: 1 variant with no learned parameters."
        in cost.scatter(made(counts_win)).text.replace("&#x27;", "'")
    )


def test_a_recall_that_no_query_has_is_left_out_of_the_sentence(made):
    def none(written):
        for row in written["leaderboard.json"]:
            row["estimates"]["recall@10/repeat"]["estimate"] = None

    shown = leaderboard.repeat_and_explore(made(none)).text

    assert "of the repeats and" not in shown
    assert "of the new ones, each averaged" in shown


def test_a_roster_without_the_arm_main_is_refused_in_a_line(made, monkeypatch):
    params = made().params
    roster = {name: entry for name, entry in params.roster.items() if entry.arm != "main"}
    monkeypatch.setattr(results.params, "load", lambda: params.model_copy(update={"roster": roster, "composed": {}}))

    with pytest.raises(UserError, match=r"^params.yaml: roster: no variant is of the arm main"):
        results.load()


def test_without_contrasts_no_figure_of_seeds_is_drawn(made):
    assert evidence.seeds(made(), []).text == ""
