"""A very small study in a clone of this tree, run by DVC as a user runs it."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import yaml

from tests.tiny import BUDGET, copy_tree, size_of, tiny_log, tiny_params

DVC = [sys.executable, "-m", "dvc"]
TARGET = "compare@catalogue"
VARIANTS = ["personal-decay-products", "sum-horizon-products"]
PATIENCE = 300.0
KEPT_ENTRY = "flat-next-tokens"
"""Not run, but dvc.yaml names it."""
SMALL = BUDGET | {"trials": 4, "workers": 2, "rounds": 4}


def small_params() -> dict[str, Any]:
    """One question, two variants of one arm; two workers, so that one can die."""
    raw = tiny_params()
    kept = [*VARIANTS, KEPT_ENTRY]
    raw["roster"] = {name: entry for name, entry in raw["roster"].items() if name in kept}
    raw["contrasts"] = {
        name: c for name, c in raw["contrasts"].items() if c["left"] in VARIANTS and c["right"] in VARIANTS
    }
    raw["budgets"]["default"] = size_of(SMALL)
    return raw | {"composed": {}, "diagnostics": {}, "worlds": {}}


def make_clone(folder: Path) -> Path:
    """The tracked tree with the small study, as a repository with one commit: the same one whenever it is made."""
    copy_tree(folder)
    tiny_log(users=30).write_parquet(folder / "tiny.parquet")
    (folder / "params.yaml").write_text(yaml.safe_dump(small_params(), sort_keys=False), encoding="utf-8")
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    dated = os.environ | dict.fromkeys(("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE"), "2020-01-01T00:00:00+00:00")
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "small"]):
        subprocess.run(["git", *command], cwd=folder, env=dated, check=True)
    return folder


def environment(folder: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {"PATH": path, "PYTHONPATH": str(folder), "DVC_NO_ANALYTICS": "1", "SHELL": "/bin/sh"}
    return os.environ | own | {"DVC_SITE_CACHE_DIR": str(folder / ".dvc" / "site")}


def start(folder: Path, *command: str) -> subprocess.Popen[str]:
    """Starts a command as the leader of a process group of its own."""
    pipe = subprocess.PIPE
    return subprocess.Popen(
        command, cwd=folder, env=environment(folder), stdout=pipe, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def run(folder: Path, *command: str) -> tuple[int, str]:
    """The exit code of a command, and what it said."""
    started = start(folder, *command)
    said, _ = started.communicate()
    return started.returncode, said


def repro(folder: Path) -> tuple[int, str]:
    return run(folder, sys.executable, "-m", "study", "repro", TARGET)


def workers(running: subprocess.Popen[str]) -> list[psutil.Process]:
    """The workers below a run: what loky started, without its tracker of resources."""
    found = []
    for process in below(running):
        try:
            line = " ".join(process.cmdline())
        except psutil.Error:
            continue
        if "loky.backend.popen_loky_posix" in line:
            found.append(process)
    return found


def below(running: subprocess.Popen[str]) -> list[psutil.Process]:
    try:
        return psutil.Process(running.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def kill_group(running: subprocess.Popen[str]) -> None:
    os.killpg(running.pid, signal.SIGKILL)


def results(folder: Path) -> dict[str, str]:
    """The hash of every file that a finished study leaves; measured costs and journals, which tell the time, apart."""
    data = folder / "data"
    names = ("snapshots", "events", "splits", "features", "runs", "scores", "results")
    files = [path for name in names for path in sorted((data / name).rglob("*")) if path.is_file()]
    return {
        path.relative_to(data).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if "cost" not in path.relative_to(data).parts
    }


def wait_until(is_so: Callable[[], object], running: subprocess.Popen[str]) -> bool:
    """False where the run ended before."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if is_so():
            return True
        if running.poll() is not None:
            return False
        time.sleep(0.02)
    raise AssertionError("nothing happened")


def end(running: subprocess.Popen[str]) -> str:
    """What a run said, once it has ended."""
    said, _ = running.communicate(timeout=PATIENCE)
    return said
