"""The headline of Findings: who beats counting, what the history adds, and how much of test that rests on."""

import pytest

from study.exhibits import answers, choose, counting_answer
from study.exhibits.answer import TURN
from tests.exhibits.asking import UNREAD, say
from tests.exhibits.pairing import text


def test_the_headline_says_what_reading_the_history_adds_and_which_winner_reads_none(made, against_counting):
    won = text(answers.headline(made(say("better"))))
    lost = text(answers.headline(made(say("worse", "history-over-counts"))))
    sides = "a model that reads the history", UNREAD

    assert (
        "blind-horizon-repeat (own counts, dates and popularity alone, weights learned; declared after test was "
        "seen)" in won
    )
    assert f". With head repeat-aware, in favour of {sides[0]} over {sides[1]}, declared after test was seen." in won
    assert f". With head repeat-aware, in favour of {sides[1]} over {sides[0]}, declared after test was seen." in lost
    assert "With head" not in text(answers.headline(against_counting("better", 0.01)))


@pytest.mark.parametrize(
    ("here", "there", "is_told"),
    [
        ("equivalent", ["better", "better"], True),
        ("equivalent", ["worse", "worse"], True),
        ("worse", ["better", "better"], True),
        ("better", ["better", "better"], False),
        ("equivalent", ["better", "undetermined"], False),
        ("equivalent", ["better", "worse"], False),
        ("equivalent", ["undetermined", "undetermined"], False),
    ],
)
def test_the_headline_names_an_arm_in_which_the_history_is_shown_to_make_a_difference_all_the_same(
    made, monkeypatch, here, there, is_told
):
    """With its effects, which may be less than the margin, and that other runs differ where they do."""

    def over_blind(results):
        found = over(results)
        if results.arm != "young":
            return found
        effects = zip(there, (0.003, 0.004), strict=True)
        return [found[0].model_copy(update={"verdict": verdict, "effect": effect}) for verdict, effect in effects]

    over = choose.over_blind
    monkeypatch.setattr(choose, "over_blind", over_blind)

    results = made(say(here), young=lambda _: None)
    told = text(answers.headline(results))
    monkeypatch.setattr(counting_answer, "otherwise", lambda *_: "other runs differ")
    doubted = text(answers.headline(results))

    shown = f", declared after test was seen ({there[0]} with the history in the arm young, +0.0030 and +0.0040"
    assert is_told == (f"{shown}). " in told) == (f"{shown}; other runs differ). " in doubted)
    assert is_told == ("in the arm young" in told)


def test_each_sentence_of_the_headline_has_a_line_of_its_own(made):
    lines = answers.headline(made(say("better"))).text.split(TURN)

    assert [True, True, True] == [line.endswith(". ") for line in lines[:-1]]
    assert lines[1].startswith("With head ")
    assert lines[-1].startswith("On test here: ")


def test_the_headline_says_how_much_it_rests_on_and_that_a_taste_is_none(made):
    def taste(written):
        written["manifest.json"]["budget"] = "quick"

    whole, quick = made(), made(taste)
    asked = "On test here: 2 queries of 1 user"
    none = " (a taste on tiny budgets, so nothing here is a finding)"

    assert text(answers.headline(whole)).endswith(f" {asked}.")
    assert text(answers.headline(quick)).endswith(f" {asked}{none}.")


@pytest.mark.parametrize(
    ("winning", "is_told"),
    [({"aggregates"}, True), ({"hybrid", "aggregates"}, True), ({"sequence", "aggregates"}, False), (set(), False)],
)
def test_the_headline_says_where_something_beats_counting_and_no_sequence_model_does(made, winning, is_told):
    """A reader who asks what became of the Transformer finds it in the first lines."""
    against = choose.against_counting(made())
    families = {one.name: made().row(one.left_variant).family for one in against}
    sequences = [name for name, family in families.items() if family == "sequence"]

    def turned(asked):
        def change(written):
            written["contrasts.json"] = [one for one in written["contrasts.json"] if one["name"] in asked]
            for name, family in families.items():
                say("better" if family in winning else "worse", name)(written)

        return text(answers.headline(made(change)))

    many = f". Of the {len(sequences)} sequence models that were compared with that rule, none is shown to beat it. "
    rest = [name for name in families if name not in sequences]
    one = next(one.left_variant for one in against if one.name == sequences[0])
    alone = f". {one}, the only sequence model compared with that rule, is not shown to beat it. "

    assert is_told == (many in turned(families))
    assert is_told == (alone in turned([sequences[0], *rest]))
    assert "with that rule" not in turned(rest)
