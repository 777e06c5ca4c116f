"""`check` says what a log is like and what may spoil a study."""

import re
from datetime import UTC, datetime, timedelta

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.paths import PARAMS
from study.stages import snapshot
from tests.stages.own_log import START, funnel, workspace

__all__ = ["workspace"]


def checked(log: pl.DataFrame, capsys, **changes) -> str:
    """What `check` says of a log whose parameters `init` wrote, with changes of its questions."""
    log.write_parquet("log.parquet")
    main(["init", "log.parquet"])
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    raw["questions"] = {name: question | changes for name, question in raw["questions"].items()}
    PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    capsys.readouterr()
    code = main(["check"])
    told = capsys.readouterr()
    assert code == (2 if told.err else 0)
    return told.out + told.err


def test_the_card_counts_what_is_there(workspace, capsys):
    log = funnel()
    said = checked(log, capsys)
    lines = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in said.splitlines() if "  " in line}

    assert "6,000" == lines["events"]
    assert "200" == lines["users"]
    assert "categorical, 40 values, 0.0% missing" == lines["attribute category"]
    assert "400 candidates" == lines["categories: catalogue"]
    assert lines["event types"].startswith("page_view 4,")


def test_the_card_says_how_many_key_actions_have_no_candidate(workspace, capsys):
    def told(log: pl.DataFrame) -> str:
        log.write_parquet("log.parquet")
        main(["init", "log.parquet"])
        raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
        asking(raw, candidate=["product"])
        PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        capsys.readouterr()
        assert 0 == main(["check"])
        said = capsys.readouterr().out.splitlines()
        return next(line for line in said if line.startswith("categories: key actions"))

    log = funnel()
    acts = log["event_name"] == "order_placed"
    every_fourth = acts & (acts.cum_sum() % 4 == 0)
    with_gaps = log.with_columns(product=pl.when(every_fourth).then(None).otherwise("product"))

    assert f"{acts.sum():,}" == told(log).split()[-1]
    share = every_fourth.sum() / acts.sum()
    assert told(with_gaps).endswith(f"{acts.sum():,}, {share:.1%} of them without a candidate, so not asked about")


WARNINGS = {
    "recall@10 many will stay undetermined": (lambda log: log, {}),
    "nearly the same users stay undetermined; to call them equivalent takes 292": (lambda log: log, {}),
    "variants that differ on hardly any of them stay undetermined; to call them equivalent takes 1,405": (
        lambda log: log,
        {},
    ),
    "% of what is relevant in stop and select occurs for the first time after its cut-off": (
        lambda log: log.with_columns(category=pl.format("{} {}", "category", pl.col("occurred_at").dt.week())),
        {"candidate": ["category"]},
    ),
    "nearly an id": (lambda log: log, {"candidate": ["product", "shop"]}),
    "a coin toss": (lambda log: log, {"horizon_days": 21, "windows": {"stop": 1, "select": 1, "test": 1}}),
    "do so again: who has acted stays among those who are ranked": (
        lambda log: log.filter(
            (pl.col("event_name") != "order_placed")
            | (pl.col("event_name") == "order_placed").cum_sum().over("customerId").eq(1)
        ),
        {},
    ),
    "events lie in the future": (
        lambda log: log.with_columns(pl.col("occurred_at").dt.offset_by(f"{(datetime.now(UTC) - START).days}d")),
        {},
    ),
    "rows repeat another one": (lambda log: pl.concat([log, log.head(7)]), {}),
    "the catalogue has 11 candidates": (lambda log: log.with_columns(grade=pl.col("shop").mod(11).cast(str)), {}),
    "the top 5 % of a ranking can hold but a small part of them": (
        lambda log: log,
        {"horizon_days": 36, "windows": {"stop": 1, "select": 1, "test": 1}},
    ),
}


@pytest.mark.parametrize("warning", WARNINGS)
def test_what_may_spoil_a_study_is_said_in_plain_words(workspace, capsys, warning):
    change, asked = WARNINGS[warning]
    log = change(funnel())
    if "grade" in log.columns:
        asked = {"candidate": ["grade"]}
    if "candidate" in asked:
        log.write_parquet("log.parquet")
        main(["init", "log.parquet"])
        raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
        asking(raw, **asked)
        PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        capsys.readouterr()
        main(["check"])
        said = capsys.readouterr().out
    else:
        said = checked(log, capsys, **asked)

    assert "warning: " in said
    assert warning in said


