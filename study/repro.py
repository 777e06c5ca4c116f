"""`dvc repro`, after mending what a killed one has left half written: DVC writes its own records in place."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from study.errors import UserError
from study.params import load
from study.parent import die_with_parent
from study.paths import DVC_LOCK, DVC_RWLOCK, KEPT_LOCK, PIPELINE_LOCK, replacing

STAGE = re.compile(r"^  (\S+):$", re.MULTILINE)
PARTS = {"cmd": str, "deps": list, "params": dict, "outs": list}


def run(target: str | None) -> None:
    """Runs the study, or one target of it, in the working directory.

    Raises:
        UserError: bad parameters, or a stage that failed.
    """
    load()
    repro(Path(), *([target] if target else []))


def repro(folder: Path, *targets: str) -> None:
    """Runs `dvc repro` in a folder, after another run that holds DVC's lock; it ends with this process.

    Raises:
        UserError: a stage failed, or another run is at it.
    """
    mend(folder)
    beside = str(Path(sys.executable).parent)
    environment = os.environ | {"PATH": os.pathsep.join([beside, os.environ["PATH"]])}
    sys.stdout.flush()
    command = ["dvc", "--wait-for-lock", "repro", *targets]
    # Of a process without threads the hook is safe; DVC, killed so, loses what it loses when it is killed anyhow.
    done = subprocess.run(command, cwd=folder, env=environment, preexec_fn=die_with_parent, check=False)
    if done.returncode:
        raise UserError(f"a stage failed in {folder}: its own message stands above")


def mend(folder: Path) -> None:
    """Restores dvc.lock and removes DVC's list of locked paths, each where a killed DVC left a part of it.

    Nothing is touched while a DVC is alive and writes.
    """
    held = folder / DVC_LOCK
    if not held.exists():
        return
    with held.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return
        if not _is_json(folder / DVC_RWLOCK):
            (folder / DVC_RWLOCK).unlink()
        _mend_lock(folder / PIPELINE_LOCK, folder / KEPT_LOCK)


def _mend_lock(lock: Path, kept: Path) -> None:
    if not lock.exists() or _is_whole(lock, kept):
        return
    if kept.exists():
        with replacing(lock) as temporary:
            shutil.copyfile(kept, temporary)
    else:
        lock.unlink()
    print(f"downfunnel: {lock} was cut off when DVC was killed; restored as it was before", file=sys.stderr)


def _is_whole(lock: Path, kept: Path) -> bool:
    """Whether it is what DVC writes, and not the beginning of what the kept copy, older by a stage, has whole.

    A part that ends between two stages is well formed; the names of its stages are the first of the kept ones.
    """
    text = lock.read_text(encoding="utf-8")
    names = STAGE.findall(text)
    before = STAGE.findall(kept.read_text(encoding="utf-8")) if kept.exists() else []
    if len(names) < len(before) and names == before[: len(names)]:
        return False
    try:
        stages = (yaml.safe_load(text) or {}).get("stages")
    except (yaml.YAMLError, AttributeError):
        return False
    return isinstance(stages, dict) and all(_is_stage(stage) for stage in stages.values())


def _is_stage(stage: object) -> bool:
    return (
        isinstance(stage, dict)
        and "cmd" in stage
        and all(isinstance(stage[part], kind) for part, kind in PARTS.items() if part in stage)
        and all(isinstance(file, dict) and "path" in file for part in ("deps", "outs") for file in stage.get(part, []))
    )


def _is_json(path: Path) -> bool:
    try:
        json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return True
    except ValueError:
        return False
    return True
