"""Verdicts that hang on few seeds are named, with how far."""

from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from study.exhibits import advice, few_seeds, findings
from study.exhibits.caveats import caveats
from study.exhibits.contrasts import contrast_table, section
from study.exhibits.prose import flipped, probability
from study.exhibits.results import QUERIES
from study.metrics.few_seeds import ByStudent
from tests.exhibits.asking import lead, say
from tests.exhibits.pairing import text

NAME = "horizon-over-moment"


def spread(results, deviations) -> None:
    """Queries of which only the seeds of one side of the contrast differ, and users do not."""
    del results.__dict__["by_student"]
    contrast = next(one for one in results.contrasts if one.name == NAME)
    found = pl.read_parquet(results.folder / QUERIES)
    found = pl.concat([found, found.with_columns(user_id=pl.lit("another"))])  # one alone shows nothing
    offsets = dict(zip(sorted(found["seed"].unique()), deviations, strict=False))
    moved = pl.col("seed").replace_strict(offsets, default=0.0, return_dtype=pl.Float32)
    is_left = pl.col("variant") == contrast.left_variant
    value = pl.lit(0.3, pl.Float32) + pl.when(is_left).then(moved + contrast.effect).otherwise(0.0)
    found.with_columns(value.alias("recall@10")).write_parquet(results.folder / QUERIES)


def test_a_verdict_that_student_would_not_pass_is_named_wherever_it_stands(made):
    results = made(say("better", NAME))
    spread(results, np.linspace(-1, 1, 5) * 0.2)
    about = [one for one in results.contrasts if one.name == NAME]
    expected = "sum-horizon over sum-next-moment (better; 100 % of the variance is that of"

    assert [NAME] == [one.name for one in few_seeds.unsure(results, about)]
    assert expected in text(section(results, about))
    assert f"Few seeds, or few users. {expected}" in text(caveats(results))
    assert "undetermined" in text(contrast_table(results, about))


def test_of_a_verdict_on_few_users_and_rules_without_seeds_no_seeds_are_told(made):
    def counted(written):
        say("better", "decay-over-frequency")(written)
        for row in written["leaderboard.json"]:
            row["seeds"] = 1

    results = made(counted)
    del results.__dict__["by_student"]
    found = pl.read_parquet(results.folder / QUERIES)
    few = pl.DataFrame({"user_id": ["a", "b", "c"], "gain": [0.1, 0.2, 0.6]})
    one = found.filter(user_id=found["user_id"][0]).drop("user_id").join(few, how="cross")
    gain = pl.when(variant="personal-decay").then("gain").otherwise(0.0).cast(pl.Float32)
    one.with_columns(gain.alias("recall@10")).write_parquet(results.folder / QUERIES)
    about = [one for one in results.contrasts if one.name == "decay-over-frequency"]

    assert about == few_seeds.unsure(results, about)
    assert "personal-decay over personal-frequency (better; p = 0.012 by the bootstrap, p = " in text(caveats(results))


def test_a_verdict_that_both_pass_is_not(made):
    results = made(say("better", NAME))
    spread(results, np.linspace(-1, 1, 5) * 0.0001)
    about = [one for one in results.contrasts if one.name == NAME]

    assert [] == few_seeds.told([(results, about)])


def test_an_arm_that_publishes_no_queries_says_nothing_of_it(made):
    results = made(say("better", NAME))
    (results.folder / QUERIES).unlink()
    del results.__dict__["by_student"]

    assert {} == results.by_student
    assert [] == few_seeds.told([(results, results.contrasts)])


def test_the_table_of_an_advice_shows_the_p_that_its_mark_hangs_on_and_what_t_says_of_it(made):
    """An equivalence hangs on its own p; that few seeds leave a verdict open stands beside it, and is explained."""
    name = "bidirectional-over-causal"
    results = made(say("equivalent", name))
    results.__dict__["by_student"] = {name: SimpleNamespace(verdict="undetermined")}
    shown = text(advice.marks(results))

    assert "it makes no difference beyond the margin of ±0.005, but undetermined by t" in shown
    assert "by t: by the t distribution (degrees of freedom by Satterthwaite and Welch)" in shown
    assert "p (equivalent)" in shown
    assert "0.034" in shown


