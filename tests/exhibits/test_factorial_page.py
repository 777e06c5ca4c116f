"""The page Factorial: its effects, its cells, and whether they cross their factors."""

from dataclasses import replace

import pytest

from study.exhibits import factorial, simple_effects
from study.exhibits.markup import Html
from study.exhibits.prose import plural, signed
from study.exhibits.records import Effect
from tests.exhibits.asking import told
from tests.exhibits.conftest import contrast
from tests.exhibits.pairing import text


def effect(verdict: str, value: float, *factors: str) -> Effect:
    levels = {"head": ["plain", "repeat"], "objective": ["next", "horizon"], "representation": ["flat", "sum"]}
    return Effect(**contrast(verdict, value), factors=list(factors), levels=[levels[factor] for factor in factors])


@pytest.mark.parametrize(
    ("verdict", "value", "factors", "expected"),
    [
        ("better", 0.02, ["head"], "over the other factors repeat is better than plain (+0.0200"),
        ("worse", -0.02, ["head"], "over the other factors repeat is worse than plain (−0.0200"),
        ("worse", -0.002, ["head"], "repeat is worse than plain, perhaps by less than the margin"),
        ("equivalent", 0.001, ["head"], "repeat and plain are equivalent within ±0.005"),
        ("undetermined", 0.01, ["head"], "whether repeat or plain is better stays undetermined"),
        ("better", 0.02, ["representation", "head"], "sum is worth more with repeat than without it"),
        ("worse", -0.02, ["representation", "head"], "sum is worth less with repeat than without it"),
        ("equivalent", 0.0, ["representation", "head"], "sum and repeat add up within ±0.005"),
        ("undetermined", 0.01, ["representation", "head"], "whether sum and repeat add up stays undetermined"),
        (
            "better",
            0.02,
            ["representation", "objective", "head"],
            "the interaction of sum and horizon is higher with repeat than with plain",
        ),
    ],
)
def test_an_effect_is_told_by_its_verdict(verdict, value, factors, expected):
    assert expected in text(factorial.effect_sentence(effect(verdict, value, *factors), 0.005, 0.05))


@pytest.mark.parametrize(
    ("verdict", "p", "is_told"), [("equivalent", 0.01, True), ("equivalent", 0.06, False), ("better", 0.01, False)]
)
def test_an_equivalence_that_hides_a_difference_says_so(verdict, p, is_told):
    one = effect(verdict, 0.003, "head").model_copy(update={"p_difference": p})

    assert is_told == (", though a difference below the margin is shown" in factorial.wording(one, 0.005, 0.05))


def test_the_factorial_has_a_sentence_for_each_effect_and_a_cube_of_its_cells(made):
    results = made()

    assert 7 == factorial.verdicts(results).text.count("<li>")
    recall = {cell: results.row(cell).recall for cell in results.params.factorial.cells}
    plain = recall["sum-horizon"] - recall["sum-next-moment"] - recall["flat-horizon"] + recall["flat-next-moment"]
    assert f"; {signed(plain)} with plain, " in text(factorial.verdicts(results))
    assert f"flat-next-moment {results.row('flat-next-moment').recall:.4f}" in factorial.cells(results).text


@pytest.mark.parametrize("verdict", ["better", "worse", "equivalent", "undetermined"])
def test_where_factors_interact_the_page_tells_each_level_apart(made, verdict):
    def change(written):
        next(e for e in written["factorial.json"] if e["factors"] == ["representation", "head"])["verdict"] = verdict

    shown = text(factorial.verdicts(made(change)))
    lead = "where it interacts with another factor, apart, by t, asked when test had been scored: with"

    for gained, levels in {
        "sum gains over flat": ("plain", "repeat"),
        "repeat gains over plain": ("flat", "sum"),
    }.items():
        told = shown.partition(f"What {gained} {lead} ")[2].partition(".What")[0]
        assert bool(told) == (verdict in ("better", "worse"))
        assert not told or (told.startswith(levels[0]) and f"; with {levels[1]} " in told)


def test_both_p_values_are_named_where_an_equivalence_hides_a_difference():
    alike = effect("equivalent", 0.003, "head").model_copy(update={"p_difference": 0.02, "p_equivalence": 0.01})
    open_ = alike.model_copy(update={"verdict": "undetermined"})
    told = [text(factorial.effect_sentence(one, 0.005, 0.05)) for one in (alike, open_)]

    assert "p = 0.010 of an equivalence, p = 0.020 of a difference)" in told[0]
    assert told[1].endswith(", p = 0.020)")
    none = alike.model_copy(update={"p_difference": 0.2})
    assert text(factorial.effect_sentence(none, 0.005, 0.05)).endswith("p = 0.010 of an equivalence)")


