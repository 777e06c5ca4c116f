"""What is said of sequence variants that this budget leaves at popularity, and of contrasts with them."""

import pytest

from study.exhibits import answers, at_popularity
from tests.exhibits.pairing import text


def with_select(**selects):
    def change(written):
        for row in written["leaderboard.json"]:
            row["select"] = selects.get(row["variant"].replace("-", "_"), row["select"])

    return change


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        (0.3, 0.3, ""),
        (0.202, 0.3, "sum-horizon gained less than the margin over popularity on select: at this budget its contrasts"),
        (0.19, 0.3, "sum-horizon gained less than the margin over popularity on select, and is below it there: at "),
        (0.19, 0.202, "on select, and sum-horizon is below it there: at this budget their contrasts say little"),
        (
            0.19,
            0.19,
            "sum-horizon and gru-horizon gained less than the margin over popularity on select, and are below",
        ),
    ],
)
def test_variants_below_popularity_are_called_so(made, ours, theirs, expected):
    results = made(with_select(popularity=0.2, recent_popularity=0.2, sum_horizon=ours, gru_horizon=theirs))
    found = text(at_popularity.told(results, ["sum-horizon", "gru-horizon", "lightgbm-binary"]))

    assert expected in found
    assert bool(expected) == bool(found)


def test_an_answer_says_of_how_many_contrasts_it_is_where_some_say_little(made):
    selects = {"popularity": 0.2, "sum_horizon_bce": 0.19}
    both = selects | {"sum_horizon_bpr": 0.19}
    few, fewer, all_ = (text(answers.answers(made(with_select(**told)))) for told in (selects, both, {}))

    assert "in 5 of 6 contrasts, those whose sides are both clearly above popularity on select, " in few
    assert "with a side that is not clearly above popularity on select, so that the contrast says little" in few
    assert "contrasts, those whose sides are both" not in all_
    assert "(the other one is undetermined): " in few
    assert "(of the other 2, 2 are undetermined): " in fewer
    assert "the other one is" not in all_


def test_a_rule_that_knows_nothing_of_a_user_and_is_better_is_held_against_them_too(made):
    """A model that beats popularity may have learned what is popular of late, and nothing of a user."""
    selects = {"popularity": 0.2, "recent_popularity": 0.25, "sum_horizon": 0.252, "gru_horizon": 0.3}
    asked = ["sum-horizon", "gru-horizon"]
    told = text(at_popularity.told(made(with_select(**selects)), asked))

    assert (
        "sum-horizon gained the margin over popularity, but not over recent-popularity, which knows nothing of a user "
        "either: its contrasts may say little, too." in told
    )
    assert "gru-horizon" not in told
    assert "" == at_popularity.told(made(with_select(**selects | {"recent_popularity": 0.2})), asked)


def test_what_has_left_popularity_on_test_alone_is_told_with_what_it_has_there(made):
    def change(written):
        with_select(popularity=0.2, sum_horizon=0.19)(written)
        recalls = {"popularity": 0.1, "sum-horizon": 0.15}
        for row in written["leaderboard.json"]:
            if row["variant"] in recalls:
                row["estimates"]["recall@10"]["estimate"] = recalls[row["variant"]]

    assert "; on test it has +0.0500 over it." in text(at_popularity.told(made(change), ["sum-horizon"]))


def test_what_is_in_no_contrast_has_none_that_say_little(made):
    def change(written):
        with_select(popularity=0.2, sum_horizon=0.19)(written)
        written["contrasts.json"] = [one for one in written["contrasts.json"] if one["question"] == "trees"]

    assert "say little" in text(
        at_popularity.told(made(with_select(popularity=0.2, sum_horizon=0.19)), ["sum-horizon"])
    )
    told = text(at_popularity.told(made(change), ["sum-horizon"]))
    assert "gained less than the margin over popularity on select, and is below it there; on test" in told
