"""What the other pages compute, and that nothing from data or parameters becomes markup."""

import re
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import pytest

from study.errors import UserError
from study.exhibits import (
    cost,
    data,
    factorial,
    figures,
    leaderboard,
    markup,
    prose,
    protocol,
    reproduce,
    scorings,
    source,
    tables,
    topic,
)
from study.exhibits.build import pages
from study.paths import REPORT

HOSTILE = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>'
CELL = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
FRONT = re.compile(r"\A---.*?^---$", re.MULTILINE | re.DOTALL)


class Tags(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def test_names_from_data_stay_text(made):
    def spoil(written):
        written["data.json"]["candidates_top"] = [[HOSTILE, 3], ["milk", 2]]
        written["data.json"]["attributes"] = {HOSTILE: {"kind": HOSTILE, "cardinality": 1, "missing": 0.0}}
        written["data.json"]["event_types"] = {HOSTILE: 5}
        written["data.json"]["source"] = HOSTILE

    results = made(spoil)
    tags = Tags(data.card(results).text + data.provenance(results).text + data.candidates(results).text).found

    assert "img" not in [tag for tag, _ in tags]
    assert [{"type": "application/json"}] == [attributes for tag, attributes in tags if tag == "script"]


def test_an_axis_keeps_names_that_look_like_numbers_and_shortens_what_fills_a_screen():
    axis = figures.names_axis(["0012", "x" * 300])

    assert "category" == axis["type"]
    assert ["x" * 300, "0012"] == axis["categoryarray"] == axis["tickvals"]
    assert ["x" * 59 + "\N{HORIZONTAL ELLIPSIS}", "0012"] == axis["ticktext"]


@pytest.mark.parametrize("page", sorted(pages()))
def test_no_number_is_typed_into_a_page(page):
    """Prose may name metrics at a depth, but every number comes from a cell."""
    text = FRONT.sub("", CELL.sub("", (REPORT / f"{page}.md").read_text(encoding="utf-8")))

    assert [] == re.findall(r"\b\d[\d.,]*", text)


def test_provenance_of_the_default_log_is_disclosed_and_of_another_is_not_claimed(made):
    other = made(lambda written: written["data.json"].update(source="mine.parquet"))
    shown = data.provenance(made()).text

    disclosed = ("simulated", "academic research", "84.51°", "row for row", "8,869", "13,494")
    assert all(words in shown for words in disclosed)
    assert "mine.parquet" in data.provenance(other).text
    assert "simulated" not in data.provenance(other).text


def log(tmp_path: Path, rows: list[str], heading: str = "## Scorings of test") -> Path:
    path = tmp_path / "log.md"
    table = ["| Date | Revision | Reason |", "|---|---|---|", *rows]
    path.write_text("\n".join(["# Log", "", heading, "", *table, "", "## Else", "", "| a |", "|---|", "| b |"]))
    return path


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([], "Test has not been scored yet."),
        (["| 2020-01-01 | `abc` | first |"], "Test has been scored once"),
        (
            ["| 2020-01-01 | `abc` | first |", "| 2020-01-02 | `abd` | <b>bug</b> |"],
            "Test has been scored at least 2 times",
        ),
        (
            ["| 2020-01-01 | `abc` | a |", "| 2020-01-02 | `abd` | worlds, no test window |"],
            "Test has been scored once",
        ),
        (
            ["| 2020-01-01 | `abc` | a |", "| 2020-01-02 | `abd` | nothing scored: computed anew |"],
            "Test has been scored once",
        ),
        (
            ["| 2020-01-01 | `abc` | a |", "| 2020-01-02 | `abd` | twice; in between nothing scored |"],
            "Test has been scored at least 2 times",
        ),
    ],
)
def test_scorings_of_test_are_counted_from_the_log(made, tmp_path, rows, expected):
    shown = scorings.scored(made(), log(tmp_path, rows)).text

    assert expected in shown
    assert "<b>" not in shown


def test_a_revision_of_digits_alone_is_no_number(made, tmp_path):
    shown = scorings.scored(made(), log(tmp_path, ["| 2020-01-01 | 1372202 | first |"])).text

    assert ">1372202<" in shown


