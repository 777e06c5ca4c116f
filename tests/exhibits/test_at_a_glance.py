"""The picture of all answers: a mark for each contrast that an answer tells, in its margins, under its question."""

import json
import re

import pytest

from study.exhibits.at_a_glance import figure, sides
from study.exhibits.clauses import evidence
from tests.exhibits.asking import EVERY, say
from tests.exhibits.conftest import diagnosis

DIAGNOSES = [
    diagnosis("order-at-test", "worse", -0.02),
    diagnosis("users-25", "equivalent", 0.001),
    diagnosis("users-50", "equivalent", 0.001),
]


def nothing(_):
    pass


@pytest.fixture
def whole(made):
    """Results in which every question can be answered, changed by a function."""

    def make(change=nothing, **arms):
        return made(change, diagnoses=DIAGNOSES, **{"catalogue": nothing, "young": nothing, "who": nothing} | arms)

    return make


def drawn(html) -> tuple[list[str], dict[int, tuple[str, float, float, float]]]:
    """The rows, and by row the verdict of its mark, where it stands and where its interval ends."""
    spec = json.loads(html.text.split('<script type="application/json">')[1].split("</script>")[0])
    marks = {}
    for trace in spec["data"]:
        ends = zip(trace["error_x"]["arrayminus"], trace["error_x"]["array"], strict=True)
        for row, x, (below, above) in zip(trace["y"], trace["x"], ends, strict=True):
            marks[int(row)] = trace["name"], x, x - below, x + above
    return spec["layout"]["yaxis"]["ticktext"], marks


def below(html, asked: str) -> list[tuple[str, float, float, float]]:
    """The marks under a question."""
    rows, marks = drawn(html)
    first = rows.index(f"<b>{asked}</b>") + 1
    last = next((row for row in range(first, len(rows)) if rows[row].startswith("<b>")), len(rows))
    return [marks[row] for row in range(first, last)]


def test_every_question_has_its_row_in_their_order_and_every_other_row_one_mark(whole):
    rows, marks = drawn(figure(whole()))

    assert list(EVERY) == [re.sub("<[^>]+>", "", row) for row in rows if row.startswith("<b>")]
    assert [place for place, row in enumerate(rows) if not row.startswith("<b>")] == sorted(marks)


@pytest.mark.parametrize("asked", EVERY)
def test_what_an_answer_rests_on_is_what_its_sentence_tells(whole, asked):
    results = whole(say("better", "hybrid-over-counting"))
    answer = EVERY[asked].answer(results)

    assert answer.rests_on
    for contrast in answer.rests_on:
        effect_and_interval = re.search(r"</code> ([+\N{MINUS SIGN}].*?\])", evidence([contrast], answer.margin)).group(
            1
        )
        assert effect_and_interval in answer.lead
    assert len(below(figure(results), asked)) == len(answer.rests_on)


def test_a_mark_stands_at_its_effect_in_margins_with_its_interval_and_its_verdict(whole):
    for verdict, effect in (("better", 0.02), ("worse", -0.02)):
        (told, x, low, high), *others = below(figure(whole(say(verdict, "horizon-over-moment"))), "Which objective?")
        assert [verdict, *["undetermined"] * 3] == [told, *(other[0] for other in others)]
        assert [effect / 0.005, (effect - 0.004) / 0.005, (effect + 0.004) / 0.005] == pytest.approx([x, low, high])


def test_a_mark_about_users_is_in_margins_of_their_recall_which_the_caption_tells(whole):
    found = figure(whole(who=say("worse", effect=-0.04)))

    assert {("worse", -2.0)} == {(verdict, round(x, 6)) for verdict, x, *_ in below(found, "Who will buy?")}
    assert "0.005 of recall@10, and 0.02 of recall among the top 5 % for &#x27;Who will buy?&#x27;" in found.text


def test_contrasts_declared_after_test_was_seen_are_marked_and_no_others(whole):
    results = whole()
    rests_on = [contrast for question in EVERY.values() for contrast in question.answer(results).rests_on]
    rows, _ = drawn(figure(results))
    marked = [row for row in rows if row.endswith("\N{DAGGER}")]

    assert 0 < len(marked) < len(rests_on)
    assert [f"{sides(c)}\N{DAGGER}" for c in rests_on if c.after_test] == marked


def test_a_row_of_one_of_the_longer_names_is_whole(made):
    variant = {"left_variant": "lightgbm-lambdarank", "right_variant": "lightgbm-lambdarank", "family": "aggregates"}
    rows, _ = drawn(figure(made(diagnoses=[diagnosis("order-retrained", "worse", -0.02, **variant)])))

    assert [row for row in rows if row.startswith("lightgbm-lambdarank over itself, order shuffled")]
    assert not [row for row in rows if "\N{HORIZONTAL ELLIPSIS}" in row]


def test_where_no_answer_rests_on_a_contrast_nothing_is_drawn(made):
    def no_contrasts(written):
        written["contrasts.json"] = []

    assert not figure(made(no_contrasts)).text


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("sum-next", "flat-next", "sum-next over flat-next"),
        ("trees, 25 % of the users", "trees", "trees, 25 % of the users over itself"),
        ("trees", "trees, order shuffled", "trees over itself, order shuffled"),
        ("trees", "trees-deep", "trees over trees-deep"),
    ],
)
def test_a_variant_over_itself_is_told_so(whole, left, right, expected):
    contrast = EVERY["Which objective?"].answer(whole()).rests_on[0]
    assert expected == sides(contrast.model_copy(update={"left_variant": left, "right_variant": right}))


def test_a_contrast_that_two_questions_rest_on_is_told_to_be_the_same_one_and_counted_once(whole):
    """What is shipped may be the best on select of what beats counting, and no other takes its place."""
    shown = figure(whole(say("better", "learners-over-counting")))
    rows, marks = drawn(shown)
    (again,) = [row for row in rows if row.endswith(" (as above)")]

    assert again.removesuffix(" (as above)") in rows
    assert len(rows) == len(set(rows))
    assert f"What the answers rest on: {len(marks) - 1} contrasts (" in shown.text
