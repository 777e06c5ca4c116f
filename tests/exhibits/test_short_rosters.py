"""Pages of a roster that was cut: no sentence counts what is not there, and no heading stands over nothing."""

from dataclasses import replace

import pytest

from study.exhibits import (
    caveats,
    data,
    distance,
    findings,
    leaderboard,
    losses,
    plan,
    representation,
    world_verdicts,
    worlds,
)
from study.exhibits.clauses import NOTHING
from study.exhibits.world_records import Worlds
from tests.exhibits.asking import say
from tests.exhibits.test_worlds_page import reached, world


@pytest.fixture
def cut(made):
    """Results without a contrast, whose roster has two variants of the main arm, one of them a sequence model."""

    def none(written):
        written["contrasts.json"] = []

    results = made(none)
    roster = {name: results.params.roster[name] for name in ("popularity", "flat-next-tokens")}
    return replace(results, params=results.params.model_copy(update={"roster": roster, "composed": {}}))


def test_the_plan_of_one_sequence_model_has_no_anchor_and_no_table(cut):
    summary = plan.summary(cut).text

    assert "1 counting rule and 1 sequence model. The sequence model is <code>flat-next-tokens</code>" in summary
    assert "anchored" not in summary
    assert "no two sequence variants" in plan.moves(cut).text


def test_how_much_each_sees_says_which_of_the_two_is_missing(cut):
    assert "no event-level model is of this arm" in representation.history(cut).text


def test_where_no_contrast_is_declared_none_is_counted(cut):
    assert "No contrast is declared." in findings.contrast_sentences(cut).text
    assert "declared" not in leaderboard.tally(cut).text
    assert "Nothing to tell: no declared contrasts lead" in distance.shown(cut).text


def test_worlds_without_a_contrast_and_with_one_variant_count_neither():
    alone = world(variants=[reached("popularity", "counting", 0.0)]).model_copy(update={"contrasts": []})
    found = Worlds([alone], None)
    shown = worlds.answer(found).text

    assert "No contrast whose truth is known is declared." in shown
    assert "verdicts are right" not in shown
    assert worlds.HIGHEST not in shown
    assert world_verdicts.NONE in world_verdicts.verdicts(found).text


def test_models_of_one_size_have_no_range_of_sizes(made):
    def same(written):
        for name in written:
            if name.startswith("cost/"):
                written[name]["parameters"] = 57715

    assert "have 57,715 parameters" in caveats.caveats(made(same)).text


def test_shares_that_hardly_differ_have_an_axis_on_which_they_are_level(made):
    def apart(step):
        def change(written):
            for index, window in enumerate(written["data.json"]["windows"]):
                window["repeat_share"] = 0.132 + index * step

        return change

    level, falling = (data.drift(made(apart(step))).text for step in (0.00001, 0.01))

    assert '"range":[0.12' in level
    assert '"range"' not in falling


def test_a_loss_that_is_compared_between_users_alone_is_told(made):
    def none(written):
        written["contrasts.json"] = []

    told = losses.loss(made(none, who=say("better", "who-pairwise-over-bce"))).lead
    assert "between users, " in told
    assert "<code>who-sum-bpr</code> over <code>who-sum-bce</code>" in told
    assert NOTHING in losses.loss(made(none)).lead