def test_rows_that_scored_no_window_are_told_apart(made, tmp_path):
    rows = ["| 2020-01-01 | `abc` | first |", "| 2020-01-02 | `abd` | worlds, no test window |"]
    shown, folded = scorings.scored(made(), log(tmp_path, rows)).text.split("<details")

    assert "Test has been scored once" in shown and "first" in shown and "worlds" not in shown
    assert "1 further row scored no test window of a log." in shown
    assert "worlds" in folded and ">first<" not in folded
    assert "Test has been scored 0 times" in scorings.scored(made(), log(tmp_path, rows[1:])).text


def test_contrasts_are_counted_in_all_arms_and_in_this_one(made):
    results = made()
    told = protocol.statistics(results).text
    declared, here = len(results.params.contrasts), len(results.contrasts)

    assert f"Of {declared} contrasts that <code>params.yaml</code> declares, {here} belong to the arm" in told
    assert here < declared
    assert "0.005 recall@10, and 0.02 of the recall among the top users in the arm <code>who</code>" in told


@pytest.mark.parametrize(("rows", "heading"), [(["| 2020-01-01 | abc |"], "## Scorings of test"), ([], "## Something")])
def test_a_log_without_its_table_is_refused(made, tmp_path, rows, heading):
    with pytest.raises(UserError, match="Scorings of test"):
        scorings.scored(made(), log(tmp_path, rows, heading))


def test_the_frontier_has_what_is_neither_dearer_nor_worse(made):
    def price(written):
        for row in written["leaderboard.json"]:
            written[f"cost/{row['variant']}.json"]["refit_seconds"] = 50
        written["cost/popularity.json"]["refit_seconds"] = 30  # the best of all
        written["cost/markov.json"]["refit_seconds"] = 1
        written["cost/tifu-knn.json"]["refit_seconds"] = 2  # better than markov
        written["cost/co-occurrence.json"]["refit_seconds"] = 3  # as good as tifu-knn and dearer
        tifu = next(row for row in written["leaderboard.json"] if row["variant"] == "tifu-knn")
        next(r for r in written["leaderboard.json"] if r["variant"] == "co-occurrence")["estimates"] = tifu["estimates"]

    rows = cost.frontier(made(price), lambda spent: spent.refit_seconds)

    assert ["markov", "tifu-knn", "popularity"] == [row.variant for row in rows]


def test_seconds_of_workers_side_by_side_are_added_up_as_those_of_one(made):
    assert "All searches and refits add up to " in cost.summary(made()).text
    assert " of one worker on the machine of this run. A refit of " in cost.summary(made()).text


def test_what_was_trained_on_is_counted_in_the_unit_of_the_budget(made):
    def trained(written):
        for name in ("flat-next", "flat-next-tokens"):
            written[f"cost/{name}.json"]["positions"] = 1200

    rows = {row.split("</code>")[0]: row for row in cost.costs(made(trained)).text.split('<td class="words"')}
    assert "1,200 events" in next(row for name, row in rows.items() if name.endswith("<code>flat-next"))
    assert "1,200 tokens" in next(row for name, row in rows.items() if name.endswith("<code>flat-next-tokens"))


def test_the_budget_says_what_its_rounds_count_and_when_a_trial_ends(made):
    shown = protocol.budgets(made()).text

    assert "events offered in training; of as many tokens for flat-next-tokens" in shown
    assert "patience" in shown