def test_cells_whose_best_round_was_the_last_are_told_wherever_an_effect_is(made):
    def change(is_unfinished):
        def changed(written):
            for row in written["leaderboard.json"]:
                row["unfinished"] = is_unfinished and row["variant"] in ("flat-horizon", "sum-horizon")

        return changed

    some, none = (made(change(is_unfinished)) for is_unfinished in (True, False))
    clause = "2 of 8 cells had their best round at the end of the budget (flat-horizon and sum-horizon): an effect"
    assert clause in text(factorial.verdicts(some))
    assert "end of the budget" not in text(factorial.verdicts(none))
    asked = "Which objective?"
    assert ("2 of 8 cells unfinished)" in told(some, asked)) and ("of 8 cells unfinished" not in told(none, asked))
    assert "unfinished" in factorial.cells(some).text.partition("</thead>")[2]


def planned(results, factors, cells):
    """The results with another factorial."""
    plan = results.params.factorial.model_copy(update={"factors": factors, "cells": cells})
    return replace(results, params=results.params.model_copy(update={"factorial": plan}))


def test_a_level_that_is_two_objectives_is_told_and_one_that_is_one_is_not(made):
    """With the next token in the cells of flattened tokens, the effect of the representation is mixed."""
    crossed = made()
    plan = crossed.params.factorial
    cells = {name.replace("flat-next-moment", "flat-next"): levels for name, levels in plan.cells.items()}
    mixed = planned(crossed, plan.factors, cells)
    clause = "next is next moment or next token, by representation"

    assert "Every level of representation, objective and head is one value of it in all its cells" in text(
        factorial.levels(crossed)
    )
    assert f"Here {clause}. So an effect" in text(factorial.levels(mixed))
    assert clause not in told(crossed, "Which representation?")
    late = "some contrasts of its cells declared after test was seen, all those of "
    found = f"{late}{plural(len(factorial.late_cells(mixed)), 'cell')}"
    assert f"; in the factorial (where {clause}; {found}), over the other factors" in told(mixed, "Which objective?")
    assert {"flat-next", "flat-next-repeat"} <= set(factorial.late_cells(mixed))


def test_every_factor_is_checked_and_what_is_no_part_is_not(made):
    """An event-level that is sum or concat, objectives by heads, and cells that have no objective at all."""
    results = made()
    event = planned(
        results,
        {"representation": ["flat", "event"], "objective": ["next", "horizon"]},
        {
            "flat-next-moment": ["flat", "next"],
            "flat-horizon": ["flat", "horizon"],
            "sum-next-moment": ["event", "next"],
            "concat-horizon": ["event", "horizon"],
        },
    )
    heads = planned(
        results,
        {"objective": ["next", "horizon"], "head": ["plain", "repeat"]},
        {
            "flat-next": ["next", "plain"],
            "flat-next-moment-repeat": ["next", "repeat"],
            "flat-horizon": ["horizon", "plain"],
            "flat-horizon-repeat": ["horizon", "repeat"],
        },
    )
    trees = planned(
        results,
        {"objective": ["binary", "lambdarank"]},
        {"lightgbm-binary": ["binary"], "lightgbm-lambdarank": ["lambdarank"]},
    )

    assert ["<code>event</code> is concat or sum, by objective"] == factorial.mixed(event)
    assert ["<code>next</code> is next moment or next token, by head"] == factorial.mixed(heads)
    assert [] == factorial.mixed(trees)
    assert Html("") == factorial.levels(trees)


def test_where_no_contrast_between_cells_is_late_none_is_told_of_a_cell_alone(made, monkeypatch):
    """A cell of which every contrast is late has them all with variants that are no cells."""
    results = made()
    monkeypatch.setattr(factorial, "late_contrasts", lambda _: [])

    assert factorial.late_cells(results)
    assert "; in the factorial (where next is next moment), over the other factors" in told(results, "Which objective?")


def test_factors_whose_levels_have_the_same_names_are_told_apart(made):
    def change(written):
        for one in written["factorial.json"]:
            if len(one["factors"]) == 2:
                one |= {"verdict": "better", "effect": 0.02, "low": 0.016, "high": 0.024}

    results = made(change)
    plan = results.params.factorial
    places = list(plan.factors.values())
    cells = {
        cell: [("no", "yes")[places[at].index(level)] for at, level in enumerate(levels)]
        for cell, levels in plan.cells.items()
    }
    alike = plan.model_copy(update={"factors": {name: ["no", "yes"] for name in plan.factors}, "cells": cells})
    named = replace(results, params=results.params.model_copy(update={"factorial": alike}))
    found = simple_effects.sentences(named)

    assert 3 == len(found) == len(simple_effects.sentences(results))
    assert all(4 == one.count("; with ") + one.count(": with ") for one in found)
