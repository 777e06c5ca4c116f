"""What a gain in recall is in nDCG and in precision: told of what beats counting, and of every contrast."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from study.exhibits import contrasts, other_measures
from study.exhibits.measures import NDCG, Lead, leads
from study.exhibits.prose import flipped
from study.exhibits.records import Contrast
from tests.exhibits.asking import lead, told
from tests.exhibits.conftest import contrast
from tests.exhibits.pairing import text
from tests.exhibits.test_shipping import against

ASKED = "Does anything beat counting?"
RULE = 0.45


def gained(**gains: float | None):
    """A change of results: two variants beat counting, with these gains in nDCG over `tifu-knn`."""

    def change(written):
        against(("sum-horizon", "better", 0.02), ("gru-horizon", "better", 0.02))(written)
        for row in written["leaderboard.json"]:
            gain = gains.get(row["variant"].replace("-", "_"), 0.0)
            row["estimates"][NDCG.columns[0]]["estimate"] = None if gain is None else RULE + gain

    return change


def test_the_first_answer_says_what_its_winners_gain_in_ndcg(made):
    results = made(gained(sum_horizon=0.0052, gru_horizon=-0.0005))
    shown = lead(results, ASKED)

    assert "what beats tifu-knn has +0.0052 (sum-horizon) and −0.0005 (gru-horizon) over it, by estimates" in shown
    assert "gru-horizon (not ahead in nDCG@10)" in told(results, ASKED)
    assert "sum-horizon (not ahead" not in told(results, ASKED)


@pytest.mark.parametrize("gain", [0.0052, None])
def test_who_leads_in_both_is_not_doubted_and_who_has_no_ndcg_is_not_told(gain, made):
    results = made(gained(sum_horizon=gain, gru_horizon=gain))

    assert "not ahead" not in told(results, ASKED)
    assert (gain is None) == ("over it, by estimates" not in lead(results, ASKED))


class Scored:
    """Results of two variants and a rule on a hundred users, with the gain of each over the rule; noise of 0.01.

    In precision, of eight relevant ones each, the gain is ten times as much in relevant ones found: whole ones.
    """

    def __init__(self, users: int = 100, found: dict[str, int] | None = None, **gains: float) -> None:
        self.gains, self.users, self.found = {"tifu-knn": 0.0} | gains, users, found or {}

    @property
    def contrasts(self) -> list[Contrast]:
        return winners(*(variant for variant in self.gains if variant != "tifu-knn"))

    @property
    def leads(self) -> dict:
        return leads(self.queries(), self.contrasts, alpha=0.05)

    def queries(self) -> pl.DataFrame:
        random = np.random.default_rng(1)
        return pl.concat(
            pl.DataFrame({"user_id": [f"u{n}" for n in range(self.users)], "ndcg@10": gain + noise}).with_columns(
                variant=pl.lit(variant),
                seed=pl.lit(0),
                cutoff=pl.lit(0),
                relevant=pl.lit(8),
                **{"recall@10": (pl.int_range(pl.len()) % 3 + self.found.get(variant, 0)) / 8},
            )
            for variant, gain in self.gains.items()
            for noise in [random.normal(0, 0.01, self.users)]
        )

    def row(self, variant: str) -> SimpleNamespace:
        return SimpleNamespace(estimates={"ndcg@10": SimpleNamespace(estimate=RULE + self.gains[variant])})


def winners(*variants: str) -> list[Contrast]:
    return [
        Contrast.model_validate(contrast("better", 0.02, name=variant, left=variant, left_variant=variant))
        for variant in variants
    ]


@pytest.mark.parametrize(
    ("gains", "shown", "told"),
    [
        ({"a": 0.02, "b": 0.001}, {"a"}, "of which t shows that of a alone"),
        ({"a": 0.02, "b": -0.02}, {"a"}, "of which t shows that of a alone"),
        ({"a": 0.02, "b": 0.03}, {"a", "b"}, "each lead shown by t"),
        ({"a": 0.0, "b": -0.02}, set(), "no lead shown by t"),
    ],
)
def test_a_lead_in_ndcg_is_one_that_t_shows(gains, shown, told):
    """With 0.01 of noise a hundred users tell 0.02 from none, and 0.001 not; a variant that is behind leads nowhere."""
    results = Scored(**gains, found={"a": 1, "b": 1})
    asked = results.contrasts

    in_ndcg, in_precision = text(SimpleNamespace(text=other_measures.gains(results, asked))).split("; ")
    assert in_ndcg.endswith(told)
    assert "+0.1000 (a) and +0.1000 (b)" in in_precision and in_precision.endswith("each lead shown by t")
    marks = other_measures.no_gains(results, asked)
    assert {one.name: "not shown in nDCG@10" for one in asked if one.name not in shown} == marks


def test_a_winner_that_is_declared_on_the_right_leads_in_its_own_direction():
    """Counting over a model, declared so, is told as the model over counting where that wins."""
    results = Scored(found={"a": 1}, a=0.02)
    (asked,) = results.contrasts
    backwards = SimpleNamespace(
        contrasts=[flipped(asked)],
        leads=leads(results.queries(), [flipped(asked)], alpha=0.05),
        row=results.row,
    )

    assert backwards.leads["nDCG@10"]["a"].effect < 0
    assert other_measures.gains(results, [asked]) == other_measures.gains(backwards, [asked])
    assert {} == other_measures.no_gains(backwards, [asked])


def test_a_lead_in_precision_counts_relevant_ones_and_not_shares():
    """Half of a's users gain one of two relevant ones, and half lose two of eight: ahead in recall, behind in hits."""
    users = [f"u{n}" for n in range(100)]
    few = pl.Series([n % 2 == 0 for n in range(100)])
    table = pl.DataFrame({"user_id": users, "few": few, "seed": 0, "cutoff": 0, "ndcg@10": 0.0}).with_columns(
        relevant=pl.when("few").then(2).otherwise(8)
    )
    rule = table.with_columns(pl.lit("tifu-knn").alias("variant"), pl.lit(0.5).alias("recall@10"))
    ours = table.with_columns(pl.lit("a").alias("variant"), pl.when("few").then(1.0).otherwise(0.25).alias("recall@10"))
    found = leads(pl.concat([rule, ours]), winners("a"), alpha=0.05)["precision@10"]["a"]

    assert pytest.approx(-0.05) == found.effect
    assert found.is_shown and not found.is_ahead


