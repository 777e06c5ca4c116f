"""The way from the practitioner's model to the best, in declared contrasts that change one part each."""

import json
import re
from dataclasses import replace
from itertools import pairwise

import pytest

from study.exhibits import distance, orders
from study.metrics.few_seeds import ByStudent
from tests.exhibits.asking import say
from tests.exhibits.pairing import text

START = "flat-next-tokens"
WAY = ["flat-next", "flat-next-moment", "sum-next-moment", "sum-horizon", "sum-horizon-repeat", "hybrid-lambdarank"]


def best_is(*names):
    """A change of results: these are the best on select, the first of them most."""

    def change(written):
        for row in written["leaderboard.json"]:
            row["select"] = 0.9 - 0.1 * names.index(row["variant"]) if row["variant"] in names else 0.3
            row["select"] *= row["variant"] != "popularity"
        written["leaderboard.json"].sort(key=lambda row: -row["select"])

    return change


def first_way(results):
    """The way that is shown; none where nothing leads anywhere."""
    return next(iter(distance.ways(results)), [])


def variants_of(steps):
    return [step.contrast.left_variant for step in steps]


def without(*names):
    """A change of results, before which the hybrid is best: these contrasts are not declared."""

    def change(written):
        best_is("hybrid-lambdarank")(written)
        written["contrasts.json"] = [one for one in written["contrasts.json"] if one["name"] not in names]

    return change


def test_every_step_begins_where_the_one_before_it_ends_and_changes_one_part(made):
    steps = first_way(made(best_is("hybrid-lambdarank")))

    assert WAY == variants_of(steps)
    assert START == steps[0].contrast.right_variant
    assert all(a.contrast.left_variant == b.contrast.right_variant for a, b in pairwise(steps))
    assert ["budget_in", "objective", "representation", "objective", "head", "hybrid"] == [one.part for one in steps]
    assert "flat → sum, 512 tokens → 128 events" == steps[2].change
    assert ("tokens → events", "plain → repeat-aware") == (steps[0].change, steps[4].change)


def test_a_contrast_that_is_declared_the_other_way_round_is_a_step_as_well(made):
    """A short history is over flattened tokens, the horizon over the next moment: on the way back both are turned."""
    results = made(best_is("flat-next-moment"))
    back = replace(results, params=results.params.model_copy(update={"tokens": {"variant": "sum-horizon-short"}}))
    steps = first_way(back)

    assert ["flat-horizon", "flat-next-moment"] == variants_of(steps)
    assert [-0.002, -0.002] == [step.contrast.effect for step in steps]
    assert ["sum → flat, 51 events → 512 tokens", "horizon → next moment"] == [step.change for step in steps]


def test_of_what_no_step_leads_to_none_is_the_end(made):
    """Trees are best on select, but no contrast goes from them to a sequence model by one part."""
    steps = first_way(made(best_is("lightgbm-lambdarank", "gru-horizon")))

    assert ["sum-horizon", "gru-horizon"] == variants_of(steps)[-2:]


def test_another_way_is_taken_where_a_contrast_is_not_declared(made):
    steps = first_way(made(without("event-over-flat-moment")))

    assert ["flat-next-moment", "flat-horizon", "sum-horizon"] == variants_of(steps)[1:4]


def test_without_a_way_or_a_start_nothing_is_shown(made):
    alone = made(without("equal-events-over-tokens", "weighted-over-next-token", "tuned-contrastive-over-next-token"))
    none = replace(alone, params=alone.params.model_copy(update={"tokens": {}}))

    assert [] == first_way(alone) == first_way(none)
    assert text(distance.shown(alone)) == text(distance.shown(none))
    assert text(distance.shown(none)).startswith("Nothing to tell: no declared contrasts lead")


def test_the_parts_are_told_by_their_sums_the_largest_first(made):
    def change(written):
        best_is("hybrid-lambdarank")(written)
        say("better", "repeat-over-plain", effect=0.05)(written)
        say("better", "moment-over-token", "horizon-over-moment", effect=0.01)(written)

    shown = text(distance.shown(made(change)))

    told = (
        "a variant of it: +0.0500 by the head, +0.0200 by the objective, +0.0020 by the amount of training (the unit of"
    )
    assert told in shown
    assert "No step between sequence models changes any of these parts: loss and architecture." in shown
    assert "Verdicts of the 6 steps: 3 better and 3 undetermined; 3 declared after test was seen." in shown


