"""`init` guesses what a log means and marks its guesses."""

import re

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.params import load
from study.paths import PARAMS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


ISO = pl.col("occurred_at").dt.strftime("%Y-%m-%d")
NUMBER = pl.int_range(pl.len())
ZONES = pl.when(NUMBER % 2 == 0).then(pl.lit("Z")).otherwise(pl.lit(""))


def test_the_guesses_are_those_that_a_person_would_make(workspace, capsys):
    funnel().write_csv("My Log.csv")

    assert 0 == main(["init", "My Log.csv"])
    params, text = load(), PARAMS.read_text(encoding="utf-8")
    question = params.questions["categories"]

    assert "my-log" == params.snapshot.name
    assert ("customerId", "occurred_at", "event_name") == tuple(params.snapshot.columns.renamed.values())
    assert {"category", "product", "button text", "price", "shop"} == set(params.snapshot.attributes)
    assert "list" == params.snapshot.attributes["button text"].kind
    assert ("numeric", "categorical") == (params.snapshot.attributes["price"], params.snapshot.attributes["shop"])
    assert {"event_type": ["order_placed"]} == question.key_action
    assert ["product"] == question.candidate
    assert 7 == question.horizon_days
    assert '"request" is left out: nearly an id' in text.replace("request is", '"request" is')
    assert all(word in text for word in ("constant is left out: always the same", "nothing is left out: always empty"))
    assert text.count("# guess") >= 7
    said = capsys.readouterr().out
    assert "My Log.csv" in said
    assert re.search(r"Columns that are left out, each with why in params\.yaml: .*constant.*\.\n", said)


def rest_of(text: str) -> str:
    """What stands below the sections that describe a log."""
    return text[text.index("statistics:") :]


def test_a_short_history_has_as_many_events_as_the_tokens_of_a_flat_one(workspace):
    """An event of the funnel has seven tokens: its type, four attributes, and a list of two words for three places."""
    funnel().write_parquet("log.parquet")
    before = load().roster
    main(["init", "log.parquet"])
    after = load().roster

    assert (512, 51, 73) == tuple(
        one.context for one in (after["flat-horizon"], before["sum-horizon-short"], after["sum-horizon-short"])
    )
    assert 37 == after["who-sum-short-bce"].context
    changed = {name for name in before if before[name] != after[name]}
    assert {"sum-horizon-short", "who-sum-short-bce"} == changed


def test_a_second_log_changes_the_short_histories_alone(workspace):
    """After the first, of four tokens an event, a short history is as long as the others."""
    for number, names in enumerate((["button text", "price", "shop"], [])):
        funnel().drop(names).write_parquet(f"log{number}.parquet")
        before = load().roster
        assert 0 == main(["init", f"log{number}.parquet"])
    after = load().roster

    changed = {name for name in before if before[name] != after[name]}
    assert {"sum-horizon-short", "who-sum-short-bce"} == changed


def test_all_else_in_the_parameters_stays_and_the_file_before_is_kept(workspace):
    funnel().write_parquet("log.parquet")
    before = PARAMS.read_text(encoding="utf-8")

    main(["init", "log.parquet"])
    main(["init", "log.parquet"])

    after = PARAMS.read_text(encoding="utf-8")
    assert before == (workspace / "params.before.yaml").read_text(encoding="utf-8")
    assert after == (workspace / "params.before2.yaml").read_text(encoding="utf-8")
    was = rest_of(before)
    assert was.replace("context: 51}", "context: 73}").replace("context: 26}", "context: 37}") == rest_of(after)
    assert before[: before.index("snapshot:")] == after[: after.index("snapshot:")]


def test_who_may_make_several_visits_is_told_where_only_a_visit_is_named_like_a_user(workspace):
    visit = pl.col("kunde") * 1_000 + pl.int_range(pl.len()) % 4
    log = funnel().rename({"customerId": "kunde"}).with_columns(session_id=visit, shop_of=pl.col("kunde") % 3)
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "session_id" == load().snapshot.columns.user
    told = "distinct values; the user may rather be what each of them has one value of: kunde\n"
    assert told in PARAMS.read_text(encoding="utf-8")


def test_the_user_is_a_person_where_visits_are_told_as_well_and_no_candidate(workspace):
    log = funnel().with_columns(session_id=pl.int_range(pl.len()) % 900, device_id=pl.int_range(pl.len()) % 300)
    log.write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "customerId" == load().snapshot.columns.user
    assert "also named like a user: session_id, device_id" in PARAMS.read_text(encoding="utf-8")
    assert ["product"] == load().questions["categories"].candidate == load().questions["products"].candidate


