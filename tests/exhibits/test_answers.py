"""Each answer of Findings follows its contrasts: opposite signs, opposite sentences."""

import re

import pytest

from study.errors import UserError
from study.exhibits import answers
from study.exhibits.build import pages
from tests.exhibits.asking import EVERY, VERDICTS, as_long, lead, say, told
from tests.exhibits.conftest import diagnosis


def test_what_was_compared_with_another_counting_rule_alone_is_told_besides(made):
    results = made(say("better", "hybrid-over-decay"))
    sentence = told(results, "Does anything beat counting?")

    assert sentence.startswith("Does anything beat counting? Not shown")
    assert "besides, sum-horizon-repeat over personal-decay" in sentence
    assert "hybrid-lambdarank over personal-decay +0.0200 [+0.0160, +0.0240], better" in sentence


def test_the_questions_are_asked_in_the_order_of_the_study_and_lead_to_pages_of_the_book():
    expected = [
        "Does anything beat counting?",
        "Is it the data?",
        "Which representation?",
        "Which objective?",
        "Which loss, and does the catalogue's size matter?",
        "Does order matter?",
        "What about young candidates?",
        "Who will buy?",
        "What to ship, at what cost?",
    ]
    assert expected == list(EVERY)
    assert {question.page for question in answers.QUESTIONS} - set(pages()) <= {"diagnostics"}


@pytest.mark.parametrize("asked", EVERY)
def test_every_answer_is_one_sentence_with_a_link_whatever_was_run(made, asked):
    nothing = lambda _: None  # noqa: E731
    alone, whole = made(), made(diagnoses=[], catalogue=nothing, young=nothing, who=nothing)

    for results in (alone, whole):
        sentence = told(results, asked)
        assert sentence.endswith((f" ({EVERY[asked].title}).", f"); see {EVERY[asked].title}."))
        assert not re.search(r"[.?!] [A-Z]", sentence.removeprefix(asked).strip())


@pytest.mark.parametrize("asked", EVERY)
def test_a_sentence_ends_before_what_stands_beside_it_which_is_folded(made, asked):
    results = made(diagnoses=[], catalogue=lambda _: None, young=lambda _: None, who=lambda _: None)
    question = EVERY[asked]
    answer = answers.completed(question.answer(results), results)
    sentence, _, folded = answers.answered(question, results).partition('<details class="beside">')

    assert sentence.startswith(f"<strong>{asked}</strong> ")
    link = f'<a href="{question.page}.html">{question.title}</a>'
    assert re.sub("</?span[^>]*>", "", sentence).endswith((f" ({link}).", f"); see {link}."))
    assert len(answer.beside) == folded.count("<li>")
    assert all(clause and not clause.startswith(";") for clause in answer.beside)
    assert not re.search(r"</small></span>[;,.]", sentence + folded)
    assert bool(answer.beside) == ("<summary>Further contrasts, and what limits this answer</summary>" in folded)


LAYOUTS = ("next-token", "flat-moment", "flat-horizon")
EVENTS = [f"event-over-{layout}{head}" for head in ("", "-repeat") for layout in LAYOUTS]
HELD = "with objective next moment or horizon and head"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (
            "better",
            f"In favour of one position per event (sum) over flattened tokens, {HELD} plain: sum-next-moment over",
        ),
        (
            "worse",
            f"In favour of flattened tokens over one position per event (sum), {HELD} plain: sum-next-moment over",
        ),
        ("equivalent", "One position per event (sum) and flattened tokens are equivalent within ±0.005"),
        ("undetermined", "Undetermined between one position per event (sum) and flattened tokens"),
    ],
)
def test_the_representation_turns(made, verdict, expected):
    assert expected in told(made(as_long(say(verdict, *EVENTS))), "Which representation?")


def test_the_representation_is_answered_for_each_head_by_sides_with_one_objective(made):
    def split(written):
        say("worse", *EVENTS)(written)
        say("better", "event-over-flat-horizon", "event-over-flat-moment")(written)

    sentence = told(made(as_long(split)), "Which representation?")
    plain, repeat = f"{HELD} plain: sum-next-moment over flat", f"{HELD} repeat-aware: sum-next-moment-repeat over flat"
    assert f"In favour of one position per event (sum) over flattened tokens, {plain}" in sentence
    assert f"; in favour of flattened tokens over one position per event (sum), {repeat}" in sentence
    assert "; where their objectives differ as well, sum-next-moment over flat-next" in sentence


