"""What a gain in recall is in nDCG: told of what beats counting, and of every contrast in the table."""

import pytest

from study.exhibits import contrasts, in_ndcg
from tests.exhibits.asking import lead, told
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


def test_the_table_of_contrasts_has_the_effect_in_ndcg(made):
    results = made(gained(sum_horizon=0.0077, gru_horizon=0.001))
    shown = text(contrasts.contrast_table(results, results.contrasts))

    assert "nDCG@10" in shown and "an estimate that is not tested" in shown
    assert "+0.0077" in shown
