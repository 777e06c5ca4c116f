"""What a reader sees of an answer before anything is unfolded: it turns with the contrasts and keeps their limits."""

import re

import pytest

from study.exhibits import answers, findings, repeats, young_answer
from study.exhibits.answer import TURN, clauses
from study.exhibits.snapshot_pairs import Pair
from tests.exhibits.asking import EVERY, VERDICTS, say, short
from tests.exhibits.conftest import diagnosis
from tests.exhibits.pairing import contrasts, text

COUNTING, _, _, _, LOSS, ORDER, *_ = EVERY


def nothing(_):
    """Leaves an arm as it is."""


@pytest.mark.parametrize("asked", EVERY)
@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_short_answer_is_one_sentence_and_no_longer_than_the_whole(made, asked, verdict):
    results = made(say(verdict), catalogue=say(verdict), young=say(verdict), who=say(verdict), diagnoses=[])
    told = short(results, asked)

    assert not re.search(r"\(\)|; ;|\( |\) \(|;$", told)
    assert not re.search(r"[.?!] [A-Z]", told)
    assert len(told) <= len(re.sub(r"<[^>]+>", "", EVERY[asked].answer(results).whole))
    shown = answers.answered(EVERY[asked], results)
    assert text(shown).lower().startswith(f"{asked} {told}".lower())


@pytest.mark.parametrize("asked", EVERY)
@pytest.mark.parametrize("verdict", ["better", "undetermined"])
def test_each_clause_has_a_line_of_its_own_and_the_contrasts_that_show_it_are_set_apart(made, asked, verdict):
    results = made(say(verdict), catalogue=say(verdict), young=say(verdict), who=say(verdict), diagnoses=[])
    sight, _, _ = answers.answered(EVERY[asked], results).partition("<details")
    said = re.sub(r'<span class="examples">\(.*?\)</span>', "", sight.removeprefix(f"<strong>{asked}</strong>"))

    short = answers.completed(EVERY[asked].answer(results), results).short
    lines = sight.split(TURN)
    assert len(clauses(short)) == len(lines)
    assert all(line.endswith("; ") for line in lines[:-1])
    assert ("</strong>" in short) == ('<span class="examples">' in sight)
    assert "</strong>" not in said


@pytest.mark.parametrize("asked", EVERY)
def test_what_is_not_in_sight_is_folded(made, asked):
    answer = EVERY[asked].answer(made(catalogue=nothing, young=nothing, who=nothing, diagnoses=[]))
    shown = answers.answered(EVERY[asked], made(catalogue=nothing, young=nothing, who=nothing, diagnoses=[]))

    assert ("<summary>All that settles it</summary>" in shown) == (answer.short != answer.lead)
    for one in answer.rests_on:
        assert one.left_variant in shown and one.right_variant.split(",")[0] in shown


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", "yes: all 5 that were compared beat the best counting rule, tifu-knn (recall@10 "),
        ("worse", "no: all that was compared with the best counting rule, tifu-knn (recall@10 "),
        ("equivalent", "nothing beats it by more than the margin of 0.005 ("),
        ("undetermined", "not shown: of the 5 that were compared with the best counting rule, tifu-knn (recall@10 "),
    ],
)
def test_whether_counting_is_beaten_turns(made, verdict, expected):
    told = short(made(say(verdict)), COUNTING)

    assert expected in told
    assert f"], {verdict}" in told


def test_one_winner_of_several_is_counted_and_shown_and_none_where_one_is_worse(made):
    def but_trees(verdict):
        def change(written):
            say("undetermined")(written)
            say(verdict, "trees-over-counting")(written)

        return short(made(change), COUNTING)

    alike, worse, better = map(but_trees, ("undetermined", "worse", "better"))
    assert "none is shown better or worse (" in alike and "yes" not in alike
    assert "not shown: nothing that was compared with the best counting rule, tifu-knn (recall@10 " in worse
    assert "is shown to beat it, but not every contrast is settled (" in worse
    assert "yes: 1 of 5 that were compared beats the best counting rule" in better
    assert "lightgbm-lambdarank over tifu-knn +0.0200 [+0.0160, +0.0240], better" in better


def test_a_gain_below_the_margin_is_said_to_be_less(made):
    def small(written):
        for one in written["contrasts.json"]:
            one |= {"verdict": "better", "effect": 0.002, "low": 0.001, "high": 0.004}

    assert "yes, which is less than the margin of 0.005: all 5" in short(made(small), COUNTING)


