"""What costs a trial costs that trial alone: its worker's death, memory that is refused, a loss that is no number."""

import json
import subprocess
import sys

import pytest
import yaml

from study.errors import UserError
from study.params import load
from study.tuning import trial
from study.tuning.search import search
from tests.faults.small import VARIANTS, environment, small_params
from tests.tiny import BUDGET, inside, prepare, size_of, tiny_log, write_workspace

pytestmark = pytest.mark.slow
DEFAULT = 120.0  # days: the first trial of personal decay
RULE = '''"""Personal decay that kills its worker where the half-life is short; spared, it fails for the same reason."""

import os
import signal

from study.models.counting import personal_decay
from study.models.counting.personal_decay import Settings, build as build_whole
from study.tuning.refused import DIED


def build(entry, settings):
    """The rule."""
    if settings.half_life_days < 100:
        if "SPARED" in os.environ:
            raise FloatingPointError(DIED)
        os.kill(os.getpid(), signal.SIGKILL)
    return build_whole(entry, settings)
'''


def run(folder, *arguments: str, **more: str) -> str:
    command = [sys.executable, "-m", "study", *arguments]
    done = subprocess.run(
        command, cwd=folder, env=environment(folder) | more, capture_output=True, text=True, check=False
    )
    assert 0 == done.returncode, done.stderr
    return done.stdout + done.stderr


def searched(folder) -> bytes:
    return (folder / "data/runs/catalogue/deadly/search.json").read_bytes()


def test_a_trial_whose_worker_dies_is_a_recorded_failure_and_its_siblings_keep_their_bits(clone):
    (clone / "study/models/counting/deadly.py").write_text(RULE, encoding="utf-8")
    raw = yaml.safe_load((clone / "params.yaml").read_text(encoding="utf-8"))
    raw["roster"]["deadly"] = raw["roster"][VARIANTS[0]] | {"rule": "deadly"}
    (clone / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    run(clone, "check", "--parameters")
    said = run(clone, "train", "deadly")
    died = searched(clone)
    run(clone, "train", "deadly")
    again = searched(clone)
    subprocess.run(["rm", "-rf", "data/scratch/train/deadly"], cwd=clone, check=True)
    run(clone, "train", "deadly", SPARED="1")

    trials = json.loads(died)["trials"]
    assert {"failed", "complete"} == {one["state"] for one in trials}
    assert {trial.DIED} == {one["reason"] for one in trials if one["state"] == "failed"}
    assert "deadly: select recall@10" in said
    assert died == again
    assert died == searched(clone)


@pytest.fixture
def workspace(tmp_path):
    raw = small_params()
    own = {name: raw[name] for name in ("roster", "composed", "contrasts", "diagnostics", "worlds")}
    budgets = {"default": size_of(BUDGET)}
    write_workspace(tmp_path, tiny_log(), budgets=raw["budgets"] | budgets, **own)
    prepare(tmp_path)
    with inside(tmp_path):
        yield tmp_path / "trials"


REFUSALS = [
    (FloatingPointError("the training loss is nan at step 3"), "the training loss is nan at step 3"),
    (MemoryError(), trial.NO_MEMORY),
    (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 80 bytes."), trial.NO_MEMORY),
    (RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."), trial.NO_MEMORY),
]


def refusing(error: Exception, settings: tuple[float, ...]):
    """A `build_model` that fails for some half-lives."""
    whole = trial.build_model

    def build(entry, chosen, *rest):
        if not settings or chosen["half_life_days"] in settings:
            raise error
        return whole(entry, chosen, *rest)

    return build


@pytest.mark.parametrize(("error", "reason"), REFUSALS)
def test_a_trial_that_cannot_go_on_ends_with_its_reason(error, reason, workspace, monkeypatch):
    monkeypatch.setattr(trial, "build_model", refusing(error, (DEFAULT,)))
    found = search(load(), VARIANTS[0], workspace)

    assert [("failed", reason), ("complete", None)] == [(one.state, one.reason) for one in found.trials]


def test_another_error_is_no_matter_of_memory(workspace, monkeypatch):
    monkeypatch.setattr(trial, "build_model", refusing(RuntimeError("shapes do not agree"), (DEFAULT,)))

    with pytest.raises(RuntimeError, match="shapes do not agree"):
        search(load(), VARIANTS[0], workspace)


def test_where_no_trial_had_memory_the_next_run_tries_again(workspace, monkeypatch):
    with monkeypatch.context() as short:
        short.setattr(trial, "build_model", refusing(MemoryError(), ()))
        with pytest.raises(UserError, match="not enough memory"):
            search(load(), VARIANTS[0], workspace)

    assert ["complete", "complete"] == [one.state for one in search(load(), VARIANTS[0], workspace).trials]


def test_what_was_proposed_from_a_death_is_not_taken_for_what_is_proposed_without_it(workspace):
    """Of the first batch every trial keeps its settings; those of later ones followed from outcomes that may change."""
    finished = {"curve": [], "losses": [], "best_round": 0, "select": None, "seconds": 0.0, "peak_mb": 0.0}
    rungs = {(0, 0): None, (0, 1): trial.DIED, (1, 0): None, (2, 0): None, (3, 0): trial.NO_MEMORY}
    for (number, index), reason in rungs.items():
        path = workspace / str(number) / f"rung-{index}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(finished | {"reason": reason}), encoding="utf-8")

    trial.forget_deaths(workspace, batch=2)
    assert {"0/rung-0.json", "1/rung-0.json"} == {p.relative_to(workspace).as_posix() for p in workspace.glob("*/*")}

    trial.forget_deaths(workspace, batch=2)
    assert {"0", "1"} == {path.name for path in workspace.iterdir()}
