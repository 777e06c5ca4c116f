"""`dvc repro`, after mending what a killed one has left half written: DVC writes its own records in place."""

import fcntl
import json
import os
import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import yaml

from study.errors import UserError
from study.params import load
from study.params.plain import Loader
from study.parent import die_with_parent
from study.paths import DVC_LOCK, DVC_RWLOCK, KEPT_LOCK, PIPELINE_LOCK, replacing
from study.stages.refusals import refuse_left_out

STAGE = re.compile(r"^  (\S+):$", re.MULTILINE)
BLOCK = re.compile(r"^(?=  \S+:$)", re.MULTILINE)
CONFLICT = re.compile(rb"^(<{7}|>{7}) ", re.MULTILINE)
PARTS = {"cmd": str, "deps": list, "params": dict, "outs": list}


def run(target: str | None) -> None:
    """Runs the study, or one target of it, in the working directory.

    Raises:
        UserError: bad parameters, of the whole study a section or a question that a stage needs is missing; or a
            stage that failed.
    """
    params = load()
    if not target:
        refuse_left_out(params)
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
    bound = partial(die_with_parent, os.getpid())
    done = subprocess.run(command, cwd=folder, env=environment, preexec_fn=bound, check=False)
    if done.returncode:
        where = "" if folder == Path() else f" in {folder}"
        asked = ", or there is none of that name" if targets else ""
        raise UserError(f"a stage failed{where}{asked}: the message stands above")


def mend(folder: Path) -> None:
    """Restores dvc.lock and removes DVC's list of locked paths, each where a killed DVC left a part of it.

    Nothing is touched while a DVC is alive and writes.

    Raises:
        UserError: git could not merge dvc.lock.
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
    """Restores the kept copy; where no stage has made one, what git has at its last commit."""
    if not lock.exists():
        return
    held = lock.read_bytes()
    if CONFLICT.search(held):
        raise UserError(f"{lock}: it has the marks of a merge; take one side, `git checkout --ours {lock.name}`, say")
    before = kept.read_bytes() if kept.exists() else _git(lock.parent, "show", f"HEAD:./{lock.name}")
    if not _is_cut(held, before.decode()) or _is_in_git(held, lock):
        return
    if before:
        with replacing(lock) as temporary:
            temporary.write_bytes(before)
    else:
        lock.unlink()
    print(f"downfunnel: {lock} was cut off when DVC was killed; restored as it was before", file=sys.stderr)


def _is_cut(held: bytes, before: str) -> bool:
    """Whether it is not what DVC writes, or the beginning of it.

    DVC writes all of `before` anew, with one stage added or changed. A part that ends between two stages, or inside a
    list, is well formed: its stages are the first of those before, all but one to the letter.
    """
    try:
        text = held.decode()
        stages = (Loader(text).get_single_data() or {}).get("stages")
    except (UnicodeDecodeError, yaml.YAMLError, AttributeError):
        return True
    if not isinstance(stages, dict) or not all(_is_stage(stage) for stage in stages.values()):
        return True
    names, parts, whole = STAGE.findall(text), BLOCK.split(text), BLOCK.split(before)
    if len(parts) >= len(whole) or names != STAGE.findall(before)[: len(names)]:
        return False
    changed = sum(1 for part, one in zip(parts[:-1], whole, strict=False) if part != one)
    return changed + (not "".join(whole[len(parts) - 1 :]).startswith(parts[-1])) <= 1


def _is_in_git(held: bytes, lock: Path) -> bool:
    """Whether git has this very text, as after the checkout of an older commit.

    An empty one proves nothing: DVC empties the file before it writes, and git may have other empty files.
    """
    name = _git(lock.parent, "hash-object", lock.name).decode().strip()
    return bool(held and name and _git(lock.parent, "cat-file", "-t", name))


def _git(folder: Path, *arguments: str) -> bytes:
    """What git answers; nothing outside of a repository, which a study can do without."""
    try:
        return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False).stdout
    except OSError:
        return b""


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
