"""The pages about the whole matrix: plan, catalogue, young, heads, architecture, leaderboard."""

import re

import pytest

from study.exhibits import (
    architecture,
    catalogue,
    heads,
    leaderboard,
    loss_costs,
    plan,
    representation,
    scope,
    source,
    young,
)
from study.exhibits.results import Results
from study.nn.objectives import next_token
from tests.exhibits.asking import UNREAD
from tests.exhibits.conftest import diagnosis
from tests.exhibits.test_answers import LARGE, SMALL, say
from tests.exhibits.test_odd_results import with_entry


def text(html) -> str:
    return re.sub(r"<[^>]+>", "", getattr(html, "text", html))


def test_the_anchor_is_what_most_variants_lie_one_step_away_from(made):
    variants = plan.sequence_parts(made().params, "main")

    assert "sum-horizon" == plan.anchor(variants)
    assert ["representation"] == plan.moved(variants, "sum-horizon", "flat-horizon")
    assert ["representation", "objective"] == plan.moved(variants, "sum-horizon", "flat-next")
    assert ["context"] == plan.moved(variants, "sum-horizon", "sum-horizon-short")
    assert ["labels"] == plan.moved(variants, "sum-horizon", "causal-prefix-horizon")
    assert ["architecture", "blocks", "labels"] == plan.moved(variants, "sum-horizon", "bidirectional-horizon")
    assert ["architecture"] == plan.moved(variants, "causal-prefix-deep", "bidirectional-horizon")
    assert ["blocks"] == plan.moved(variants, "causal-prefix-horizon", "causal-prefix-deep")
    unread = [variants["blind-horizon-repeat"][part] for part in ("representation", "blocks", "context")]
    assert ["none"] * 3 == unread and "1" == variants["sum-horizon-repeat"]["blocks"]
    assert ["architecture"] == plan.moved(variants, "sum-horizon-repeat", "blind-horizon-repeat")
    assert [] == plan.moved(variants, "sum-horizon", "sum-horizon")


def test_a_variant_with_the_parts_of_the_anchor_moves_none(made):
    results = made()
    several = int(re.search(r"; (\d+) moves? several", text(plan.summary(results)))[1])
    twin = with_entry(results, "twin")

    assert "move none" not in text(plan.summary(results)) and "moves none" not in text(plan.summary(results))
    assert "; twin moves none." in text(plan.summary(twin))
    assert f"; {several} move several" in text(plan.summary(twin))
    assert all(f" one factor, {several} several." in text(plan.moves(one)) for one in (results, twin))


def test_the_plan_draws_every_sequence_variant_and_every_cell(made):
    results = made()
    moves, cells = plan.moves(results).text, plan.factorial(results).text
    assert "repeat-aware" in moves and "repeat aware" not in moves

    assert all(name in moves for name in plan.sequence_parts(results.params, "main"))
    assert all(cell in cells for cell in results.params.factorial.cells)
    assert '<td class="words moved" data-key="concat">' in moves
    assert '<td class="words" data-key="sum">' in moves
    assert "left to right: flat to sum (representation)" in cells
    summary = text(plan.summary(results))
    assert "sequence models are anchored at sum-horizon" in summary
    assert "exactly one factor away from it (flat-horizon with the history that fits); 16 move several, 4 of" in summary


def test_published_methods_are_recognised_by_their_parts(made):
    shown = text(plan.published(made()))

    assert "like SASRec (Kang and McAuley, 2018): sum-next-line-bce." in shown
    assert "like BERT4Rec (Sun and others, 2019): bidirectional-masked-event." in shown
    assert "like CoLES (Babaev and others, 2022): flat-contrastive-tokens." in shown
    assert "like RepeatNet (Ren and others, 2019): " in shown and "blind-horizon-repeat" not in shown
    assert "reads the times of events and, where its representation is not the candidate, all their attributes" in shown


def test_the_plan_says_which_arms_were_run(made):
    rows = re.findall(r"<tr>.*?</tr>", plan.arms(made(young=lambda _: None)).text)

    assert ["young"] == [
        arm for row in rows for arm in ("catalogue", "young", "who") if f">{arm}<" in row and ">run<" in row
    ]


COSTS = {
    "revision": 40 * "a", "readouts": 4, "width": 8, "labels": 2, "steps": 3, "threads": 1,
    "measured": [
        {"loss": loss, "negatives": negatives, "options": "", "candidates": size, "seconds": size * pace,
         "peak_mb": size / 10 * pace}
        for loss, negatives, pace in (("softmax", None, 0.001), ("bce", 1, 0.0001)) for size in (100, 100000)
    ],
}  # fmt: skip