def asking(raw: dict, **asked) -> None:
    """Changes what every question `what` asks, in place."""
    for question in raw["questions"].values():
        question.update(asked if question["kind"] == "what" else {})


def test_a_name_that_ends_a_line_is_told_in_one(workspace, capsys):
    log = funnel().rename({"price": "price\npaid"})
    said = checked(log, capsys)
    refused = checked(log, capsys, key_action={"price\npaid": ["7"]})

    assert any(line.startswith("attribute price paid  ") for line in said.splitlines())
    assert "downfunnel: params.yaml: questions.categories.key_action.price paid: 'price paid' is numeric; " in refused
    assert 1 == len(refused.splitlines())


@pytest.mark.parametrize("late", [10, 12])
def test_a_catalogue_that_ten_places_hold_is_refused(workspace, capsys, late):
    """What occurs for the first time in a window of test is no candidate of any fit."""
    is_late = pl.col("occurred_at") > START + timedelta(days=190)
    grade = pl.when(is_late).then(pl.col("shop") % late).otherwise(pl.col("shop") % 10).cast(str)
    funnel().with_columns(grade=grade).write_parquet("log.parquet")
    main(["init", "log.parquet"])
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    asking(raw, candidate=["grade"])
    PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    told = "downfunnel: params.yaml: questions.categories.candidate: 10 candidates: 10 places hold them all, "
    how = "choose a finer candidate, or several columns together, as candidate: [grade, ANOTHER]"

    capsys.readouterr()
    assert 2 == main(["check"])
    said = capsys.readouterr().err
    assert said.startswith(told)
    assert said.endswith(f"{how}\n")
    snapshot.run()
    capsys.readouterr()
    assert 2 == main(["split", "categories"])
    said = capsys.readouterr().err
    assert said.startswith(told)
    assert said.endswith(f"{how}\n")


def test_a_window_without_a_query_is_told_in_the_time_of_the_log(workspace, capsys):
    """Of a horizon of minutes: on the clock of the study the day would be one that the log does not have."""
    log = funnel(days=4)
    late = START + timedelta(days=2.5)
    log = log.with_columns(
        pl.when(pl.col("occurred_at") > late).then(pl.lit("page_view")).otherwise("event_name").alias("event_name")
    )
    said = checked(log, capsys, key_action={"event_type": ["order_placed"]})

    begin = re.search(r"window that begins at (2024-01-0[34]) \d\d:\d\d UTC has no query", said)
    assert begin, said


def test_a_key_action_that_was_new_when_the_first_window_began_is_the_users_error(workspace, capsys):
    """It would be told after hours, when the first variant that learns finds nothing to learn."""
    log, first = funnel(), START + timedelta(days=199 - 70)
    is_early = pl.col("occurred_at") < first
    log = log.with_columns(pl.when(is_early).then(pl.lit("page_view")).otherwise("event_name").alias("event_name"))
    said = checked(log, capsys, key_action={"event_type": ["order_placed"]})

    assert "no key action that has a candidate comes before the first window, so there is nothing to learn" in said


def test_a_value_of_a_key_action_that_never_occurs_while_others_do_is_warned_of_once(workspace, capsys):
    said = checked(funnel(), capsys, key_action={"event_type": ["order_placed", "Page_View"]})

    told = "key_action.event_type: 'Page_View' never occurs; did you mean 'page_view'? the log has page_view, order_pl"
    (line,) = [line for line in said.splitlines() if "never" in line]
    assert line.startswith(f"warning: categories, products, young, coupons: {told}")
    assert "are equal but for case" not in said


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        (
            {"event_type": ["order placed"]},
            "key_action.event_type: 'order placed' never occurs; did you mean 'order_placed'? the log has page_view, ",
        ),
        ({"event_type": ["refund", "return"]}, "key_action.event_type: 'refund', 'return' never occur; the log has "),
        ({"button text": ["Order"]}, "key_action.button text: 'Order' never occurs; the log has Buy, now, "),
        ({"category": ["none"]}, " and 32 more"),
    ],
)
def test_a_key_action_that_never_occurs_is_told_with_what_does(workspace, capsys, allowed, told):
    words = pl.when(pl.int_range(pl.len()) < 20).then(pl.lit("Hello you")).otherwise(pl.lit("Buy now"))
    (line,) = checked(funnel().with_columns(words.alias("button text")), capsys, key_action=allowed).splitlines()

    assert line.startswith("downfunnel: params.yaml: questions.categories.key_action.")
    assert told in line