def test_of_each_verdict_the_contrast_that_was_declared_first_is_shown_and_the_rest_is_counted(made):
    def split(written):
        say("undetermined", *(one["name"] for one in written["contrasts.json"]))(written)
        say("worse", "bpr-over-softmax", "bce-over-softmax")(written)

    told = short(made(split), LOSS)
    assert "sum-horizon-sampled (64 negatives) over sum-horizon +0.0060" in told
    assert "sum-horizon-bce (1 negative) over sum-horizon −0.0200" in told and "worse (as is 1 more)" in told
    assert "undetermined (as are 3 more)" in told and "bpr" not in told


def test_a_contrast_that_says_little_is_told_by_its_verdict_alone(made):
    def near(written):
        say("worse", "composed-over-id")(written)
        say("better", "composed-with-id-over-id")(written)
        for row in written["leaderboard.json"]:
            if row["variant"] == "composed-horizon-young":
                row["select"] = 0.0

    told = short(made(young=near), "What about young candidates?")
    assert "in favour of candidates composed from their attributes over an id table alone" in told
    assert "the other one is worse" in told


def test_shuffling_is_told_of_a_variant_over_itself(made):
    results = made(diagnoses=[diagnosis("order-retrained", "worse", VERDICTS["worse"])])

    assert "sum-horizon-repeat over itself, order shuffled, retrained +0.0200" in short(results, ORDER)


def test_of_shuffles_those_that_were_trained_so_are_shown_and_the_others_folded(made):
    """Whatever their effects are and in which order they are declared; those at test alone where there is no other."""
    at_test, retrained = diagnosis("order-at-test", "worse", -0.03), diagnosis("order-retrained", "equivalent", -0.001)
    results = made(diagnoses=[at_test, retrained])
    told = short(results, ORDER)

    assert "over itself, order shuffled, retrained +0.0010" in told and "are equivalent" in told
    assert "at test only" not in told and " more" not in told
    assert "order shuffled at test only" in text(EVERY[ORDER].answer(results).lead)
    assert "at test only +0.0300" in short(made(diagnoses=[at_test]), ORDER)


def test_who_is_asked_about_is_said_where_the_answer_is_short(made):
    assert short(made(who=nothing), "Who will buy?").startswith(
        "the question is whether a user who had an event in the 28 days before the cut-off takes a key action "
    )


def test_what_of_an_effect_is_on_young_candidates_is_said_where_the_answer_is_short(made):
    told = short(made(young=nothing), "What about young candidates?")

    assert re.search(
        r"undetermined†? \(as is 1 more\), [+−]0\.\d{4} of it on known and [+−]0\.\d{4} on young ones", told
    )


def test_other_runs_that_differ_are_counted(compared):
    there = contrasts(("horizon-over-moment", "worse", -0.01))
    results = compared(contrasts(("horizon-over-moment", "better", 0.02)), there)

    assert "other runs differ" in short(results, "Which objective?")


def test_other_runs_are_told_in_a_sentence_each_over_their_contrasts(compared):
    both = contrasts(("trees-over-counting", "better", 0.02))
    results = compared(both, both)
    (told,) = (text(one) for one in repeats.in_short(results))

    assert re.match(r"On the snapshot old: of \d+ headline contrasts \d+ confirmed", told)
    assert "none corrected" in told
    assert told in text(findings.repeated(results)) and "<details" in findings.repeated(results).text


def test_who_finds_most_young_candidates_is_told_of_a_run_anew_too(made, monkeypatch):
    """Other candidates may be held back there, so that another variant finds most of them."""
    results, other = made(young=nothing), made(young=nothing).beside("young")
    asked, told = "What about young candidates?", "; run anew as complete-journey, "

    assert told not in short(results, asked)
    monkeypatch.setattr(young_answer, "pairs_of", lambda here: [Pair(here, other)])
    assert f"{told}popularity-young finds most young candidates on test (recall@10 0.4000)" in short(results, asked)


def test_of_a_run_that_declares_nothing_alike_that_is_said(compared):
    def other(written):
        for one in written["contrasts.json"]:
            one["name"] = f"other-{one['name']}"

    (told,) = (text(one) for one in repeats.in_short(compared(there=other)))
    assert told.startswith("On the snapshot old: no contrast that could be repeated is declared alike on both")
