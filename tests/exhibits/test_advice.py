"""The marks of the common advice turn with the contrasts."""

import re

import pytest

from study.exhibits import advice, loss_advice
from study.exhibits.advice_part import Part
from tests.exhibits.test_answers import EVENTS, LARGE, SMALL, VERDICTS, as_long, say

ALIKE = [name for name in EVENTS if "next-token" not in name]
"""Those whose sides have one objective."""
NAMES = {
    advice.event_level: [*ALIKE, "short-event-over-flat"],
    advice.encoder: ["bidirectional-over-causal"],
}


def marks(parts) -> list[str]:
    return [part.mark for part in parts]


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", "supported"),
        ("worse", "contradicted"),
        ("equivalent", "contradicted"),
        ("undetermined", "undetermined"),
    ],
)
@pytest.mark.parametrize("parts", NAMES)
def test_an_advice_is_marked_by_its_own_contrasts(made, parts, verdict, expected):
    turn = as_long(say(verdict, *NAMES[parts]))
    named = [part for part in parts(made(turn)) if part.contrast.name in NAMES[parts]]
    assert [expected] * len(NAMES[parts]) == marks(named)


def test_sides_with_unlike_objectives_say_nothing_of_representations(made):
    found = {part.contrast.name: part for part in advice.event_level(made(say("better", *EVENTS)))}

    for name in set(EVENTS) - set(ALIKE):
        assert "undetermined" == found[name].mark
        assert "differ in their objectives" in found[name].reason


@pytest.mark.parametrize(
    ("worth", "expected"),
    [
        ("better", "undetermined"),
        ("worse", "undetermined"),
        ("undetermined", "undetermined"),
        ("equivalent", "supported"),
    ],
)
def test_sides_with_unlike_histories_say_nothing_unless_a_longer_one_is_worth_nothing(made, worth, expected):
    """In the main arm and between users alike; who-event-over-flat has its control in who-long-over-short."""

    def main(written):
        say(worth, "long-over-short")(written)
        say("better", "event-over-flat-horizon")(written)

    def who(written):
        say(worth, "who-long-over-short")(written)
        say("better", "who-event-over-flat")(written)

    found = {part.contrast.name: part for part in advice.event_level(made(main, who=who))}
    for name in ("event-over-flat-horizon", "who-event-over-flat"):
        assert expected == found[name].mark
        assert ("differ in their histories" in found[name].reason) == (expected != "supported")


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("worse", "supported"),
        ("better", "contradicted"),
        ("equivalent", "contradicted"),
        ("undetermined", "undetermined"),
    ],
)
def test_the_softmax_is_supported_where_the_other_losses_are_worse(made, verdict, expected):
    """Whichever objective they have in common."""
    assert [expected] * 8 == marks(loss_advice.softmax(made(say(verdict, *SMALL, *LINE))))


LINE = ["line-bce-over-softmax", "line-gbce-over-softmax"]
PAIRWISE = ["bpr-over-bce", "bpr-64-over-bce-64", "bpr-over-bce-products", "bpr-64-over-bce-64-products"]


def ranking(results) -> dict[str, Part]:
    """The parts of the advice of a ranking loss, by their contrasts."""
    return {part.contrast.name: part for part in loss_advice.ranking_loss(results)}


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_ranking_loss_is_judged_for_trees_on_each_catalogue_and_between_users(made, verdict):
    results = made(
        say(verdict, "lambdarank-over-binary", *PAIRWISE[:2]),
        catalogue=say(verdict, *LARGE, *PAIRWISE[2:]),
        who=say(verdict, effect=None),
    )
    found = ranking(results)
    pointwise = [name for name in (*SMALL, *LARGE) if name.startswith("bce")] + LINE[:1]
    softmax = [found.pop(name) for name in pointwise]
    users = {part.where for name, part in found.items() if name.startswith("who-")}
    expected = {"better": "supported", "worse": "contradicted", "equivalent": "contradicted"}.get(verdict, verdict)

    assert ["lambdarank-over-binary", *PAIRWISE] == [name for name in found if not name.startswith("who-")]
    heads = ("", ", head plain", ", head repeat-aware", ", head plain, flattened tokens")
    assert {f"users of one cut-off{head}" for head in heads} == users
    assert {expected} == set(marks(found.values()))
    assert {"undetermined"} == set(marks(softmax))