RECALLS = {
    "flat-next-tokens": 0.1, "flat-next": 0.2, "flat-next-repeat": 0.26, "flat-next-moment": 0.21,
    "flat-next-moment-repeat": 0.27, "flat-horizon": 0.24, "flat-horizon-repeat": 0.29,
    "sum-next-moment": 0.23, "sum-next-moment-repeat": 0.28, "sum-horizon": 0.25, "sum-horizon-repeat": 0.3,
}  # fmt: skip


def recalls_are(found):
    """A change of results, before which the hybrid is best: these variants have these recalls on test."""

    def change(written):
        best_is("hybrid-lambdarank")(written)
        for row in written["leaderboard.json"]:
            estimates = row["estimates"]["recall@10"]
            estimates["estimate"] = found.get(row["variant"], estimates["estimate"])
        return written

    return change


def test_shares_that_hang_on_the_order_of_the_changes_are_told_over_all_orders(made):
    """The head is worth less where it comes last, and the representation hangs on the objective."""
    results = made(recalls_are(RECALLS))
    found = orders.shares(results, [START, *WAY[:-1]])
    told = text(distance.shown(results))

    assert all(sum(one.values()) == pytest.approx(0.2) for one in found)
    assert {"budget_in": 0.1, "objective": 0.03, "representation": 0.02, "head": 0.05} == pytest.approx(found[0])
    assert (0.05, 0.06) == pytest.approx([pick(one["head"] for one in found) for pick in (min, max)])
    assert f"can be made in {len(found)} orders for which the roster has every variant in between" in told
    assert "Of the 2 ways of so few steps the one is shown that was declared first." in told
    assert "+0.0500 to +0.0600 by the head" in told
    assert "by the amount of training" not in told.split("every variant in between")[1].split(". What a part")[0]
    assert [WAY, [*WAY[:2], "flat-horizon", *WAY[3:]]] == [variants_of(way) for way in distance.ways(results)]
    alone = text(distance.shown(made(without("event-over-flat-moment"))))
    assert "ways of so few steps" not in alone


def test_each_order_that_the_roster_has_is_counted_once(made):
    """The objective moves twice, in its order, and before the representation, of which no entry has the next token.

    So two orders of the three moves are left, with the head at any of four places among them. An entry that differs
    from another one in what is no part of the plan makes no order of its own.
    """
    results = made(recalls_are(RECALLS))
    roster = results.params.roster
    again = roster | {"sum-next-moment": roster["sum-next-moment"], "twin": roster["flat-next-moment"]}
    twice = replace(results, params=results.params.model_copy(update={"roster": again}))
    twin = next(row for row in results.leaderboard if row.variant == "flat-next-moment")
    twice.__dict__["leaderboard"] = [*results.leaderboard, twin.model_copy(update={"variant": "twin"})]
    found = orders.shares(results, [START, *WAY[:-1]])

    assert 2 * 4 == len(found) == len(orders.shares(twice, [START, *WAY[:-1]]))
    assert all("budget_in" == next(iter(one)) for one in found)
    assert all(list(one).index("objective") < list(one).index("representation") for one in found)


def test_what_the_leaderboard_lacks_is_on_no_order(made):
    results = made(recalls_are(RECALLS))
    results.__dict__["leaderboard"] = [row for row in results.leaderboard if "repeat" not in row.variant]

    assert [] == orders.shares(results, [START, *WAY[:-1]])
    assert 2 == len(orders.shares(results, [START, *WAY[:-2]]))


def test_shares_that_are_the_same_in_every_order_are_not_told_twice(made):
    flat = dict.fromkeys(RECALLS, 0.2)

    assert "every variant in between" not in text(distance.shown(made(recalls_are(flat))))