def test_one_user_shows_no_lead_and_is_not_asked():
    results = Scored(users=1, a=0.02, b=-0.001)

    assert {} == results.leads
    assert {"b": "not ahead in nDCG@10"} == other_measures.no_gains(results, results.contrasts)


def test_what_recall_leaves_open_and_another_measure_settles_is_told_in_its_direction():
    results = Scored(a=0.02, b=0.0)
    open_ = [one.model_copy(update={"verdict": "undetermined"}) for one in results.contrasts]
    turned = flipped(open_[0])

    assert f"all the same: a over tifu-knn {results.leads['nDCG@10']['a'].effect:+.4f}" in text(
        SimpleNamespace(text=other_measures.by_ndcg(results, open_))
    )
    assert "tifu-knn over a −0.0" in text(SimpleNamespace(text=other_measures.by_ndcg(results, [turned])))
    assert "" == other_measures.by_ndcg(results, results.contrasts)
    paragraphs = text(other_measures.otherwise(results, open_))
    assert "In nDCG@10," in paragraphs and "t shows a difference in 1 of 2 contrasts" in paragraphs
    assert "of those that recall leaves undetermined 1: a over tifu-knn" in paragraphs


def test_what_recall_shows_and_another_measure_does_not_is_told_on_the_page_of_the_contrast(made, monkeypatch):
    results = made(gained(sum_horizon=0.0077, gru_horizon=0.001))
    asked = results.contrasts[:2]
    found = {one.name: Lead(0.0001, is_shown=one.name == asked[0].name) for one in results.contrasts}
    monkeypatch.setitem(vars(results), "leads", {"nDCG@10": found, "precision@10": found})
    settled = [one.model_copy(update={"verdict": "better"}) for one in asked]

    assert f"it shows none where recall does in 1: {asked[1].left_variant} over" in text(
        contrasts.section(results, settled)
    )
    assert "it shows none where recall does" not in text(contrasts.section(results, settled[:1]))


def test_the_table_of_contrasts_has_the_effect_in_ndcg(made):
    results = made(gained(sum_horizon=0.0077, gru_horizon=0.001))
    shown = text(contrasts.contrast_table(results, results.contrasts))

    assert "nDCG@10" in shown and "estimates that no declared contrast tests" in shown
    assert "+0.0077" in shown


def test_the_table_has_an_effect_that_t_shows_in_bold(made, monkeypatch):
    results = made()
    name = results.contrasts[0].name
    found = {"nDCG@10": {name: Lead(0.0123, True)}, "precision@10": {name: Lead(-0.0123, False)}}
    monkeypatch.setitem(vars(results), "leads", found)
    shown = contrasts.contrast_table(results, results.contrasts[:1]).text

    assert "<strong>+0.0123</strong>" in shown
    assert "−0.0123" in shown and "<strong>−0.0123" not in shown
