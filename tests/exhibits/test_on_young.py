"""What is gained on young candidates alone, by t."""

from dataclasses import replace

import polars as pl
import pytest

from study.exhibits import young
from study.exhibits.prose import flipped
from study.metrics.few_seeds import ByStudent
from tests.exhibits.asking import told

ASKED = "What about young candidates?"
COMPOSED, TABLE = "composed-horizon-young", "sum-horizon-young"


def of_users(results, gained: float) -> pl.DataFrame:
    """A hundred users, two seeds: four of ten relevant candidates are young, of which one side finds so much more."""
    return pl.DataFrame(
        [
            {
                "variant": row.variant,
                "seed": seed,
                "user_id": f"u{user}",
                "recall@10": 0.3,
                "recall@10/young": 0.2 + user % 7 / 20 + gained * (row.variant == COMPOSED) * (1 + user % 3),
                "young": 4,
                "relevant": 10,
            }
            for row in results.leaderboard
            for seed in (0, 1)
            for user in range(100)
        ]
    )


@pytest.fixture
def gained(made, monkeypatch):
    """Results of the arm young in which composed candidates gain so much on young ones, and it for one contrast."""

    def make(by: float):
        found = made(young=lambda _: None).beside("young")
        monkeypatch.setattr(type(found), "queries", lambda self, _: of_users(self, by))
        return found, next(c for c in found.contrasts if c.variants == (COMPOSED, TABLE))

    return make


@pytest.mark.parametrize(
    ("by", "verdict"),
    [
        (0.05, "better"),
        (-0.05, "worse"),
        (0.0, "no difference shown"),
        (0.002, "better"),
    ],
)
def test_the_part_that_is_gained_on_young_candidates_has_a_verdict_of_its_own(gained, by, verdict):
    found, contrast = gained(by)
    by_t = young.judged_on_young(found)[contrast.name]

    assert verdict == young.told_on_young(found, contrast, by_t, by)
    assert {"better": "worse", "worse": "better"}.get(verdict, verdict) == young.told_on_young(
        found, flipped(contrast), by_t, -by
    )
    assert verdict in young.effects(found).text


def test_where_neither_side_finds_a_young_one_no_verdict_is_told(made):
    def none_found(written):
        for row in written["leaderboard.json"]:
            if row["variant"] in (COMPOSED, TABLE):
                row["estimates"]["recall@10/young"] = {"estimate": 0.0, "low": 0.0, "high": 0.0}

    found = made(young=none_found).beside("young")
    contrast = next(c for c in found.contrasts if c.variants == (COMPOSED, TABLE))
    assert "\N{EN DASH}" == young.told_on_young(found, contrast, ByStudent(0.0, 1.0, 0.0, "equivalent", 0.0, 1.0), 0.0)


def test_the_answer_tells_it_in_the_direction_of_the_contrast(made):
    assert "on young ones, of the latter by t: " in told(made(young=lambda _: None), ASKED)


def test_a_variant_that_is_declared_no_more_is_not_asked_for_young_candidates(made):
    results = made(young=lambda _: None).beside("young")
    gone = "composed-horizon-young"
    roster = {name: entry for name, entry in results.params.roster.items() if name != gone}
    other = replace(results, params=results.params.model_copy(update={"roster": roster}))
    asked = [[row.variant for row in young.with_young(one)] for one in (results, other)]

    assert gone in asked[0]
    assert [name for name in asked[0] if name != gone] == asked[1]
