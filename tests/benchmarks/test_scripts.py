"""A benchmark writes what the page Scaling reads, and compares like with like; how fast anything is, no test asks."""

import argparse
import json
import os
import subprocess
import sys
from importlib import import_module
from types import SimpleNamespace

import pytest

from study.exhibits.measurements import Loop, Ranking, Sizes, Training, Workers, every, latest
from study.params import load
from study.paths import PARAMS
from study.tuning.proposals import Trial
from tests.tiny import ROOT

LOG = ["--users", "40", "--events", "128", "--items", "20"]
ROUNDS = ["--positions", "1000", "--settings", '{"batch": 512}']
RUNS = {
    "training": (Training, "variants", {"sum-horizon"}, [*LOG, *ROUNDS, "--variants", "sum-horizon"]),
    "rank": (Ranking, "variants", {"personal-decay"}, [*LOG, "--variants", "personal-decay"]),
    "size": (Sizes, "catalogue", {100}, ["--events", "--catalogue", "100"]),
    "workers": (Workers, "again", {"first_result", "whole", "added_per_task"}, ["--tasks", "4", "--seconds", "0.01"]),
    "loop": (Loop, "seconds", {"help"}, ["--commands", "help"]),
}
"""The record of a line, what of it is looked at, what that must name, and the arguments of the smallest run."""
REPEATED = {"training", "rank", "workers", "loop"}


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_a_small_run_leaves_a_line_that_the_page_reads_and_does_not_show(name, tmp_path, monkeypatch):
    kind, part, expected, given = RUNS[name]
    once = ["--repeats", "1"] if name in REPEATED else []
    command = [sys.executable, f"benchmarks/{name}.py", *given, *once, "--out", str(tmp_path / f"{name}.jsonl")]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False
    )

    assert 0 == done.returncode, done.stderr
    monkeypatch.setattr("study.paths.BENCHMARKS", tmp_path)
    (line,) = every(name, kind)
    assert expected == set(line.model_dump()[part])
    assert {"numpy", "torch"} <= set(line.versions)
    assert line.changed and latest(name, kind) is None


@pytest.fixture
def record(script):
    return script("record")


def parser() -> argparse.ArgumentParser:
    known = argparse.ArgumentParser()
    known.add_argument("--users", type=int, default=2000)
    known.add_argument("--events", type=int, nargs="*", default=[10, 100])
    known.add_argument("--threads", type=int, nargs="*", default=[1, 2])
    known.add_argument("--variants", nargs="*")
    return known


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ([], []),
        (["--events", "100", "1000", "10"], []),
        (["--events"], ["events"]),
        (["--events", "10", "--users", "40"], ["users", "events"]),
        (["--threads", "1", "2", "8"], ["threads"]),
        (["--variants", "one"], ["variants"]),
    ],
)
def test_a_line_tells_its_arguments_and_those_by_which_it_is_no_run_of_the_defaults(
    given, changed, record, monkeypatch, tmp_path
):
    out = tmp_path / "log.jsonl"
    monkeypatch.setattr(sys, "argv", ["benchmark", *given, "--out", str(out)])
    line = record.Line("training", parser())
    line.append({"measured": 1})
    told = json.loads(out.read_text())

    assert told["changed"] == changed
    assert told["arguments"] == {name: getattr(line.given, name) for name in ("users", "events", "threads", "variants")}
    assert told["measured"] == 1


def test_repeats_that_are_none_are_refused_before_anything_is_measured(record, monkeypatch, capsys):
    known = argparse.ArgumentParser()
    known.add_argument("--repeats", type=int, default=3)
    monkeypatch.setattr(sys, "argv", ["benchmark", "--repeats", "0"])
    with pytest.raises(SystemExit) as ended:
        record.Line("training", known)

    assert 2 == ended.value.code
    assert "--repeats: at least 1" in capsys.readouterr().err


CPUINFO = """processor\t: 0
cpu family\t: 25
model\t\t: {model}
model name\t: AMD EPYC
flags\t\t: fpu {flags}

processor\t: 1
model name\t: another
"""


