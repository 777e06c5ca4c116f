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
    (workspace / "other").mkdir()
    funnel().write_csv("other/log.csv")
    assert 0 == main(["init", "other/log.csv"])
    assert "log-3" == load().snapshot.name
