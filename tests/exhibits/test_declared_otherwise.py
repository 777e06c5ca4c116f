"""What params.yaml may declare otherwise than the default does, and parameters that changed after a run."""

import re

import pytest

from study.exhibits import choose, heads, protocol, representation, source, tokens, tokens_training, who, young
from study.exhibits.prose import flipped
from study.exhibits.results import Results
from study.params.roster import ComposedEntry
from tests.exhibits.asking import lead, told
from tests.exhibits.conftest import contrast
from tests.exhibits.pairing import text

TURNED = {
    "Does anything beat counting?": ("sequence-over-counting", "best:counting"),
    "Which representation?": ("event-over-flat-horizon", "flat-horizon"),
    "Which objective?": ("horizon-over-moment", "sum-next-moment"),
    "Does order matter?": ("causal-over-mean-pool", "mean-pool-horizon"),
}


def turned(name: str):
    """A change of results: the contrast was declared the other way round, and its sides lie so."""

    def change(written):
        rows = written["contrasts.json"]
        at = next(i for i, row in enumerate(rows) if row["name"] == name)
        swapped = {a: rows[at][b] for a, b in (("left", "right"), ("right", "left"))}
        swapped |= {
            f"{side}_variant": rows[at][f"{other}_variant"] for side, other in (("left", "right"), ("right", "left"))
        }
        ends = {"effect": -rows[at]["effect"], "low": -rows[at]["high"], "high": -rows[at]["low"]}
        verdict = {"better": "worse", "worse": "better"}.get(rows[at]["verdict"], rows[at]["verdict"])
        rows[at] |= {**swapped, **ends, "verdict": verdict}

    return change


@pytest.mark.parametrize("asked", TURNED)
def test_a_contrast_that_is_declared_the_other_way_round_answers_alike(made, asked):
    name, left = TURNED[asked]
    results = made(turned(name))

    assert left in next((c.left, c.left_variant) for c in results.contrasts if c.name == name)
    assert told(made(), asked) == told(results, asked)


def test_the_parts_of_an_effect_turn_with_it(made):
    """Composed candidates over an id table are told so, with what is gained on known and on young ones."""
    asked, name = "What about young candidates?", "composed-over-id"
    as_declared = made(young=lambda _: None)

    assert name in {contrast.name for contrast in as_declared.beside("young").contrasts}
    assert "of it on known and" in told(as_declared, asked)
    assert told(as_declared, asked) == told(made(young=turned(name)), asked)


def test_what_a_longer_history_is_worth_is_found_whichever_way_round_it_is_declared(made):
    as_declared = text(representation.history(made()))

    assert "What the longer history is worth: sum-horizon over sum-horizon-short" in as_declared
    assert as_declared == text(representation.history(made(turned("long-over-short"))))
    assert as_declared == text(representation.history(made(turned("short-event-over-flat"))))


def test_a_contrast_that_fits_both_ways_is_told_as_it_is_declared(made):
    results = made()
    alike = choose.about(results, {"representation": "sum"}, {"representation": "sum"}, "representation")

    assert ["long-over-short"] == [c.name for c in alike]
    assert alike == [c for c in results.contrasts if c.name == "long-over-short"]
    assert [flipped(alike[0])] == choose.others([flipped(alike[0])], [])
    assert [] == choose.others([flipped(alike[0])], alike)


def test_parameters_that_changed_after_the_run_are_told_over_its_page(made):
    results = made()
    budgets = results.params.budgets.model_copy(deep=True)
    spent = budgets.default.model_copy(update={"main": budgets.default.main.model_copy(update={"trials": 48})})
    today = results.params.model_copy(update={"budgets": budgets.model_copy(update={"default": spent})})

    assert "has changed since" not in text(source.line(results))
    assert "params.yaml has changed since. What this page says" in text(source.line(Results(results.root, today)))


def test_the_budget_of_an_arm_is_the_one_that_it_was_run_with(made):
    def tiny(written):
        written["manifest.json"]["budget"] = "quick"

    shown = protocol.budgets_of_arms(made(who=tiny)).text
    rows = [" ".join(map(text, re.findall(r"<td.*?</td>", row))) for row in shown.split("<tr>")]

    assert "main default 8 8 150,000 120 5 100,000 – 5" in rows
    assert "who quick 2 2 10,000 10 4 100 – 2" in rows
    assert "diagnostics default – – 37,500 – – – – 5" in rows
    assert "tokens default – 60 200,000 – – – 300 3" in rows


