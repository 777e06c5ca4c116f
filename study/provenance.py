"""Where a set of results comes from: data, code, parameters, versions."""

import hashlib
import json
import platform
import subprocess
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from study.blas import blas
from study.device import name_of
from study.params import Params
from study.params.budget import Arm, Compared
from study.versions import PACKAGES, released

CHANGED_BY_RUNS = (":(exclude)data", ":(exclude)dvc.lock", ":(exclude)benchmarks/log")


def manifest(params: Params, arm: Arm, snapshot: Path, files: list[Path], hashed: str) -> dict[str, Any]:
    """What identifies the results of an arm in `files`: hashes are SHA-256, of file bytes or of its parameters.

    Args:
        hashed: SHA-256 of the parameters that the results are a function of.
    """
    return {
        "snapshot": params.snapshot.name,
        "arm": arm,
        "data_hash": file_hash(snapshot),
        "revision": revision(),
        "budget": params.budget,
        "seed": params.seed,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": name_of(params.device),
        "blas": blas(),
        "versions": {name: released(name) for name in PACKAGES},
        "params_hash": hashed,
        "files": {path.name: file_hash(path) for path in files},
    }


def asked_of(params: Params, variant: str) -> str:
    """What a run of a variant was made for, as text.

    Its entry and those of what it is composed of; its question; and the keys by which a log becomes events.
    """
    entries = {name: params.variants[name].model_dump(mode="json") for name in (variant, *params.sources(variant))}
    read_by = {"seed": params.seed, "snapshot": params.snapshot.model_dump(mode="json")}
    return json.dumps([entries, params.question_of(variant).model_dump(mode="json"), read_by], indent=1) + "\n"


def params_hash(params: Params, arm: Compared) -> str:
    """SHA-256 of the validated parameters that the results of an arm are a function of."""
    return hashlib.sha256(json.dumps(params.concerning(arm)).encode()).hexdigest()


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def identity(*parts: BaseModel | Path | str | None) -> str:
    """SHA-256 of parameters, files and texts, in this order."""
    return hashlib.sha256("\n".join(map(_told, parts)).encode()).hexdigest()


def _told(part: BaseModel | Path | str | None) -> str:
    if isinstance(part, BaseModel):
        return part.model_dump_json()
    return file_hash(part) if isinstance(part, Path) else str(part)


def revision() -> str:
    """The commit of the code, `+changes` added if the tree differs from it in more than what runs write themselves.

    `unknown` outside a git repository: an exported tree can be studied too.
    """
    try:
        commit = _git("rev-parse", "HEAD")
        changes = _git("status", "--porcelain", "--", ".", *CHANGED_BY_RUNS)
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return f"{commit}+changes" if changes else commit


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()