@pytest.mark.parametrize(
    ("model", "flags", "told"),
    [
        (1, "avx2", "AMD EPYC (family 25, model 1, without avx512f, without avx512_bf16, without amx_bf16)"),
        (17, "avx512f avx512_bf16", "AMD EPYC (family 25, model 17, with avx512f, with avx512_bf16, without amx_bf16)"),
    ],
)
def test_processors_of_one_name_are_told_apart(model, flags, told, record, monkeypatch, tmp_path):
    (tmp_path / "cpuinfo").write_text(CPUINFO.format(model=model, flags=flags))
    monkeypatch.setattr(record, "CPUINFO", tmp_path / "cpuinfo")

    assert told == record.origin()["machine"]


@pytest.mark.parametrize("text", [None, "processor\t: 0\nBogoMIPS\t: 50.00\n"])
def test_a_machine_whose_processor_has_no_name_there_is_named_by_the_platform(text, record, monkeypatch, tmp_path):
    if text:
        (tmp_path / "cpuinfo").write_text(text)
    monkeypatch.setattr(record, "CPUINFO", tmp_path / "cpuinfo")
    monkeypatch.setattr(record.platform, "processor", lambda: "arm")

    assert "arm" == record.machine()


@pytest.mark.parametrize(("end", "told"), [("abc", None), ("abc+changes", "abc+changes")])
def test_the_revision_of_a_line_is_that_of_its_beginning(end, told, record, monkeypatch, tmp_path):
    out = tmp_path / "log.jsonl"
    monkeypatch.setattr(sys, "argv", ["benchmark", "--out", str(out)])
    monkeypatch.setattr(record, "revision", lambda: "abc")
    line = record.Line("training", parser())
    monkeypatch.setattr(record, "revision", lambda: end)
    line.append({})
    found = json.loads(out.read_text())

    assert (found["revision"], found.get("revision_at_end")) == ("abc", told)


def test_seconds_of_a_query_are_the_median_of_passes_after_a_first_on_one_thread(monkeypatch):
    """Six passes of 100, 1, 2, 3, 4 and 50 s."""
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        monkeypatch.setenv(name, "2")
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    catalogue = import_module("catalogue")
    clock = iter([0, 100, 0, 1, 0, 2, 0, 3, 0, 4, 0, 50])
    monkeypatch.setattr(catalogue, "time", SimpleNamespace(process_time=lambda: next(clock)))
    monkeypatch.setattr(catalogue, "rank", lambda *_: [])
    found = catalogue.scored(10)

    assert (found["seconds"], found["passes"]) == (3 / catalogue.QUERIES, 5)
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"


@pytest.fixture
def tuning(script):
    return script("tuning")


@pytest.mark.parametrize("other", [{"chosen": 1}, {"select": 0.4}])
def test_searches_that_end_otherwise_with_two_workers_are_not_compared(tuning, monkeypatch, other):
    def searched(params, variant, workers):
        return {"seconds": 1.0, "chosen": 0, "select": 0.5} | (other if workers == 2 else {})

    monkeypatch.setattr(tuning, "searched", searched)
    with pytest.raises(AssertionError, match="sum-horizon: not the same search"):
        tuning.compared(None, "sum-horizon", 1)


def test_a_search_tells_which_trial_it_has_chosen(tuning, monkeypatch):
    best, asked, sent = Trial(number=3, batch=0, settings={}, state="complete", select=0.5), [], []
    monkeypatch.setattr(tuning, "search", lambda params, *_: asked.append(params) or SimpleNamespace(best=best))
    monkeypatch.setattr(tuning, "get_reusable_executor", lambda: SimpleNamespace(shutdown=lambda **_: None))
    tuning._search(load(ROOT / PARAMS), "sum-horizon", 2, SimpleNamespace(send=sent.append))

    assert [(3, 0.5)] == [(told["chosen"], told["select"]) for told in sent]
    assert [2] == [params.spent("main").workers for params in asked]
