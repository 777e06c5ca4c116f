"""`check` says of a question that cannot be answered, or hardly, that it is so."""

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.paths import PARAMS
from study.stages import snapshot
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


def ask(log: pl.DataFrame, name: str, **changes) -> None:
    """Parameters as `init` writes them for a log, with one question changed."""
    log.write_parquet("log.parquet")
    main(["init", "log.parquet"])
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    raw["questions"][name] |= changes
    PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")


@pytest.mark.parametrize("acts", [1.0, 0.9])
def test_users_who_all_take_the_key_action_cannot_be_ranked(workspace, capsys, acts):
    """Told before anything is trained: what learns from aggregates would find no row of those who do not."""
    log = funnel(users=40)
    often = log.join(pl.DataFrame({"day": range(200)}), how="cross").unique(["customerId", "day"])
    often = often.filter(pl.col("customerId") < 40 * acts).with_columns(
        occurred_at=pl.datetime(2024, 1, 1, time_zone="UTC") + pl.duration(days="day"),
        event_name=pl.lit("order_placed"),
    )
    ask(pl.concat([log, often.drop("day")]), "coupons")
    snapshot.run()
    told = (
        "downfunnel: params.yaml: questions.coupons: all users who are asked about take the key action in every window"
    )

    for command in (["check"], ["split", "coupons"]):
        capsys.readouterr()
        assert (2 if acts == 1 else 0) == main(command)
        assert (acts == 1) == capsys.readouterr().err.startswith(told)


@pytest.mark.parametrize(("candidate", "is_doubted"), [(["product", "shop"], True), (["category"], False)])
def test_a_question_of_young_candidates_of_which_none_is_held_back_is_doubted(workspace, capsys, candidate, is_doubted):
    ask(funnel(), "young", candidate=candidate)
    capsys.readouterr()

    assert 0 == main(["check"])
    assert is_doubted == ("warning: young: no candidate has 20 events before test" in capsys.readouterr().out)


@pytest.mark.parametrize(("share", "is_doubted"), [(1e-9, True), (0.5, False)])
def test_a_share_so_small_that_no_candidate_is_drawn_is_doubted(workspace, capsys, share, is_doubted):
    ask(funnel(), "young", candidate=["category"], held_back=share)
    capsys.readouterr()

    assert 0 == main(["check"])
    told = "this seed holds back none, and nothing will be said of young ones; raise held_back"
    assert is_doubted == (told in capsys.readouterr().out)


def test_a_value_that_holds_what_joins_candidates_is_refused(workspace, capsys):
    """Two candidates of two columns would be one: "a · b" with "c" and "a" with "b · c"."""
    log = funnel().with_columns(shop=pl.lit("tea · ") + pl.col("shop").cast(pl.String))
    ask(log, "categories", candidate=["category", "shop"])
    snapshot.run()
    told = "downfunnel: params.yaml: questions.categories.candidate: 'tea · "

    for command in (["check"], ["split", "categories"]):
        capsys.readouterr()
        assert 2 == main(command)
        assert capsys.readouterr().err.startswith(told)


def test_windows_that_begin_before_there_are_dates_are_refused(workspace, capsys):
    """A week in seconds, given as days."""
    ask(funnel(), "categories", horizon_days=604_800)
    snapshot.run()

    for command in (["check"], ["split", "categories"]):
        capsys.readouterr()
        assert 2 == main(command)
        (line,) = capsys.readouterr().err.splitlines()
        assert "questions.categories: the first of 10 windows of 604800 days" in line and "lower the horizon" in line


def test_candidates_that_differ_in_case_alone_are_warned_of(workspace, capsys):
    log = funnel()
    (most,) = log["category"].drop_nulls().mode().sort().head(1)
    is_one = pl.int_range(pl.len()) == pl.col("category").eq_missing(most).arg_max()
    written = pl.when(is_one).then(pl.lit(most.upper())).otherwise("category")
    ask(log.with_columns(category=written), "categories", candidate=["category"])
    capsys.readouterr()

    assert 0 == main(["check"])
    assert f"and '{most.upper()}' (1 events) are equal but for case or spaces" in capsys.readouterr().out


def test_a_candidate_may_be_joined_of_a_place_of_a_list(workspace, capsys):
    ask(funnel(), "categories", candidate=["button text.1", "category"])
    snapshot.run()
    capsys.readouterr()

    assert 0 == main(["check"]), capsys.readouterr().err
    assert 0 == main(["split", "categories"]), capsys.readouterr().err


RARE, ID = "the key action is rare; choose a more frequent one", "the candidate is nearly an id; choose a coarser one"


@pytest.mark.parametrize(
    ("every", "candidate", "told"),
    [(50, ["category"], RARE), (1, ["category"], ""), (1, ["product", "shop"], ID), (50, ["product", "shop"], ID)],
)
def test_a_rare_key_action_is_told_apart_from_a_candidate_that_is_nearly_an_id(
    workspace, capsys, every, candidate, told
):
    """By how many events a candidate has, be they key actions or others."""
    is_act = (pl.col("event_name") == "order_placed") & (pl.int_range(pl.len()) % every == 0)
    kind = pl.when(is_act).then(pl.lit("order_placed")).otherwise(pl.lit("page_view"))
    ask(
        funnel(users=800).with_columns(event_name=kind),
        "categories",
        candidate=candidate,
        horizon_days=30,
        windows={"stop": 1, "select": 1, "test": 1},
    )
    capsys.readouterr()

    assert 0 == main(["check"])
    said = [line for line in capsys.readouterr().out.splitlines() if line.startswith("warning: categories")]
    assert [told] * bool(told) == [reason for reason in (RARE, ID) if any(reason in line for line in said)]
