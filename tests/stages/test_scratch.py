"""Unfinished work is found again where nothing changed that it depends on, and nowhere else."""

import copy
from functools import reduce
from operator import getitem
from pathlib import Path

import pytest
import yaml
from dvc.repo import Repo

from study import scratch
from study.diagnostics.subjects import Chosen
from study.models.sequence_settings import Settings
from study.models.sources import Source
from study.params import Params
from study.paths import (
    PARAMS,
    code_of,
    events_file,
    queries_file,
    search_file,
    spans_file,
    vocabulary_file,
    write_text,
)
from study.stages import diagnose, diagnostics, tokens, train, worlds, worlds_validity
from tests.tiny import ROOT

RAW = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8"))
QUESTION, VARIANT, HYBRID, FLAT = "categories", "sum-horizon", "hybrid-lambdarank", RAW["tokens"]["variant"]
DEVELOPMENT = [events_file(QUESTION, "development"), spans_file(QUESTION)]
SPLIT = [queries_file(QUESTION, span) for span in ("stop", "select")]
FITTED = {span: vocabulary_file(QUESTION, span) for span in ("train", "refit")}
TEST = [events_file(QUESTION, "test"), queries_file(QUESTION, "test")]
FIT = diagnose.FITS / "sequence" / "unchanged" / "seed-0" / "weights.safetensors"
INPUTS = {
    "train": [code_of("train", VARIANT), *DEVELOPMENT, *SPLIT, *FITTED.values()],
    "train a hybrid": [code_of("train", HYBRID), search_file("main", "sum-horizon-repeat")],
    "diagnose": [code_of("diagnose"), *DEVELOPMENT, FITTED["refit"]],
    "diagnose a hybrid": [
        code_of("diagnose"),
        *DEVELOPMENT,
        FITTED["refit"],
        search_file("main", "sum-horizon-repeat"),
    ],
    "diagnostics": [code_of("diagnostics"), code_of("diagnose"), *TEST, FIT],
    "tokens": [code_of("tokens"), *DEVELOPMENT, FITTED["train"]],
    "worlds": [code_of("worlds", "null")],
    "validity": [code_of("worlds_validity")],
}
VALUES = {
    "train": [
        ("seed", 1),
        ("questions.categories.horizon_days", 6),
        ("features.popular", 41),
        ("budgets.default.main.rounds", 9),
        ("roster.sum-horizon.context", 64),
    ],
    "diagnose": [
        ("seed", 1),
        ("diagnostics.noise_values", 9),
        ("budgets.default.diagnostics.seeds", 6),
        ("budgets.default.main.positions", 9),
        ("features.popular", 41),
        ("questions.categories.horizon_days", 6),
        ("roster.sum-horizon.context", 64),
    ],
    "diagnose a hybrid": [("composed.hybrid-lambdarank.loss", "bce"), ("roster.sum-horizon-repeat.context", 64)],
    "tokens": [
        ("seed", 1),
        ("tokens.batch", 9),
        ("budgets.default.tokens.rounds", 9),
        ("features.popular", 41),
        ("questions.categories.horizon_days", 6),
        (f"roster.{FLAT}.context", 64),
    ],
    "worlds": [
        ("seed", 1),
        ("worlds.batch", 9),
        ("worlds.null.items", 9),
        ("worlds.windows.test", 9),
        ("worlds.features.bins", 9),
        ("budgets.default.worlds.rounds", 9),
        ("roster.sum-horizon.blocks", 2),
    ],
    "validity": [("seed", 1), ("statistics.alpha", 0.1)],
}


def params_with(place: str | None = None, value: object = None) -> Params:
    raw = copy.deepcopy(RAW)
    if place:
        *parents, last = place.split(".")
        reduce(getitem, parents, raw)[last] = value
    return Params.model_validate(raw)