def test_one_negative_each_is_told_of_pairwise_and_pointwise_losses(made):
    found = ranking(made(say("worse", *PAIRWISE)))

    assert "contradicted" == found["bpr-over-bce"].mark
    assert found["bpr-over-bce"].where.endswith("candidates, 1 negative")


def test_a_loss_with_few_negatives_says_nothing_of_ranking_losses(made):
    """Whichever the verdict: to the full softmax all candidates are negatives, and that may make the difference."""
    for verdict in ("better", "worse", "equivalent"):
        large = ranking(made(catalogue=say(verdict, *LARGE)))["bce-over-softmax-products"]
        assert "undetermined" == large.mark
        may = "hide a difference" if verdict == "equivalent" else "be what makes the difference"
        assert f"its sides differ in their negatives as well, which may {may}" == large.reason


def test_what_differs_besides_is_told(made):
    """The objective of flat tokens, and between users how much of a history is seen."""
    found = {part.contrast.name: part.where for part in advice.event_level(made(who=say("better")))}

    assert "objective next moment against next token, head plain" == found["event-over-next-token"]
    assert "objective horizon, head plain" == found["event-over-flat-horizon"]
    assert found["who-event-over-flat"].startswith("users of one cut-off, head plain")


def test_a_ranking_loss_is_told_over_bce_on_the_larger_catalogue(made):
    large = ranking(made(catalogue=say("worse", *LARGE)))["bce-over-softmax-products"]

    assert ("sum-horizon-products", "sum-horizon-bce-products") == (
        large.contrast.left_variant,
        large.contrast.right_variant,
    )
    assert large.where.endswith("candidates, the horizon, 1 negative")


def test_parts_that_disagree_are_marked_apart(made):
    def split(written):
        say("better", "event-over-flat-horizon")(written)
        say("worse", "event-over-flat-horizon-repeat")(written)

    told = re.sub(r"<[^>]+>", "", advice.told(advice.event_level(made(as_long(split)))))
    assert "supported here by one contrast: following it is better (sum-horizon over flat-horizon," in told
    assert "contradicted here by one contrast: following it is worse (sum-horizon-repeat over flat-horizon" in told


def test_contrasts_that_speak_for_neither_are_counted_by_why(made):
    told = re.sub(r"<[^>]+>", "", advice.told(loss_advice.ranking_loss(made(say("undetermined")))))

    assert re.match(r"undetermined here by \d+ contrasts: \d+ with neither a difference nor an equivalence shown", told)
    assert " whose sides differ in more than that, each in the table below." in told


def encoder(results) -> str:
    """The advice as plain text."""
    return re.sub(r"<[^>]+>", "", advice.told(advice.encoder(results)))


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.001, 0.004, "undetermined here by its contrast: following it is better, by less than the margin (bidirec"),
        (0.001, 0.009, "supported here by its contrast: following it is better, perhaps by less than the margin (bid"),
        (0.006, 0.009, "supported here by its contrast: following it is better (bidirectional"),
    ],
)
def test_how_a_gain_lies_to_the_margin_is_told_and_one_below_it_supports_nothing(made, low, high, expected):
    def between(written):
        say("better", "bidirectional-over-causal", effect=0.003)(written)
        next(one for one in written["contrasts.json"] if one["name"] == "bidirectional-over-causal").update(
            low=low, high=high
        )

    assert expected in encoder(made(between))


def test_an_equivalence_is_told_as_no_difference_beyond_the_margin(made):
    results = made(say("equivalent", "bidirectional-over-causal"))

    assert "contradicted here by its contrast: it makes no difference beyond the margin of ±0.005" in encoder(results)