def test_the_catalogue_page_shows_losses_of_both_sizes_and_what_they_cost(made):
    results = made(say("worse", *SMALL), catalogue=say("better", *LARGE), costs=COSTS)
    board = catalogue.board(results).text

    assert 14 == board.count("<tr>") - 1
    assert 2 == board.count("bpr (1 negative)</td>")
    assert 2 == board.count("bpr (64 negatives)</td>")
    assert (6, 6) == (board.count('data-key="worse"'), board.count('data-key="better"'))
    assert "sampled softmax (64 negatives) −0.0200, +0.0200" in catalogue.effects(results).text
    expected = "With 100,000 candidates softmax takes about 10 times as long as bce (1 negative), the fastest, "
    alone = [one for one in COSTS["measured"] if one["loss"] == "softmax"]
    many = [one | {"negatives": 64, "seconds": 50} for one in COSTS["measured"] if one["loss"] == "bce"]
    assert expected in text(loss_costs.cost(results))
    assert expected in text(loss_costs.cost(made(costs=COSTS | {"measured": COSTS["measured"] + many})))
    only = text(loss_costs.cost(made(costs=COSTS | {"measured": alone})))
    assert "of softmax, the only loss of the arm, takes" in only


def test_a_loss_is_held_against_those_that_rank_and_times_that_fall_with_size_are_noise(made):
    """Softmax is the fastest on the small catalogue, where BCE takes longer than on the large one."""
    crossing = [
        one | {"seconds": seconds} for one, seconds in zip(COSTS["measured"], (0.001, 0.07, 0.03, 0.02), strict=True)
    ]
    told = text(loss_costs.cost(made(catalogue=say("better", *LARGE), costs=COSTS | {"measured": crossing})))

    held = "softmax takes 3.5 times as long as bce (1 negative) with 100,000 candidates"
    assert f"{held}; up to 100, softmax is the fastest of all that were measured." in told
    assert "By as much as bce (1 negative) took less time on a larger catalogue, times are noise." in told
    assert "clearly above popularity" not in text(loss_costs.cost(made(costs=COSTS | {"measured": crossing})))


def test_the_catalogue_page_does_without_what_was_not_run(made):
    results = made()

    assert 7 == catalogue.board(results).text.count("<tr>") - 1
    assert "" == catalogue.verdicts(results).text
    assert "was not measured" in text(loss_costs.cost(results))
    assert "no loss whose cost could be measured" in text(loss_costs.cost(made(costs=COSTS | {"measured": []})))


def test_young_candidates_are_counted_with_their_ceiling(made):
    results = made(young=say("better")).beside("young")

    assert "Of 20 relevant candidates in the test windows 40 % are young" in text(young.answer(results))
    assert "The ceiling: 2, 10 %, lie outside the catalogue at their cut-off" in text(young.answer(results))
    assert "2 to 5 windows of 7 days before a query, on test none to 3. So what counts" in text(young.answer(results))
    board = young.board(results).text
    assert "composed with id repeat-aware</td>" in board
    assert (
        "head: plain and repeat-aware have an id table, composed ones vectors made of attributes, with id both" in board
    )
    assert "composed-horizon-young" in young.parts(results).text


def test_an_effect_is_told_as_the_sum_of_what_known_and_young_candidates_gain(made):
    """Of the fixture: a place further on the roster loses 0.005 in all, and 0.01 of the young, 4 of 10 relevant."""
    results = made(young=say("better")).beside("young")
    places = list(results.params.entries("young"))

    for one in results.contrasts:
        apart = places.index(one.left_variant) - places.index(one.right_variant)
        parts = young.parts_of_effect(young.parts_of_recall(results), one)
        assert (pytest.approx(-0.001 * apart, abs=1e-6), pytest.approx(-0.004 * apart)) == (parts.known, parts.young)
    assert len(results.contrasts) == young.effects(results).text.count("<tr>") - 1
    assert "What an effect over all candidates consists of:" in young.effects(results).text


def no_estimate(written):
    for row in written["leaderboard.json"]:
        row["estimates"]["recall@10/young"] = {"estimate": None, "low": None, "high": None}


def no_metric(written):
    for row in written["leaderboard.json"]:
        del row["estimates"]["recall@10/young"], row["estimates"]["recall@10/known"]


@pytest.mark.parametrize("change", [no_estimate, no_metric])
def test_without_young_candidates_the_page_says_so_in_one_sentence(made, change):
    results = made(young=change).beside("young")

    assert "No relevant candidate in the test windows is young" in text(young.answer(results))
    assert "%" not in text(young.answer(results))
    assert text(young.answer(results)) == text(young.board(results))
    assert "" == text(young.parts(results)) == text(young.effects(results))


