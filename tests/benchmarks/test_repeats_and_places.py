"""How often a benchmark measures, on which device and in which folder; how fast anything is, no test asks."""

import json
import os
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from study.errors import UserError
from study.exhibits.measurements import Peers, Training, Workers, every, latest
from study.models.sequence import SequenceModel
from study.redact import STORAGE
from tests.tiny import ROOT


@pytest.fixture
def line_of(monkeypatch, tmp_path):
    """The line that a benchmark has added to the only log there is."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("study.paths.BENCHMARKS", tmp_path)

    def run(name, benchmark, *given):
        out = tmp_path / f"{name}.jsonl"
        monkeypatch.setattr(sys, "argv", [name, *given, "--out", str(out)])
        benchmark.main()
        return json.loads(out.read_text())

    return run


@pytest.fixture
def training(script, monkeypatch):
    """The benchmark of training, which simulates and trains nothing."""
    module = script("training")
    for name, value in {"simulated": None, "fold_of": None, "tell": None, "bare_sides": {}}.items():
        monkeypatch.setattr(module, name, lambda *_, value=value: value)
    monkeypatch.setattr(module, "side_of", lambda *_: module.Side(lambda: 1.0, 1.0))
    monkeypatch.setattr(module, "product_rate", len)
    return module


def test_networks_are_trained_on_the_device_that_is_asked_for_in_a_line_that_is_not_shown(
    training, line_of, monkeypatch
):
    asked = []
    model = object.__new__(SequenceModel)
    monkeypatch.setattr(training, "build_model", lambda *_, device: asked.append(device) or model)
    monkeypatch.setattr(training.torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(training, "name_of", lambda device: f"the name of {device}")
    line = line_of("training", training, "--device", "cuda")

    assert {"cuda"} == set(asked)
    assert (["device"], "cuda", "the name of cuda") == (line["changed"], line["arguments"]["device"], line["device"])
    assert 1 == len(every("training", Training)) and latest("training", Training) is None


def test_networks_are_trained_on_the_processor_by_default(training, line_of, monkeypatch):
    asked = []
    model = object.__new__(SequenceModel)
    monkeypatch.setattr(training, "build_model", lambda *_, device: asked.append(device) or model)
    line = line_of("training", training)

    assert {"cpu"} == set(asked)
    assert ([], "cpu") == (line["changed"], line["device"])
    assert latest("training", Training) is not None


def test_variants_and_bare_stacks_take_turns(training, line_of, monkeypatch):
    """Not all repeats of one, then all of the next, so that a machine that slows down slows all alike."""
    turns = []

    def side(name, rate):
        return training.Side(lambda: turns.append(name) or rate, 2.0)

    rates = iter([("one", 3.0), ("another", 5.0)])
    bare = {(64, 1, "fp32"): ("like", 7.0), (64, 2, "fp32"): ("deep", 11.0), (32, 2, "fp32"): ("narrow", 13.0)}
    monkeypatch.setattr(training, "build_model", lambda *_, **__: object.__new__(SequenceModel))
    monkeypatch.setattr(training, "side_of", lambda *_: side(*next(rates)))
    monkeypatch.setattr(training, "bare_sides", lambda *_: {asked: side(*one) for asked, one in bare.items()})
    monkeypatch.setattr(training, "product_rate", lambda _: 10.0)
    given = ["--variants", "sum-horizon", "flat-next", "--repeats", "2", "--widths", "32", "64"]
    line = line_of("training", training, *given)

    assert ["one", "another", "like", "deep", "narrow"] * 2 == turns
    told = {name: row["events_per_second"]["median"] for name, row in (line["variants"] | line["bare"]).items()}
    assert {"sum-horizon": 3, "flat-next": 5, "blocks: 1, fp32": 7, "blocks: 2, fp32": 11} == told
    assert {"32": 13, "64": 11} == {w: row["fp32"]["events_per_second"]["median"] for w, row in line["widths"].items()}
    assert 3 * 2 / 10 == pytest.approx(line["variants"]["sum-horizon"]["share_of_rate"]["median"])


class TakenUp:
    """A model that reads 100 positions a round, two to an event: in 7 seconds where it is taken up, else in 2."""

    def __init__(self):
        self.done, self.seconds = 0, 0.0
        self.device, self.shape = SimpleNamespace(type="cpu"), SimpleNamespace(per_event=2)
        self.trainer = SimpleNamespace(progress=SimpleNamespace(positions=0))

    def fit(self, _, *, rounds, seed, report):
        taken_up = True
        while self.done < rounds:
            self.done += 1
            self.seconds += 7 if taken_up else 2
            self.trainer.progress.positions += 100
            taken_up = False
            report(seed, self.done)


def test_a_repeat_is_a_round_that_training_was_not_taken_up_in(script, monkeypatch):
    training, model = script("training"), TakenUp()
    monkeypatch.setattr(training, "now", lambda _: model.seconds)
    side = training.side_of(model, None)
    rates = [side.repeat() for _ in range(3)]

    assert [100 / 2 / 2] * 3 == rates
    assert 2 + 3 * 2 == model.done
    assert 0 == side.operations


def test_a_gpu_that_is_not_there_is_one_line(training, line_of, monkeypatch):
    monkeypatch.setattr(training.torch.cuda, "is_available", lambda: False)

    with pytest.raises(UserError, match="--device cuda: torch sees no GPU on this machine"):
        line_of("training", training, "--device", "cuda")


def test_seconds_of_a_gpu_are_those_of_the_clock_when_it_has_done_what_it_was_given(training, monkeypatch):
    done = []
    monkeypatch.setattr(training.torch.cuda, "synchronize", lambda: done.append("GPU"))
    clocks = {"perf_counter": lambda: done.append("clock") or 2.0, "process_time": lambda: 1.0}
    monkeypatch.setattr(training, "time", SimpleNamespace(**clocks))

    assert (1.0, 2.0) == (training.now("cpu"), training.now("cuda"))
    assert ["GPU", "clock"] == done


class Alone:
    """A process of its own that is this one; every pair is slower than the one before."""

    def __init__(self, *_, **__):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def submit(self, *_):
        Alone.pairs += 1
        row = dict.fromkeys(("first_result", "whole", "added_per_task"), 10.0**Alone.pairs)
        return SimpleNamespace(result=lambda: {"first": row, "again": row})


def test_what_an_engine_adds_is_the_median_of_pairs_in_processes_of_their_own(script, line_of, monkeypatch):
    workers, Alone.pairs = script("workers"), 0
    monkeypatch.setattr(workers, "ProcessPoolExecutor", Alone)
    line_of("workers", workers)
    found = latest("workers", Workers)

    assert (3, 3) == (Alone.pairs, found.repeats)
    for row in (found.first, found.again):
        assert {"median": 100, "least": 10, "most": 1000} == row.whole.model_dump()


def test_a_small_log_is_measured_several_times_and_a_huge_one_once(script, line_of, monkeypatch):
    size, runs = script("size"), []

    def run(events, *_):
        runs.append(events)
        return {"check": {"seconds": 10.0 ** len(runs), "clock": 1.0, "peak_mb": float(len(runs))}}, {"log": events}

    monkeypatch.setattr(size, "run", run)
    line = line_of("size", size, "--events", "1000", str(10**8), "--catalogue")
    small, huge = (line["events"][str(events)]["check"] for events in (1000, 10**8))

    assert [1000, 1000, 1000, 10**8] == runs
    assert {"seconds": 10_000.0, "clock": 1.0, "peak_mb": 4.0} == huge
    assert (100, 2, 3) == (small["seconds"], small["peak_mb"], small["repeats"])
    assert {"median": 100, "least": 10, "most": 1000} == small["spread"]


def test_a_rule_is_scored_in_a_study_of_its_own_and_no_database_hears_of_it(script, line_of, monkeypatch):
    loop, ran = script("loop"), []
    monkeypatch.setenv(STORAGE, "postgresql://host/optuna")
    monkeypatch.setattr(loop, "write_log", lambda *_, **__: None)

    def run(command, cwd, env, **_):
        ran.append((command[3:], cwd == Path.cwd(), (cwd / "params.yaml").is_file(), env.get(STORAGE)))
        assert str(Path.cwd()) in env["PYTHONPATH"].split(os.pathsep)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(loop, "subprocess", SimpleNamespace(run=run))
    line = line_of("loop", loop, "--commands", "help", loop.SCORE, "--repeats", "1")
    made, measured = ran[: len(loop.MADE)], ran[len(loop.MADE) :]

    assert {(False, True, "")} == {tuple(rest) for _, *rest in made}
    assert [("--help",), ("score", "popularity")] * 2 == [command for command, *_ in measured]
    assert [True, False] * 2 == [is_here for _, is_here, *_ in measured]
    assert {"help", loop.SCORE} == set(line["seconds"])


def test_a_long_run_by_the_defaults_is_ended_by_its_seconds_before_its_rounds(script, monkeypatch):
    monkeypatch.chdir(ROOT)
    script("record")
    asked = runpy.run_path(str(ROOT / "benchmarks" / "peers.py"))["arguments"]()
    seconds, rounds = asked.get_default("seconds"), asked.get_default("rounds")
    sides = [side for run in every("peers", Peers) for side in run.sides.values() if side.curve]

    assert max(len(side.curve) / side.curve[-1][0] for side in sides) * seconds < rounds
