"""A project to which `snapshot add` adds a log, for tests of what it does."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from study.events.parts import Held
from study.provenance import file_hash
from study.stages.snapshot import write
from tests.tiny import ROOT, tiny_log, tiny_params, write_workspace


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DVC_NO_ANALYTICS": "1"}
    return subprocess.run([*command], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def add(folder: Path, file: str, name: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "study", "snapshot", "add", file, "--name", name)


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    """A project with results of the snapshot `tiny`."""
    folder = tmp_path_factory.mktemp("begun") / "project"
    write_workspace(folder, tiny_log())
    text = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text("# ours\n" + text, encoding="utf-8")
    (folder / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    publish(folder, "tiny", tiny_log())
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        assert 0 == run(folder, *command).returncode
    return folder


@pytest.fixture
def folder(begun, tmp_path) -> Path:
    """A copy of it, with a new log beside it."""
    tiny_log(users=30).write_parquet(tmp_path / "new.parquet")
    return shutil.copytree(begun, tmp_path / "project", symlinks=True)


def publish(folder: Path, name: str, log: pl.DataFrame) -> None:
    from study.events.check import conform  # noqa: PLC0415
    from study.params import Params  # noqa: PLC0415

    params = Params.model_validate(tiny_params())
    place = folder / "data/results" / name / "main" / "manifest.json"
    place.parent.mkdir(parents=True)
    events = Held(conform(log, params.snapshot, Path("tiny.parquet")))
    write(events, params.seed, folder / "same", params.engine)
    place.write_text(json.dumps({"data_hash": file_hash(folder / "same")}), encoding="utf-8")
    (folder / "same").unlink()


def files(folder: Path) -> dict[Path, bytes]:
    return {
        p: p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and ".git/" not in str(p) and "tmp" not in p.parts[-3:]
    }


def complaint(folder: Path, file: str, name: str) -> str:
    before = files(folder)
    done = add(folder, file, name)
    assert (2, "") == (done.returncode, done.stdout), done.stderr
    assert before == files(folder)
    (line,) = done.stderr.splitlines()
    return line