def test_the_split_refuses_a_key_action_that_never_occurs_as_check_does(workspace, capsys):
    said = checked(funnel(), capsys, key_action={"button text": ["Order"]})

    assert [0, 2] == [main(["snapshot"]), main(["split", "categories"])]
    assert said == capsys.readouterr().err


def test_a_question_without_a_query_or_windows_is_named(workspace, capsys):
    early = pl.when(pl.col("occurred_at") < START + timedelta(days=30)).then(pl.lit("order_placed"))
    log = funnel().with_columns(early.otherwise(pl.lit("page_view")).alias("event_name"))

    assert "params.yaml: questions.categories: the stop window of 2024-" in checked(log, capsys)
    assert "params.yaml: questions.categories: " in checked(funnel(), capsys, horizon_days=60)


def test_a_horizon_that_the_log_does_not_hold_is_an_error(workspace, capsys):
    assert "lower the horizon" in checked(funnel(), capsys, horizon_days=60)


def test_another_log_is_checked_by_the_same_parameters(workspace, capsys):
    funnel().write_parquet("log.parquet")
    main(["init", "log.parquet"])
    funnel().drop("category").write_parquet("next.parquet")

    assert 0 == main(["check", "log.parquet"])
    assert 2 == main(["check", "next.parquet"])
    assert "next.parquet: column 'category' is missing" in capsys.readouterr().err
    assert not (workspace / "data").exists()


def test_few_events_far_from_all_others_are_named_also_where_a_window_stays_empty(workspace, capsys):
    log = funnel()
    one = log.head(1)
    told = {}
    for name, day in (("early", START - timedelta(days=9000)), ("late", START + timedelta(days=2000))):
        stray = one.with_columns(occurred_at=pl.lit(day).cast(log.schema["occurred_at"]))
        told[name] = checked(pl.concat([log, stray]), capsys)

    assert (
        "1 of 6,001 events lies " in told["early"]
        and "days or more before all others, as on 1999-05-12" in told["early"]
    )
    assert "days or more after all others, as on 2029-06-23" in told["late"]
    assert "or leave them out, with snapshot.until" in told["late"]
    assert "all others" not in checked(log, capsys)


def test_an_attribute_most_of_whose_values_are_folded_is_warned_of(workspace, capsys):
    checked(funnel(), capsys)
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    said = {}
    for count in (1, 100_000):
        raw["features"]["min_count"] = count
        PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        main(["check"])
        said[count] = [line for line in capsys.readouterr().out.splitlines() if "min_count" in line]

    assert [] == said[1]
    assert 1 == sum("attribute category: in 100%" in line for line in said[100_000])


NEVER = {"key_action": {"event_type": ["never"]}}
TOO_LONG = {"windows": {"stop": 20, "select": 40, "test": 40}}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"categories": TOO_LONG, "products": NEVER}, "questions.categories"),
        ({"categories": NEVER, "products": TOO_LONG}, "questions.categories.key_action"),
        ({"products": TOO_LONG, "coupons": NEVER}, "questions.products"),
    ],
)
def test_the_fault_of_the_first_question_that_has_one_is_told(workspace, changes, told, capsys):
    funnel().write_parquet("log.parquet")
    main(["init", "log.parquet"])
    raw = yaml.safe_load(PARAMS.read_text(encoding="utf-8"))
    for name, change in changes.items():
        raw["questions"][name] |= change
    PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    capsys.readouterr()

    assert 2 == main(["check"])
    assert told in capsys.readouterr().err