def test_a_page_of_an_arm_that_was_not_run_says_so_and_has_nothing_else():
    assert "has not been run" in text(source.line(None, "young"))
    assert all("" == part(None).text for part in (young.answer, young.parts, young.effects, young.seeds))


def test_the_number_of_labels_is_told_apart_from_the_architecture(made):
    shown = text(architecture.labels(made(say("worse", "bidirectional-over-causal"))))

    assert "bidirectional-horizon over causal-prefix-deep −0.0200 [−0.0240, −0.0160], worse" in shown
    assert "sum-horizon over causal-prefix-horizon +0.0020 [−0.0020, +0.0060], undetermined" in shown
    assert "No contrast" in text(architecture.labels(made(lambda written: written.update({"contrasts.json": []}))))


def test_depths_are_those_of_the_roster(made):
    """Three variants are declared with two blocks, one that reads no history has none; others have one depth."""
    results = made()
    shown = text(architecture.depths(results))
    entries = {name: e for name, e in results.params.entries("main").items() if e.family == "sequence"}
    deep = [name for name, entry in entries.items() if entry.model_dump().get("blocks") == 2]

    assert 3 == len(deep)
    assert shown.startswith("causal-prefix-deep, bidirectional-horizon and ")
    assert f"{deep[-1]} have 2 blocks; blind-horizon-repeat reads no history, without a block; all other" in shown
    assert f"all other sequence variants, {len(entries) - 4}, have 1 block." in shown

    other = [*deep, "blind-horizon-repeat"]
    flat = results.params.model_copy(
        update={"roster": {n: e for n, e in results.params.roster.items() if n not in other}}
    )
    assert "Each sequence variant has 1 block." in text(architecture.depths(Results(results.root, flat)))


def test_the_length_of_a_flat_history_is_computed_from_the_tokens_of_the_log(made):
    """Of ten columns nine attributes, one of them described here, a tenth of it missing: 1.9 tokens to an event."""
    shown = text(representation.history(made(say("better", "long-over-short"))))
    share, per_event = next_token.READ_SHARE, scope.tokens_of_event(made())

    assert (
        "is asked wherever a candidate of a key action comes next, and at "
        f"{share:.0%} of its other positions, about {share * (per_event - 1):.1f} in an event".replace("%", " %")
    ) in shown
    assert "With 1.9 tokens to an event of this log on average, they hold about 269 events of history" in shown
    assert "an event-level model sees up to 128" in shown
    assert ": sum-horizon-short over flat-horizon +0.0020" in shown
    assert "What the longer history is worth: sum-horizon over sum-horizon-short +0.0200" in shown


def test_the_page_says_where_an_equivalence_was_to_be_expected(made):
    names = "history-over-counts", "sequence-over-counts", "event-over-flat-horizon-repeat"
    shown = {verdict: text(representation.verdicts(made(say(verdict, *names)))) for verdict in ("equivalent", "better")}

    assert f"With head repeat-aware, an equivalence was to be expected, since {UNREAD}" in shown["equivalent"]
    assert "to be expected" not in shown["better"]


def with_attributes(number):
    def change(written):
        whole = {"kind": "categorical", "cardinality": 2, "missing": 0.0}
        written["data.json"]["attributes"] = {f"attribute-{i}": whole for i in range(number)}

    return change


def test_that_flat_models_take_other_numbers_of_steps_is_told(made):
    """A batch of tokens has the positions of four batches of events."""
    told = "A batch of tokens has 4 times the positions of a batch of events, so 0.40 times the events: at an equal"

    assert f"{told} number of events a flat model takes about 2.5 times as many steps" in text(
        representation.history(made(with_attributes(9)))
    )
    assert "steps of the optimizer" not in text(representation.history(made(with_attributes(3))))


def test_shuffled_orders_are_told_family_by_family(made):
    results = made(diagnoses=[diagnosis("order-retrained", "worse", -0.02), diagnosis("no-time", "worse", -0.02)])

    shown = text(architecture.shuffled(results))
    assert "sequence: sum-horizon-repeat, order shuffled, retrained over sum-horizon-repeat −0.0200" in shown
    assert "no-time" not in shown


def test_recipes_name_what_composed_variants_are_made_of(made):
    shown = text(heads.recipes(made()))

    assert "hybrid-lambdarank: lambdarank on aggregates and on out-of-sample scores of sum-horizon-repeat." in shown
    assert "average-of-seeds: the mean of standardised scores of sum-horizon-repeat, 5 fits of it." in shown


def test_the_leaderboard_draws_everyone_and_hides_all_but_the_best_of_each_family(made):
    results: Results = made()
    curves = leaderboard.curves(results).text

    assert all(row.variant in leaderboard.standing(results).text for row in results.leaderboard)
    assert len(results.best_of_each()) * 3 == curves.count('"visible":true')
