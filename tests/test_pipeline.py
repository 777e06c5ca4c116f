"""The whole pipeline as a user runs it: `dvc repro` to the book, on a tiny log in a clone of this tree."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.tiny import ROOT, tiny_log, tiny_params

pytestmark = pytest.mark.slow
DVC = [sys.executable, "-m", "dvc"]
LOSS = '''"""A softmax at half the temperature."""

from study.nn.losses.base import Loss
from study.nn.losses.softmax import Softmax


class Sharper(Softmax):
    """The full softmax, of doubled logits."""

    def __call__(self, head, hidden, rows, labels, generator):
        """See `Loss`."""
        return super().__call__(lambda h: 2 * head(h), hidden, rows, labels, generator)


def build() -> Loss:
    """The loss; it has no options."""
    return Sharper()
'''


def run(folder: Path, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONPATH": str(folder), "DVC_NO_ANALYTICS": "1"}
    done = subprocess.run([*command], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if check and done.returncode:
        pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


def stages_run(done: subprocess.CompletedProcess[str]) -> list[str]:
    return re.findall(r"Running stage '([^']+)'", done.stdout)


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if not name.startswith("data/results") and name != "dvc.lock" and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)
    tiny_log().write_parquet(folder / "tiny.parquet")
    (folder / "params.yaml").write_text(yaml.safe_dump(tiny_params(), sort_keys=False), encoding="utf-8")
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


def test_metrics_are_shown(clone, reproduced):
    shown = run(clone, *DVC, "metrics", "show").stdout

    assert "recall@10" in shown
    assert "tifu-knn" in shown


def test_every_variant_prints_what_it_reached(clone, reproduced):
    for variant in tiny_params()["roster"]:
        assert f"{variant}: select recall@" in reproduced.stdout
        assert f"{variant}: test recall@" in reproduced.stdout


def test_a_wrong_setting_touches_nothing(clone, reproduced):
    params = clone / "params.yaml"
    good = params.read_text(encoding="utf-8")
    params.write_text(good.replace("rule: tifu_knn", "rule: tifu_kn"), encoding="utf-8")
    lock = (clone / "dvc.lock").read_bytes()
    done = run(clone, sys.executable, "-m", "study", "check", check=False)
    failed = run(clone, *DVC, "repro", check=False)
    params.write_text(good, encoding="utf-8")

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "tifu_knn" in done.stderr
    assert failed.returncode != 0
    assert lock == (clone / "dvc.lock").read_bytes()
    assert (clone / "data/scores/main/popularity/metrics.parquet").exists()
    assert "up to date" in run(clone, *DVC, "status").stdout


def test_a_new_loss_runs_its_own_variant_and_what_compares(clone, reproduced):
    (clone / "study/nn/losses/sharper.py").write_text(LOSS, encoding="utf-8")
    raw = yaml.safe_load((clone / "params.yaml").read_text(encoding="utf-8"))
    raw["roster"]["sum-nextline-sharper"] = raw["roster"]["sum-nextline-softmax"] | {"loss": "sharper"}
    (clone / "params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    done = run(clone, *DVC, "repro")

    expected = ["check", "train@sum-nextline-sharper", "score@sum-nextline-sharper", "compare@main", "report"]
    assert stages_run(done) == expected