@pytest.mark.parametrize(("variant", "is_told"), [("flat-next-tokens", True), ("flat-next", False)])
def test_a_round_of_the_accounting_is_told_in_what_its_variant_counts(made, variant, is_told):
    results = made()
    declared = {"tokens": results.params.tokens | {"variant": variant}}
    shown = protocol.budgets_of_arms(Results(results.root, results.params.model_copy(update=declared))).text

    assert is_told == ("a round of the arm tokens has so many tokens, not events" in shown)


@pytest.mark.parametrize(
    "exhibit",
    [tokens.answer, tokens_training.training, young.verdicts, young.board, who.answer, who.windows],
    ids=lambda exhibit: f"{exhibit.__module__}.{exhibit.__name__}",
)
def test_where_an_arm_was_not_run_no_heading_stands_over_nothing(exhibit):
    assert "Nothing, since the arm has not been run." == text(exhibit(None))


def test_without_a_composed_variant_no_limitation_of_hybrids_is_told(made):
    results = made()
    none = Results(results.root, results.params.model_copy(update={"composed": {}}))

    assert "A limitation of hybrids" in text(heads.recipes(results))
    assert "No variant of this roster is composed of others." == text(heads.recipes(none))


def test_of_a_composed_variant_of_a_new_type_the_members_are_told(made):
    class Blend(ComposedEntry):
        family: str = "blend"

        def sources(self):
            return ["sum-horizon", "best:counting"]

    results = made()
    blend = Blend(question="categories", arm="main")
    composed = {"blend": blend, **results.params.composed, "again": blend}
    told = text(heads.recipes(Results(results.root, results.params.model_copy(update={"composed": composed}))))

    rules = {row.variant: row.select for row in results.leaderboard if row.family == "counting"}
    best = max(rules, key=rules.__getitem__)
    assert min(rules.values()) < rules[best]
    members = f"made of sum-horizon and {best} (the best on select of the counting rules)."
    assert f"blend: {members}" in told
    assert f"again: {members}" in told


def of_the_horizon(change):
    """A change of results, after another: no contrast of representations asks for the next moment."""

    def changed(written):
        change(written)
        rows = written["contrasts.json"]
        written["contrasts.json"] = [one for one in rows if not one["name"].startswith("event-over-flat-moment")]

    return changed


def test_a_control_that_is_better_leaves_the_representation_open_whatever_another_says(made):
    """`long-over-short` says that a longer history is worth nothing; a second control that it is worth something."""
    second = contrast(
        "better", 0.01, name="deeper", question="representation", left="causal-prefix-horizon",
        left_variant="causal-prefix-horizon", right="sum-horizon-short", right_variant="sum-horizon-short",
    )  # fmt: skip

    def change(also):
        def changed(written):
            for row in written["contrasts.json"]:
                if row["name"] == "long-over-short":
                    row |= {"verdict": "equivalent", "effect": 0.001, "low": -0.002, "high": 0.004}
                if row["name"] in ("event-over-flat-moment", "event-over-flat-horizon"):
                    row |= {"verdict": "better", "effect": 0.02, "low": 0.015, "high": 0.025}
            written["contrasts.json"] += also

        return changed

    asked = "Which representation?"
    pairs = (
        "sum-next-moment over flat-next-moment, sum-horizon over flat-horizon, sum-next-moment-repeat over "
        "flat-next-moment-repeat and sum-horizon-repeat over flat-horizon-repeat"
    )
    shown = told(made(change([])), asked)
    assert f"in {pairs}, histories differ as well: a longer one is equivalent" in shown
    assert ", which is too little to turn the verdicts if it is worth as little with the next moment, " in shown
    alone = "sum-horizon over flat-horizon and sum-horizon-repeat over flat-horizon-repeat"
    taken = f"in {alone}, histories differ as well, but too little to turn the verdicts: a longer one is equivalent"
    assert taken in told(made(of_the_horizon(change([]))), asked)
    assert "too little to turn" not in told(made(change([second])), asked)
    assert lead(made(change([second])), asked).startswith("with a shorter history")


LITTLE = ("event-over-flat-moment", "event-over-flat-moment-repeat", "event-over-flat-horizon-repeat")


def test_a_history_is_said_to_turn_no_verdict_of_those_contrasts_alone_of_which_that_is_shown(made):
    def change(written):
        for row in written["contrasts.json"]:
            if row["name"] == "long-over-short":
                row |= {"verdict": "equivalent", "effect": 0.001, "low": -0.002, "high": 0.004}
            if row["name"] == "event-over-flat-horizon":
                row |= {"verdict": "better", "effect": 0.02, "low": 0.015, "high": 0.025}
            if row["name"] in LITTLE:
                row |= {"verdict": "better", "effect": 0.005, "low": 0.003, "high": 0.007}

    shown = told(made(change), "Which representation?")
    assert "in sum-horizon over flat-horizon, histories differ as well, but too little to turn the verdict:" in shown