def test_a_contrast_told_the_other_way_round_has_its_verdict_by_t_turned_as_well(made):
    """Advice for the full softmax tells contrasts of other losses over it as it over them."""
    name = "bce-over-softmax"
    results = made(say("worse", name))
    (declared,) = (one for one in results.contrasts if one.name == name)
    told = {}
    for verdict in ("worse", "better", "undetermined", "equivalent"):
        results.__dict__["by_student"] = {name: SimpleNamespace(verdict=verdict)}
        told[verdict] = few_seeds.by_t(results, [declared]), few_seeds.by_t(results, [flipped(declared)])

    assert ("", "") == told["worse"]
    assert (", but better by t", ", but worse by t") == told["better"]
    assert told["undetermined"] == (", but undetermined by t", ", but undetermined by t")
    assert told["equivalent"] == (", but equivalent by t", ", but equivalent by t")
    assert [flipped(declared)] == few_seeds.unsure(results, [flipped(declared)])


def test_an_answer_that_hangs_on_few_seeds_says_so_in_its_words_and_behind_the_contrast(made):
    results = made(say("better", NAME))
    spread(results, np.linspace(-1, 1, 5) * 0.2)
    firm = made(say("better", NAME))
    spread(firm, np.linspace(-1, 1, 5) * 0.0001)
    asked = "Which objective?"

    assert 2 == lead(results, asked).count(", but undetermined by t")
    assert "1 in favour of the horizon, 1 undetermined), but undetermined by t" in lead(results, asked)
    assert "By t: by the t distribution" in text(findings.answer(results))
    assert "by t" not in lead(firm, asked)
    assert "By t:" not in text(findings.answer(firm))


def test_a_conclusion_of_which_one_verdict_stands_marks_the_other_alone(made):
    """An undetermined contrast settles nothing, and is not marked."""
    both = "sampled-over-softmax", "bce-over-softmax"
    results = made(say("worse", *both))
    results.__dict__["by_student"] = {
        one.name: ByStudent(0.5, 0.5, 0.9, "worse" if one.name == both[1] else "undetermined", 0.0, 9.0)
        for one in results.contrasts
    }
    told = lead(results, "Which loss, and does the catalogue's size matter?")

    assert 1 == told.count("undetermined by t")
    assert "worse, but undetermined by t; sum-horizon-bce (1 negative) over sum-horizon" in told


def test_an_equivalence_is_told_with_its_own_p_by_the_bootstrap_and_by_t(made):
    results = made(say("equivalent", NAME))
    about = [one for one in results.contrasts if one.name == NAME]
    by = SimpleNamespace(verdict="undetermined", seed_share=0.5, p_difference=0.4, p_equivalence=0.07)
    results.__dict__["by_student"] = {NAME: by}
    (shown,) = few_seeds.told([(results, about)])

    assert about[0].p_equivalence != about[0].p_difference
    assert f"{probability(about[0].p_equivalence)} by the bootstrap, p = 0.070 and undetermined by t)" in text(shown)


def test_an_equivalence_that_is_a_difference_by_t_is_named_with_that(made):
    """It does not stand by t, though t leaves nothing undetermined."""
    results = made(say("equivalent", NAME))
    about = [one for one in results.contrasts if one.name == NAME]
    by = SimpleNamespace(verdict="better", seed_share=0.5, p_difference=0.02, p_equivalence=0.07)
    results.__dict__["by_student"] = {NAME: by}

    assert about == few_seeds.unsure(results, about)
    assert ", but better by t" in lead(results, "Which objective?")
    assert "p = 0.070 and better by t)" in text(section(results, about))


@pytest.mark.parametrize(("error", "is_small"), [(0.001, False), (0.005, True)])
def test_an_effect_that_is_beyond_the_margin_by_the_bootstrap_alone_is_said_to_be(made, error, is_small):
    """Shown to differ by both, it may be less than the margin by the wider interval of t."""
    results = made(say("better", NAME))
    results.__dict__["by_student"] = {NAME: ByStudent(0.5, 0.01, 0.9, "better", error, 9.0)}
    about = [one for one in results.contrasts if one.name == NAME]

    assert [] == few_seeds.unsure(results, about)
    assert [is_small] * 2 == [few_seeds.is_small_by_t(results, one) for one in (about[0], flipped(about[0]))]
    assert is_small == (", by t perhaps by less than the margin" in text(section(results, about)))
