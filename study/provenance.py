"""Where a set of results comes from: data, code, parameters, versions."""

import hashlib
import importlib.metadata
import platform
import subprocess
from pathlib import Path
from typing import Any

from study.params import Params

PACKAGES = ("numpy", "polars", "scipy", "scikit-learn", "lightgbm", "torch", "optuna", "joblib", "dvc")
CHANGED_BY_RUNS = (":(exclude)data", ":(exclude)dvc.lock")


def manifest(params: Params, snapshot: Path, files: list[Path]) -> dict[str, Any]:
    """What identifies the results in `files`: hashes are SHA-256, of file bytes or of the validated parameters."""
    return {
        "snapshot": params.snapshot.name,
        "data_hash": file_hash(snapshot),
        "revision": revision(),
        "budget": params.budget,
        "seed": params.seed,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "versions": {name: importlib.metadata.version(name) for name in PACKAGES},
        "params_hash": hashlib.sha256(params.model_dump_json().encode()).hexdigest(),
        "files": {path.name: file_hash(path) for path in files},
    }


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
