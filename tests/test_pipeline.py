"""The whole pipeline as a user runs it: `dvc repro` to the book, on a tiny log in a clone of this tree."""

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from study.quick import reduced
from tests.tiny import ROOT, copy_tree, tiny_log, tiny_params

pytestmark = pytest.mark.slow
DVC = [sys.executable, "-m", "dvc"]
LOSS = '''"""A softmax at half the temperature."""

from torch import Tensor

from study.nn.losses.base import Loss
from study.nn.losses.softmax import Softmax


class Sharper(Softmax):
    """The full softmax, of doubled logits."""

    def __call__(self, head, hidden, rows, labels, generator):
        """See `Loss`."""
        return super().__call__(lambda h: 2 * head(h), hidden, rows, labels, generator)


def build(frequency: Tensor) -> Loss:
    """The loss; it has no options."""
    return Sharper()
'''

TRACER = '''"""Writes down the modules of the study that a process has loaded when it ends."""

import atexit
import os
import sys


def write():
    if sys.argv[0].endswith(os.path.join("study", "__main__.py")):
        files = {os.path.relpath(m.__file__) for name, m in sys.modules.items() if name.split(".")[0] == "study"}
        with open(os.path.join(os.path.dirname(__file__), "-".join(sys.argv[1:3]) + ".txt"), "w") as file:
            file.write("\\n".join(sorted(files)))


atexit.register(write)
'''
READ_BY_ALL = {
    f"study/{name}.py"
    for name in ("__main__", "arguments", "failures", "fingerprint", "params/worlds", "parent", "redact", "under_dvc")
}
"""What the command line itself loads."""


def short_params() -> dict[str, Any]:
    """The tiny parameters with the roster of `make quick`: every arm, family and stage, few variants."""
    return reduced(tiny_params()) | {"budget": "default"}


def has_code(path: Path) -> bool:
    """False of a package that is at most a docstring, and is loaded with whatever lies below it."""
    return any(not isinstance(part, ast.Expr) for part in ast.parse(path.read_text(encoding="utf-8")).body)


def run(folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    python = os.pathsep.join([str(folder), str(folder.parent / "tracer")])
    environment = os.environ | {"PATH": path, "PYTHONPATH": python, "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run([*command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if check and done.returncode:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def stages_run(done: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"Running stage '([^']+)'", done.stdout)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pipeline") / "clone"
    copy_tree(folder)
    tracer = folder.parent / "tracer/sitecustomize.py"
    tracer.parent.mkdir()
    tracer.write_text(TRACER, encoding="utf-8")
    tiny_log().write_parquet(folder / "tiny.parquet")
    (folder / "params.yaml").write_text(yaml.safe_dump(short_params(), sort_keys=False), encoding="utf-8")
    run(folder, "git", "init", "-q")
    run(folder, "git", "add", "-A")
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    run(folder, "git", *identity, "commit", "-qm", "tiny")
    return folder


@pytest.fixture(scope="module")
def reproduced(clone):
    return run(clone, *DVC, "repro")


def test_the_book_is_built_and_status_is_clean(clone, reproduced):
    assert (clone / "build/book/index.html").exists() or (clone / "build/book/findings.html").exists()
    assert "up to date" in run(clone, *DVC, "status").stdout
    assert "up to date" in run(clone, *DVC, "repro").stdout


def test_a_stage_loads_no_code_that_it_does_not_depend_on(clone, reproduced):
    """Else a change of that code would not run it again."""
    checked = clone / "data/checked"
    undeclared = {}
    for path in sorted(checked.rglob("*.txt")):
        told = clone.parent / "tracer" / f"{'-'.join(path.relative_to(checked).with_suffix('').parts)}.txt"
        if told.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            known = {line.split()[1] for line in lines if line.endswith(".py")} | READ_BY_ALL
            loaded = set(told.read_text(encoding="utf-8").split())
            undeclared[told.stem] = {name for name in loaded - known if has_code(ROOT / name)}

    assert {"train-sum-horizon", "score-hybrid-lambdarank", "compare-who", "worlds-shop", "tokens"} <= set(undeclared)
    assert {} == {stage: files for stage, files in undeclared.items() if files}


def test_metrics_are_shown(clone, reproduced):
    shown = run(clone, *DVC, "metrics", "show").stdout

    assert "recall@10" in shown
    assert "hybrid-lambdarank" in shown


def test_every_variant_prints_what_it_reached(clone, reproduced):
    params = short_params()
    for variant in [*params["roster"], *params["composed"]]:
        assert f"{variant}: select recall@" in reproduced.stdout
        assert f"{variant}: test recall@" in reproduced.stdout


def test_who_pulls_what_was_pushed_trains_nothing(clone, reproduced, tmp_path):
    target = run_elsewhere(clone, tmp_path)

    assert [] == stages_run(run(target, *DVC, "repro"))
    assert "up to date" in run(target, *DVC, "status").stdout
    assert "" == run(target, "git", "status", "--porcelain").stdout


def run_elsewhere(clone: Path, folder: Path) -> Path:
    """Pushes to a remote on a folder, and pulls in a copy of the repository that has nothing but what git has."""
    url, target = folder / "store", folder / "copy"
    run(clone, *DVC, "remote", "add", "--force", "--default", "store", str(url))
    run(clone, *DVC, "push")
    run(clone, "git", "add", "-A")
    run(clone, "git", "-c", "user.name=test", "-c", "user.email=test@example.org", "commit", "-qm", "results")
    run(clone, "git", "clone", "-q", str(clone), str(target))
    run(target, *DVC, "pull")
    return target


def test_a_wrong_setting_touches_nothing(clone, reproduced):
    params = clone / "params.yaml"
    good = params.read_text(encoding="utf-8")
    params.write_text(good.replace("rule: popularity", "rule: popularty"), encoding="utf-8")
    lock = (clone / "dvc.lock").read_bytes()
    done = run(clone, sys.executable, "-m", "study", "check", check=False)
    failed = run(clone, *DVC, "repro", check=False)
    params.write_text(good, encoding="utf-8")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "did you mean 'popularity'?" in done.stderr
    assert failed.returncode != 0
    assert lock == (clone / "dvc.lock").read_bytes()
    assert (clone / "data/scores/main/popularity/metrics.parquet").exists()
    assert "up to date" in run(clone, *DVC, "status").stdout


def test_a_new_loss_runs_its_own_variant_and_what_reads_the_whole_arm(clone, reproduced):
    (clone / "study/nn/losses/sharper.py").write_text(LOSS, encoding="utf-8")
    raw = yaml.safe_load((clone / "params.yaml").read_text(encoding="utf-8"))
    raw["roster"]["sum-horizon-sharper"] = raw["roster"]["sum-horizon"] | {"loss": "sharper"}
    (clone / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    done = run(clone, *DVC, "repro", "score@sum-horizon-sharper")
    stale = set(json.loads(run(clone, *DVC, "status", "--json").stdout))

    own = {"train@sum-horizon-sharper", "score@sum-horizon-sharper"}
    composed = {f"train-composed@{name}" for name in raw["composed"]}
    reads_main = {"compare@main", "diagnose", "diagnostics", "report"}
    assert {"check"} | own == set(stages_run(done))
    assert reads_main <= stale <= reads_main | composed
