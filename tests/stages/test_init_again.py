"""`init` in a folder that has been used before: results of another log, and what the parameters say of this one."""

import pytest

from study.__main__ import main
from study.params import load
from study.paths import PARAMS, RESULTS
from tests.stages.own_log import funnel, workspace

__all__ = ["workspace"]


def publish(name: str) -> None:
    """Results of the main arm under a name."""
    folder = RESULTS / name / "main"
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", encoding="utf-8")


@pytest.mark.parametrize(("published", "name"), [(["log"], "log-2"), (["log", "log-2"], "log-3"), (["logs"], "log")])
def test_a_name_that_has_results_is_taken(workspace, published, name):
    for one in published:
        publish(one)
    funnel().write_csv("log.csv")

    assert 0 == main(["init", "log.csv"])
    assert name == load().snapshot.name
    said = f"  name: {name} # guess: data/results/log has results already\n"
    assert (name != "log") == (said in PARAMS.read_text(encoding="utf-8"))


def test_a_log_that_the_parameters_describe_already_keeps_its_name(workspace):
    publish("log")
    funnel().write_csv("log.csv")
    assert 0 == main(["init", "log.csv"])
    publish("log-2")

    assert 0 == main(["init", "log.csv"])
    assert "log-2" == load().snapshot.name
    assert 0 == main(["init", str(workspace / "log.csv")])
    assert "log-2" == load().snapshot.name
    (workspace / "other").mkdir()
    funnel().write_csv("other/log.csv")
    assert 0 == main(["init", "other/log.csv"])
    assert "log-3" == load().snapshot.name


def test_of_a_folder_those_files_are_read_that_the_parameters_choose(workspace, capsys):
    """As the message says of a file that is none of a log; where none matches, they are of another log."""
    folder = workspace / "logs"
    folder.mkdir()
    funnel().write_csv(folder / "1.csv")
    (folder / "notes.txt").write_text("none of the log", encoding="utf-8")
    assert 2 == main(["init", "logs"])
    assert "logs/notes.txt: its name does not say what it is" in capsys.readouterr().err
    before = PARAMS.read_text(encoding="utf-8")
    PARAMS.write_text(before.replace("\nsnapshot:\n", '\nsnapshot:\n  files: "*.csv"\n'), encoding="utf-8")

    assert [0, 0] == [main(["init", "logs"]), main(["check"])]
    assert '  files: "*.csv" # as it was\n' in PARAMS.read_text(encoding="utf-8")
    (folder / "notes.txt").unlink()
    (folder / "1.csv").unlink()
    funnel().write_parquet(folder / "1.parquet")
    assert 0 == main(["init", "logs"])
    assert "*" == load().snapshot.files


@pytest.mark.parametrize(
    "command",
    [
        ["init", ""],
        ["check", " "],
        ["snapshot", "add", "", "--name", "new"],
        ["fit", "gru", "--to", ""],
        ["export", "--to", " "],
        ["rank", "--cutoff", "now", "--log", ""],
        ["rank", "--cutoff", "now", "--log", "log.csv", "--model", ""],
        ["rank", "--cutoff", "now", "--log", "log.csv", "--out", ""],
    ],
)
def test_an_empty_path_is_not_this_folder(workspace, capsys, command):
    before = {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}

    assert 2 == main(command)
    assert capsys.readouterr().err.rstrip().endswith("the path is empty")
    assert before == {path: path.read_bytes() for path in workspace.rglob("*") if path.is_file()}