def test_an_advice_on_representations_names_the_head(made):
    results = made(who=lambda _: None)

    where = {part.where for part in advice.event_level(results)}
    assert any(one.startswith("objective horizon, head plain") for one in where)
    assert any(one.startswith("users of one cut-off, head plain") for one in where)
    assert "undetermined here</em> by 9 contrasts whose sides differ in more than that, each in the table below." in (
        advice.told(advice.event_level(results))
    )


def test_a_contrast_of_a_model_with_itself_is_no_evidence(made):
    def same(written):
        say("equivalent", "bidirectional-over-causal", effect=0.0)(written)
        next(one for one in written["contrasts.json"] if one["name"] == "bidirectional-over-causal").update(
            low=0, high=0
        )

    alike, tied = made(same), made(say("equivalent", "bidirectional-over-causal", effect=0.0))

    assert ["undetermined"] == marks(advice.encoder(alike))
    assert "for every user both sides have the same recall, so nothing was compared" in advice.told(
        advice.encoder(alike)
    )
    assert ["contradicted"] == marks(advice.encoder(tied))


def test_advice_without_a_contrast_stays_undetermined(made):
    results = made(lambda written: written.update({"contrasts.json": []}))

    assert 5 == advice.marks(results).text.count("<em>undetermined here</em>: no contrast about it was run.")


def test_every_part_stands_in_the_table_with_its_interval(made):
    shown = advice.marks(made(say("worse", "bidirectional-over-causal"))).text

    assert '<td class="words" data-key="contradicted">contradicted</td>' in shown
    assert "−0.0240" in shown


def resolved(name: str, **sides: str):
    """A change of results: the named contrast resolves to other variants."""

    def change(written):
        next(one for one in written["contrasts.json"] if one["name"] == name).update(sides)

    return change


def test_a_best_variant_that_happens_to_have_a_ranking_loss_is_no_evidence_on_losses(made):
    sides = {"left_variant": "who-sum-bpr", "right_variant": "who-lightgbm-binary"}
    results = made(who=resolved("who-sequence-over-aggregates", **sides))

    assert {"loss"} == {part.contrast.question for part in loss_advice.ranking_loss(results)}


def test_a_best_variant_that_happens_to_be_flat_is_no_evidence_on_representations(made):
    sides = {"left_variant": "who-sum-bce", "right_variant": "who-flat-bce"}
    results = made(who=resolved("who-sequence-over-aggregates", **sides))

    assert {"representation"} == {part.contrast.question for part in advice.event_level(results)}


def test_a_best_variant_that_happens_to_have_another_loss_is_no_evidence_on_the_softmax(made):
    sides = {"left_variant": "sum-horizon-bpr", "right_variant": "sum-horizon"}
    results = made(resolved("sequence-over-trees", **sides))

    assert {"loss"} == {part.contrast.question for part in loss_advice.softmax(results)}


def test_a_side_that_has_not_left_popularity_speaks_for_nothing(made):
    def stuck(written):
        rows = {row["variant"]: row for row in written["leaderboard.json"]}
        rows["popularity"]["select"] = rows["bidirectional-horizon"]["select"] - 0.004
        say("better", "bidirectional-over-causal")(written)

    told = encoder(made(stuck))
    assert "undetermined here by its contrast: bidirectional-horizon is not clearly above popularity on select" in told
    assert "supported here" in encoder(made(say("better", "bidirectional-over-causal")))


def test_a_mark_says_how_far_its_sides_were_trained(made):
    def learning(written):
        as_long(say("better", "event-over-flat-horizon"))(written)
        for row in written["leaderboard.json"]:
            row["unfinished"] = row["variant"] in ("sum-horizon", "flat-horizon")

    (part,) = (p for p in advice.event_level(made(learning)) if p.contrast.name == "event-over-flat-horizon")
    assert part.hedges.endswith(", both models compared are unfinished")
    assert ", both models compared are unfinished" in advice.told([part])