def test_a_candidate_with_gaps_is_taken_where_those_without_are_too_few_values(workspace):
    log = funnel().with_columns(pl.when(pl.int_range(pl.len()) % 10 > 0).then("product").alias("product"))
    log.drop("category", "shop").write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ["product"] == load().questions["categories"].candidate
    told = PARAMS.read_text(encoding="utf-8")
    assert re.search(r"candidate is product: \d+ distinct values in .*; it is empty in \d+\.\d% of them", told)


@pytest.mark.parametrize("layout", [{}, {"default_flow_style": False}], ids=["ours", "that of DVC"])
def test_another_product_is_neither_compared_with_nor_begun_from(workspace, layout):
    text = re.sub("(?m)^compare_with:.*$", "compare_with: [old, older]", PARAMS.read_text(encoding="utf-8"))
    text = text.replace("warm_start: null", "warm_start: old")
    PARAMS.write_text(yaml.dump(yaml.safe_load(text), sort_keys=False, **layout) if layout else text, encoding="utf-8")
    assert (["old", "older"], "old") == (load().compare_with, load().warm_start)
    funnel().write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert ([], None) == (load().compare_with, load().warm_start)


def test_guesses_that_the_parameters_do_not_allow_leave_them_as_they_were(workspace, capsys, monkeypatch):
    funnel().write_parquet("log.parquet")
    monkeypatch.setattr("study.stages.init.HELD_BACK", 7)
    before = PARAMS.read_bytes()

    assert 2 == main(["init", "log.parquet"])
    assert "held_back" in capsys.readouterr().err
    assert before == PARAMS.read_bytes()
    assert not (workspace / "params.before.yaml").exists()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda log: log.drop("occurred_at"), "no column looks like a time, of customerId, event_name, "),
        (
            lambda log: log.with_columns(fecha=pl.col("occurred_at").dt.strftime("%d.%m.%Y %H:%M")).drop("occurred_at"),
            "log.parquet: column 'fecha', row 1: '",
        ),
        (
            lambda log: log.with_columns(app=pl.lit("4.12.20"), ip=pl.lit("10.0.0.1")).drop("occurred_at"),
            "no column looks like a time, of customerId, event_name, ",
        ),
        (
            lambda log: log.with_columns(pl.col("occurred_at").dt.strftime("%Y%m%d").cast(int)),
            "'occurred_at' is named like a time, but as a number since 1970 '202",
        ),
        (
            lambda log: log.with_columns(
                occurred_at=pl.when(pl.int_range(pl.len()).is_in([4, 9]))
                .then(0)
                .otherwise(pl.col("occurred_at").dt.epoch("ms"))
            ),
            "log.parquet: column 'occurred_at': '0' in row 5 is no time of our days, as a number since 1970, though",
        ),
        (lambda log: log.rename({"customerId": "x"}), "no column is named like a user"),
        (
            lambda log: log.select(pl.struct("price", id="customerId").alias("user"), pl.exclude("customerId")),
            "'user' holds objects, and one value is needed; write a field as a column of its own, such as user.id, and",
        ),
        (lambda log: log.with_columns(customerId=pl.lit("me")), "'customerId' is named like a user, but has one value"),
        (lambda log: log.head(0), "there are no events in it"),
        (
            lambda log: log.with_columns(occurred_at=pl.when(NUMBER == 5_000).then(pl.lit("soon")).otherwise(ISO)),
            "'soon' is no time; write it as 2026-03-01T12:00:00Z is, or as a number since 1970, or say "
            "columns.time_format; most values are times by themselves: make all alike, or leave out the rows of those "
            "that are not\n",
        ),
        (
            lambda log: log.with_columns(occurred_at=pl.format("{}T10:00:00{}", ISO, ZONES)),
            "has no zone, but others have one, such as ",
        ),
        (
            lambda log: log.with_columns(occurred_at=pl.format("{}T10:00:00{}", ISO, ZONES)),
            "; most values are times by themselves: make all alike, or leave out the rows of those that are not",
        ),
        (
            lambda log: log.with_columns(occurred_at=pl.lit("04/01/2024 12:31")),
            "write the sections snapshot and questions of params.yaml by hand",
        ),
        (lambda log: log.select("customerId", "occurred_at", "event_name", "price"), "which one is the candidate"),
    ],
)
def test_what_cannot_be_guessed_is_said_and_nothing_is_written(workspace, capsys, change, said):
    change(funnel()).write_parquet("log.parquet")
    before = PARAMS.read_bytes()

    assert 2 == main(["init", "log.parquet"])
    assert said in capsys.readouterr().err
    assert before == PARAMS.read_bytes()
    assert not (workspace / "params.before.yaml").exists()