def name_of(stage: str, params: Params) -> str:
    """The name of the folder of scratch in which a stage would look."""
    if stage.startswith("diagnos"):
        variant, family = (HYBRID, "hybrid") if "hybrid" in stage else (VARIANT, "sequence")
        asked = [Chosen(params, "main", family, [], Source(variant=variant, settings={}, rounds=2))]
        return diagnostics._identity(params, asked) if stage == "diagnostics" else diagnose.fingerprint(params, asked)
    if stage == "tokens":
        return tokens._fingerprint(params, params.roster[FLAT], Settings(batch=params.tokens["batch"]))
    if stage == "worlds":
        return worlds.fingerprint(params, "null", code_of("worlds", "null"))
    if stage == "validity":
        name, part = next((n, p) for n, p in params.section(worlds.Worlds).validity.items() if "null" in p.worlds)
        return worlds_validity._fingerprint(worlds_validity.Study(name, part, "null", params))
    return train._fingerprint(params, VARIANT if stage == "train" else HYBRID)


STAGES = {
    "train": f"train@{VARIANT}",
    "train a hybrid": f"train-composed@{HYBRID}",
    "diagnose a hybrid": "diagnose",
    "diagnostics": "diagnostics",
    "tokens": "tokens",
    "worlds": "worlds@null",
}
READ = {
    stage: [path for path in INPUTS[name] if path == code_of(stage) or path != code_of("diagnose")]
    for name, stage in STAGES.items()
} | {
    f"score@{VARIANT}": [*DEVELOPMENT, *TEST, FITTED["refit"], code_of("score", VARIANT)],
    f"score-composed@{HYBRID}": [*DEVELOPMENT, *TEST, FITTED["refit"], code_of("score", HYBRID)],
}
"""The files that a stage reads, by its name in DVC; by the code of `diagnose` diagnostics tells its own fits alone."""


@pytest.mark.parametrize("stage", READ)
def test_a_stage_depends_on_every_file_that_it_reads(stage):
    with Repo(str(ROOT)) as repo:
        (found,) = repo.stage.collect(stage)
        deps = [Path(dep.def_path) for dep in found.deps]

    assert deps
    assert [] == [path for path in READ[stage] if not any(path == dep or dep in path.parents for dep in deps)]


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Every file that a stage goes by."""
    monkeypatch.chdir(tmp_path)
    for path in (path for paths in INPUTS.values() for path in paths):
        write_text(path, "as it was")


@pytest.mark.parametrize(("stage", "path"), [(stage, path) for stage in INPUTS for path in INPUTS[stage]], ids=str)
def test_another_input_and_other_code_are_other_work(made, stage, path):
    params = params_with()
    before = name_of(stage, params)
    write_text(path, "another")
    other = name_of(stage, params)
    write_text(path, "as it was")

    assert before != other
    assert before == name_of(stage, params)


@pytest.mark.parametrize(
    ("stage", "place", "value"), [(stage, *one) for stage, changed in VALUES.items() for one in changed], ids=str
)
def test_another_parameter_is_other_work(made, stage, place, value):
    assert name_of(stage, params_with()) != name_of(stage, params_with(place, value))


@pytest.mark.parametrize("stage", ["train", "diagnose", "tokens", "worlds"])
def test_who_runs_the_tasks_and_how_results_are_judged_are_not(made, stage):
    before = name_of(stage, params_with())

    assert before == name_of(stage, params_with("statistics.alpha", 0.1))
    assert before == name_of(stage, params_with("engine", {"name": "ray"}))


@pytest.mark.parametrize("changed", ["versions", "name_of"])
def test_other_versions_and_another_device_are_other_work(made, monkeypatch, changed):
    """What torch has begun in another version, or on a GPU, is not gone on with."""

    def folder() -> Path:
        with scratch.scratch(Path("train"), "identity", "a variant", "cpu") as found:
            return found

    before = folder()
    other = {"versions": lambda: ["torch 0.0.1"], "name_of": lambda _: "another"}[changed]
    monkeypatch.setattr(scratch, changed, other)

    assert before != folder()