def test_contrasts_that_disagree_are_counted(made):
    def split(written):
        say("better", *SMALL[:3])(written)
        say("worse", *SMALL[3:])(written)

    sentence = told(made(split), "Which loss, and does the catalogue's size matter?")
    assert "(3 in favour of the other losses, 3 in favour of the full softmax)" in sentence


def test_no_contrast_of_representations_is_hidden(made):
    sentence = told(made(as_long()), "Which representation?")
    assert (
        "with a shorter history (51 events against 512 tokens (about 269 events)), sum-horizon-short over flat-h"
        in sentence
    )
    assert "besides, sum-horizon over sum-horizon-short" in sentence


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", "In favour of the horizon over the next moment"),
        ("worse", "In favour of the next moment over the horizon"),
    ],
)
def test_the_objective_turns(made, verdict, expected):
    both = "horizon-over-moment", "horizon-over-moment-flat"
    assert expected in told(made(say(verdict, *both)), "Which objective?")


LOSS = "Which loss, and does the catalogue's size matter?"
SMALL = [f"{loss}-over-softmax" for loss in ("sampled", "bce", "gbce", "bpr", "bce-64", "bpr-64")]
LARGE = [f"{name}-products" for name in SMALL]


def test_the_loss_turns_with_the_catalogue(made):
    same = made(say("worse", *SMALL), catalogue=say("worse", *LARGE))
    turned = made(say("worse", *SMALL), catalogue=say("better", *LARGE))

    assert (
        "the 6 verdicts that are settled on both catalogues, on sampled softmax (64 negatives), bce (1 negative), gbce "
        "(64 negatives, calibration 0.75), bpr (1 negative), bce (64 negatives) and bpr (64 negatives), do not change "
        "with the size, which no contrast tests itself, and the budgets" in told(same, LOSS)
    )
    assert "in favour of the full softmax over the other losses" in told(turned, LOSS)
    assert "in favour of the other losses over the full softmax" in told(turned, LOSS)
    assert "size for sampled softmax (64 negatives): worse, then better, bce" in told(turned, LOSS)


NONE_SETTLED = "none has a settled verdict on both: whether the size matters is not answered by these"


def test_losses_that_are_undetermined_on_both_catalogues_are_not_said_to_keep_their_verdict(made):
    sentence = told(made(catalogue=lambda _: None), LOSS)

    assert f"of the losses that were compared on both catalogues, {NONE_SETTLED}" in sentence
    assert "not change with the size" not in sentence


def test_a_verdict_that_is_settled_on_one_catalogue_alone_is_not_said_to_change(made):
    half = made(say("undetermined", *SMALL), catalogue=say("equivalent", *LARGE))
    same = made(say("worse", "bce-over-softmax"), catalogue=say("worse", *LARGE))

    assert f"of the losses that were compared on both catalogues, {NONE_SETTLED}" in told(half, LOSS)
    assert "the one verdict that is settled on both catalogues, on bce (1 negative), does not change" in told(
        same, LOSS
    )


def test_losses_that_are_at_popularity_on_one_catalogue_are_left_out_of_what_changes_and_that_is_said(made):
    def unlearned(verdict, *variants):
        def change(written):
            say(verdict, *LARGE)(written)
            for row in written["leaderboard.json"]:
                row["select"] = 0.001 if row["variant"] in variants else row["select"]

        return change

    some, no = ["sum-horizon-bce-products"], ["sum-horizon-products"]
    among = "of the losses that, like the full softmax, are clearly above popularity on both catalogues, "
    same, turned, half, none = (
        told(made(say("worse", *SMALL), catalogue=unlearned(verdict, *at)), LOSS)
        for verdict, at in (("worse", some), ("better", some), ("undetermined", some), ("worse", no))
    )

    of_most = "bpr (1 negative), bce (64 negatives) and bpr (64 negatives)"
    kept = f"on sampled softmax (64 negatives), gbce (64 negatives, calibration 0.75), {of_most}"
    assert f"{among}the 5 verdicts that are settled on both catalogues, {kept}, do not change" in same
    assert f"{among}the verdict changes with the catalogue's size for sampled softmax" in turned
    assert "bce (1 negative): worse, then better" not in turned
    assert f"{among}{NONE_SETTLED}" in half
    above = "clearly above popularity on both catalogues: whether"
    assert f"no loss that was compared on both is, together with the full softmax, {above}" in none