@pytest.mark.parametrize("command", ["init", "check"])
def test_a_log_that_is_not_there_is_blamed_on_the_argument(workspace, capsys, command):
    assert 2 == main([command, "nope.csv"])
    told = f"downfunnel: {command}: there is no file or folder 'nope.csv'; give the path of the log"
    assert [told] == capsys.readouterr().err.splitlines()


def test_a_list_and_a_column_that_is_called_like_its_place_are_told_in_a_line(workspace, capsys):
    funnel().with_columns(pl.col("category").alias("button text.1")).write_parquet("log.parquet")

    assert 2 == main(["init", "log.parquet"])
    assert "log.parquet: attributes: the places of a list have the name of another" in capsys.readouterr().err


def test_empty_text_is_a_missing_value_of_a_guess(workspace):
    log = funnel().with_columns(pl.lit("").alias("nothing"))
    log.write_csv("log.csv", quote_style="always")

    assert 0 == main(["init", "log.csv"])
    assert "nothing is left out: always empty" in PARAMS.read_text(encoding="utf-8")


def without_types(*rows: int) -> pl.DataFrame:
    is_gap = pl.int_range(pl.len()).is_in(rows)
    return funnel().with_columns(pl.when(~is_gap).then(pl.col("event_name")).alias("event_name"))


@pytest.mark.parametrize("file", ["log.csv", "log.parquet", "log/part.parquet"])
def test_an_event_without_a_type_stops_init_with_the_line_of_check(workspace, capsys, file):
    (workspace / "log").mkdir()
    funnel().write_parquet("whole.parquet")
    assert 0 == main(["init", "whole.parquet"])
    before, log = PARAMS.read_bytes(), without_types(41)
    log.write_csv(file) if file.endswith(".csv") else log.write_parquet(file)
    source = file.split("/")[0]
    capsys.readouterr()

    assert [2, 2] == [main(["check", source]), main(["init", source])]
    how = "leave out such rows, or name another column"
    said = f"downfunnel: {file}: column 'event_name' is empty in row 42; every event needs one, and NaN is none: {how}"
    assert [said, said] == capsys.readouterr().err.splitlines()
    assert before == PARAMS.read_bytes()


def test_a_column_that_is_mostly_empty_is_no_event_type(workspace):
    without_types(*range(6_000 - 100)).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert load().snapshot.columns.event_type is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"view": "looked at page", "order_placed": "bought"}, "What Happened"),
        ({"view": "red", "order_placed": "blue"}, None),  # no acts
        ({"view": "view", "order_placed": "click"}, None),  # none of them is worth a study
    ],
)
def test_an_event_type_of_another_name_is_known_by_its_values(workspace, values, expected):
    log = funnel().with_columns(pl.col("event_name").replace_strict(values, default="search"))
    log.rename({"event_name": "What Happened"}).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    params = load()
    assert expected == params.snapshot.columns.event_type
    if expected:
        assert {"event_type": ["bought"]} == params.questions["categories"].key_action


def test_another_column_like_a_type_may_have_gaps(workspace):
    """The one that is full is the type; the other an attribute."""
    is_gap = pl.int_range(pl.len()) % 3 == 0
    log = funnel().with_columns(act=pl.when(~is_gap).then(pl.col("event_name")))
    log.rename({"act": "action", "event_name": "event_type"}).write_parquet("log.parquet")

    assert 0 == main(["init", "log.parquet"])
    assert "categorical" == load().snapshot.attributes["action"]
    assert load().snapshot.columns.event_type == "event_type"


def test_a_line_that_was_commented_out_ends_no_section(workspace):
    funnel().write_parquet("log.parquet")
    assert 0 == main(["init", "log.parquet"])
    changed = PARAMS.read_text(encoding="utf-8").replace("    category: ", "#    category: ", 1)
    changed = changed.replace("\nfeatures:", "\n# About features.\nfeatures:", 1)
    PARAMS.write_text(changed, encoding="utf-8")

    assert 0 == main(["init", "log.parquet"])
    text = PARAMS.read_text(encoding="utf-8")
    assert "# About features.\nfeatures:" in text
    assert "category" in load().snapshot.attributes
    assert "#    category" not in text