def test_the_graph_of_stages_follows_from_their_files_as_dvc_fills_them_in(tmp_path):
    path = tmp_path / "dvc.yaml"
    path.write_text(
        "stages:\n"
        "  check: {cmd: x, outs: [data/checked: {persist: true}]}\n"
        "  split: {cmd: x, deps: [data/checked/split.txt], outs: [data/events/a.parquet]}\n"
        "  train:\n"
        "    foreach: ${roster}\n"
        "    do:\n"
        "      {cmd: x, deps: ['data/checked/train/${key}.txt', data/events], outs: ['data/runs/${item.arm}/${key}']}\n"
        "  diagnose: {cmd: x, deps: [data/runs/main], outs: [data/runs/diagnostics]}\n"
        "  compare:\n"
        "    foreach: {main: {runs: data/runs/main}}\n"
        "    do: {cmd: x, deps: ['${item.runs}'], metrics: ['data/results/${name}/m.json': {cache: false}]}\n"
        "  snapshots: {foreach: '${others}', do: {cmd: x, outs: ['data/results/${name}']}}\n"
        "  report: {cmd: x, deps: ['data/results/${name}']}\n"
    )
    roster = {"a": {"arm": "main"}, "b": {"arm": "who"}}
    graph = reproduce.stages({"roster": roster, "name": "log", "others": []}, path)

    expected = {("check", "split"), ("split", "train"), ("train", "compare"), ("compare", "report")}
    assert expected | {("train", "diagnose")} == set(graph.edges)
    assert "snapshots" not in graph  # it has nothing to run for
    assert {"train": "2 variants", "compare": "1 arm"} == {
        stage: runs for stage, runs in graph.nodes(data="runs") if runs
    }


def test_the_pipeline_of_the_study_is_drawn_with_every_stage(made):
    shown = reproduce.pipeline(made()).text

    assert all(stage in shown for stage in ("check", "train-composed", "compare (4 arms)", "diagnostics", "tokens"))
    assert all(layer.count(" and ") <= 1 for layer in shown.split("<figcaption>")[1].split("; "))


def test_the_graph_is_drawn_alike_whatever_the_order_of_a_set_is(made):
    graph = reproduce.stages(made().params.model_dump())

    assert len(graph.edges) > len(graph) // 2
    for stage in graph:
        assert sorted(graph.succ[stage]) == list(graph.succ[stage])
        assert sorted(graph.pred[stage]) == list(graph.pred[stage])


def test_what_is_run_once_for_each_other_snapshot_is_said_to_be(tmp_path):
    path = tmp_path / "dvc.yaml"
    path.write_text("stages: {snapshots: {foreach: '${compare_with}', do: {cmd: x}}}", encoding="utf-8")

    assert "1 other snapshot" == reproduce.stages({"compare_with": ["old"]}, path).nodes["snapshots"]["runs"]


def test_tally_and_forest_count_the_verdicts(made):
    def one_better(written):
        written["contrasts.json"][0] |= {"verdict": "better", "effect": 0.01}

    results = made(one_better)
    others = len(results.contrasts) - 1

    assert f"{others + 1} declared contrasts: 1 better and {others} undetermined" in leaderboard.tally(results).text
    assert f"(1 better and {others} undetermined)" in leaderboard.forest(results).text


def test_a_p_value_that_rounds_to_nothing_is_told_by_its_bound():
    told = markup.bullets([f"a ({prose.probability(0.0003)})", f"b ({prose.probability(0.042)})"])

    assert "<li>a (p\xa0&lt;\xa00.001)</li><li>b (p\xa0=\xa00.042)</li>" in told._repr_html_()
    assert "&lt; 0.0001" == tables.p_value(0.00003).text
    assert "0.0042" == tables.p_value(0.0042).text


def test_no_heading_stands_over_nothing_where_a_run_has_no_contrast_about_it(made):
    def none(written):
        written["contrasts.json"], written["factorial.json"] = [], []

    bare, whole = made(none), made()
    for part in (topic.verdicts, topic.composition, topic.behind):
        assert "o contrast of this run is about this" in part(bare, "representation").text
        assert "o contrast of this run is about this" not in part(whole, "representation").text
    assert "has not all of its cells" in factorial.cells(bare).text
    assert "has not all of its cells" not in factorial.cells(whole).text


def test_results_of_the_quick_budget_are_called_a_taste(made):
    def hasty(written):
        written["manifest.json"]["budget"] = "quick"

    assert "nothing here is a finding" in source.line(made(hasty)).text
    assert "nothing here is a finding" not in source.line(made()).text


def test_an_arm_that_the_roster_leaves_out_is_not_said_to_wait_for_a_run(monkeypatch):
    assert "repro</code> runs every arm" in source.line(None, "young").text
    monkeypatch.setattr(source.params, "load", lambda: SimpleNamespace(arms=["main"]))

    assert "No variant of the roster is of the arm <code>young</code>." in source.line(None, "young").text