@pytest.mark.parametrize(
    ("causal", "shuffled", "expected"),
    [
        ("better", "worse", "In favour of causal attention over an average by age"),
        ("worse", "better", "In favour of an average by age over causal attention"),
        ("equivalent", "equivalent", "Causal attention and an average by age are equivalent within ±0.005"),
        ("better", "equivalent", "In favour of causal attention over an average by age"),
    ],
)
def test_order_is_judged_by_the_control(made, causal, shuffled, expected):
    shuffles = [diagnosis("order-retrained", shuffled, VERDICTS[shuffled])]
    results = made(say(causal, "causal-over-mean-pool"), diagnoses=shuffles)

    assert expected in told(results, "Does order matter?")
    assert "; an average by age weighs no event by what it is" in told(results, "Does order matter?")


COMPOSED = "candidates composed from their attributes (with head composed{})"


@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        ("better", f"in favour of {COMPOSED} over an id table alone"),
        ("worse", f"in favour of an id table alone over {COMPOSED}"),
    ],
)
def test_young_candidates_turn(made, verdict, expected):
    results = made(young=say(verdict))
    sentence = told(results, "What about young candidates?")

    own = "without the user's own counts"
    assert f"Over all candidates, known and young together, {own}, {expected.format('')}" in sentence
    assert f"; {expected.format(' with id')}" in sentence
    unnamed = lead(results, "What about young candidates?").replace("attributes (with head composed", "")
    assert "with head" not in unnamed  # which is what the sides differ in
    assert "; against counting, blind-horizon-repeat-young over popularity-young " in sentence
    assert "; sum-horizon-young over popularity-young " in sentence
    assert f"; told the user's own counts as well, {expected.format(' repeat-aware')}" in sentence
    assert f"; {expected.format(' with id repeat-aware')}" in sentence
    assert (
        "of young candidates alone the recall, which no contrast tests, and which hangs on the candidates that are "
        "held back, is 0.4000 [0.3900, 0.4100] by popularity-young, which finds most on test, is best on select "
        "and is the best counting rule; " in sentence
    )
    assert "which finds most on test of those composed from attributes; against counting," in sentence
    assert "which needs none to count a young one, composed-horizon-young over recent-popularity-young" in sentence


def test_contrasts_of_candidate_sides_are_told_apart_by_what_the_head_knows(made):
    """A composed side that loses with the plain head can win where the head is told the user's own counts."""

    def turn(written):
        say("worse", "composed-over-id", "composed-with-id-over-id")(written)
        say("better", "composed-over-id-repeat", "composed-with-id-over-id-repeat")(written)

    sentence = told(made(young=turn), "What about young candidates?")
    plain, aware = sentence.split("; told the user's own counts as well, ")
    for head in ("", " with id"):
        assert f"in favour of an id table alone over {COMPOSED.format(head)}" in plain
        assert f"in favour of {COMPOSED.format(f'{head} repeat-aware')} over an id table alone" in aware
    assert "in favour of candidates" not in plain


@pytest.mark.parametrize(
    ("asked", "arm"),
    [
        ("Is it the data?", "diagnostics"),
        (LOSS, "catalogue"),
        ("Does order matter?", "diagnostics"),
        ("What about young candidates?", "young"),
        ("Who will buy?", "who"),
    ],
)
def test_an_arm_that_was_not_run_is_named(made, asked, arm):
    assert f"the arm {arm} has not been run" in told(made(), asked)


def test_two_contrasts_that_resolve_to_the_same_variants_are_told_once(made):
    """Where the best counting rule is personal-decay, two contrasts compare it with the best sequence variant."""

    def same(written):
        for one in written["contrasts.json"]:
            if one["right"] == "best:counting":
                one["right_variant"] = "personal-decay"
        rows = written["leaderboard.json"]
        next(row for row in rows if row["variant"] == "personal-decay")["select"] = 1
        rows.sort(key=lambda row: -row["select"])

    assert 1 == told(made(same), "Does anything beat counting?").count("sum-horizon-repeat over personal-decay")


def test_two_contrasts_with_another_counting_rule_that_resolve_to_the_same_variants_are_told_once(made):
    def same(written):
        twin = next(one for one in written["contrasts.json"] if one["name"] == "hybrid-over-decay")
        twin |= {"left": "sum-horizon-repeat", "left_variant": "sum-horizon-repeat"}

    assert 1 == told(made(same), "Does anything beat counting?").count("sum-horizon-repeat over personal-decay")


def test_what_contradicts_its_own_sign_is_refused(made):
    with pytest.raises(UserError, match="event-over-next-token is called better"):
        told(made(say("better", "event-over-next-token", effect=-0.01)), "Which representation?")
