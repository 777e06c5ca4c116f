"""What a gain in recall is in nDCG: told of what beats counting, and of every contrast in the table."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from study.exhibits import contrasts, in_ndcg
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
            row["estimates"][in_ndcg.METRIC]["estimate"] = None if gain is None else RULE + gain

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
    """Results of two variants and a rule on a hundred users, with the gain of each over the rule; noise of 0.01."""

    publishes_queries = True
    margin = 0.005
    params = SimpleNamespace(statistics=SimpleNamespace(alpha=0.05))

    def __init__(self, users: int = 100, **gains: float) -> None:
        self.gains, self.users = {"tifu-knn": 0.0} | gains, users

    def queries(self, columns: list[str]) -> pl.DataFrame:
        random = np.random.default_rng(1)
        return pl.concat(
            pl.DataFrame({"user_id": [f"u{n}" for n in range(self.users)], columns[0]: gain + noise}).with_columns(
                variant=pl.lit(variant), seed=pl.lit(0), cutoff=pl.lit(0)
            )
            for variant, gain in self.gains.items()
            for noise in [random.normal(0, 0.01, self.users)]
        )

    def row(self, variant: str) -> SimpleNamespace:
        return SimpleNamespace(estimates={in_ndcg.METRIC: SimpleNamespace(estimate=RULE + self.gains[variant])})


def winners(*variants: str) -> list[Contrast]:
    return [
        Contrast.model_validate(contrast("better", 0.02, name=variant, left=variant, left_variant=variant))
        for variant in variants
    ]


@pytest.mark.parametrize(
    ("gains", "shown", "told"),
    [
        ({"a": 0.02, "b": 0.001}, {"a"}, "; by t the lead of a alone is shown"),
        ({"a": 0.02, "b": -0.02}, {"a"}, "; by t the lead of a alone is shown"),
        ({"a": 0.02, "b": 0.03}, {"a", "b"}, "; by t each of these leads is shown"),
        ({"a": 0.0, "b": -0.02}, set(), "; by t none of these leads is shown"),
    ],
)
def test_a_lead_in_ndcg_is_one_that_t_shows(gains, shown, told):
    """With 0.01 of noise a hundred users tell 0.02 from none, and 0.001 not; a variant that is behind leads nowhere."""
    results, asked = Scored(**gains), winners("a", "b")
    found = in_ndcg.shown_by_t(results, asked)

    assert shown == found
    assert told in text(SimpleNamespace(text=in_ndcg.gains(results, asked)))
    marks = [in_ndcg.is_no_gain(results, one, found) for one in asked]
    assert ["" if one.name in shown else "not shown in nDCG@10" for one in asked] == marks


def test_one_user_shows_no_lead_and_is_not_asked():
    results, asked = Scored(users=1, a=0.02, b=-0.001), winners("a", "b")

    assert in_ndcg.shown_by_t(results, asked) is None
    assert ["", "not ahead in nDCG@10"] == [in_ndcg.is_no_gain(results, one, None) for one in asked]


def test_the_table_of_contrasts_has_the_effect_in_ndcg(made):
    results = made(gained(sum_horizon=0.0077, gru_horizon=0.001))
    shown = text(contrasts.contrast_table(results, results.contrasts))

    assert "nDCG@10" in shown and "an estimate that is not tested" in shown
    assert "+0.0077" in shown