def test_a_contrast_that_is_declared_twice_makes_no_second_way(made):
    """As one with the best of a family is, which another one names."""

    def change(written):
        best_is("hybrid-lambdarank")(written)
        (row,) = (one for one in written["contrasts.json"] if one["name"] == "hybrid-over-sequence")
        written["contrasts.json"].append(row | {"name": "again", "right": "best:sequence"})

    assert len(distance.ways(made(best_is("hybrid-lambdarank")))) == len(distance.ways(made(change)))


def test_where_the_start_is_the_best_that_is_said(made):
    shown = text(distance.shown(made(best_is(START))))

    assert "lead, one part at a time, from the flat model that the token accounting is about to a variant that" in shown


def test_popularity_and_the_best_of_flattened_tokens_stand_beside_the_way(made):
    results = made(best_is("hybrid-lambdarank", "flat-horizon"))
    known = {name: f"{results.row(name).recall:.4f}" for name in ("popularity", "flat-horizon")}

    assert (
        f"popularity has {known['popularity']} and flat-horizon, of flattened tokens the best on select, "
        f"{known['flat-horizon']}." in text(distance.shown(results))
    )


def test_that_the_best_of_all_is_not_reached_is_told(made):
    reached, missed = (
        text(distance.shown(made(best_is(*names))))
        for names in (("hybrid-lambdarank",), ("tifu-knn", "hybrid-lambdarank"))
    )

    assert "to hybrid-lambdarank, which is best on select, recall@10 on test changes by" in reached
    assert (
        "the best on select that steps lead to (tifu-knn, the best of all, is not among these), recall@10 on" in missed
    )


def test_a_step_with_a_side_near_popularity_is_counted(made):
    def change(written):
        best_is("hybrid-lambdarank")(written)
        for row in written["leaderboard.json"]:
            row["select"] = 0.0 if row["variant"] in (START, "popularity") else row["select"]

    assert "; 1 of them with a side that is not clearly above popularity on select" in text(
        distance.shown(made(change))
    )


@pytest.mark.parametrize(
    ("best", "part", "change"),
    [
        ("sum-pretrained-horizon", "pretrain", "none → next moment"),
        ("sum-horizon-bpr-64", "loss", "softmax → bpr (64 negatives)"),
        ("causal-prefix-horizon", "labels", "of all prefixes → of sampled prefixes"),
        ("average-of-seeds", "average", "an average of its seeds, or with others"),
    ],
)
def test_the_last_step_is_told_by_what_it_changes(made, best, part, change):
    *_, last = first_way(made(best_is(best)))

    assert (best, part, change) == (last.contrast.left_variant, last.part, last.change)


@pytest.mark.parametrize("verdict", ["undetermined", "better"])
def test_what_a_verdict_hangs_on_stands_beside_it(made, verdict):
    def change(written):
        best_is("hybrid-lambdarank")(written)
        say("better", "repeat-over-plain")(written)

    results = made(change)
    results.__dict__["by_student"] = {"repeat-over-plain": ByStudent(0.5, 0.5, 0.9, verdict, 0.0, 9.0)}

    assert (verdict == "undetermined") == ("better, but undetermined by t" in text(distance.shown(results)))


def test_verdicts_are_told_apart_in_the_figure(made):
    def change(written):
        best_is("hybrid-lambdarank")(written)
        say("better", "repeat-over-plain")(written)

    found = distance.figure(results := made(change), first_way(results)).text
    (spec,) = re.findall(r'<script type="application/json">(.*?)</script>', found)

    assert {"better": 1, "undetermined": 5} == {one["name"]: len(one["x"]) for one in json.loads(spec)["data"]}


def test_a_bar_begins_at_the_recall_of_the_side_that_it_starts_from(made):
    results = made(best_is("hybrid-lambdarank"))
    steps = first_way(results)
    (spec,) = re.findall(r'<script type="application/json">(.*?)</script>', distance.figure(results, steps).text)
    figure = json.loads(spec)
    (bars,) = figure["data"]

    assert [results.row(step.contrast.right_variant).recall for step in steps] == bars["base"]
    assert [step.contrast.effect for step in steps] == bars["x"]
    assert "undetermined" == bars["name"]
    assert [results.best_of_each()["counting"].recall] == [line["x0"] for line in figure["layout"]["shapes"]]
