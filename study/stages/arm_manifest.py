"""Publishes the results of an arm that is no part of the roster: its files, and a manifest like that of `compare`."""

import hashlib
import platform
from typing import Any

from study.blas import blas
from study.device import name_of
from study.params import Params
from study.params.base import Frozen
from study.params.budget import Arm
from study.paths import results_folder, snapshot_file, write_text
from study.provenance import PACKAGES, file_hash, released, revision
from study.stages.scored import text_of


def publish(params: Params, arm: Arm, texts: dict[str, str], sections: list[Frozen]) -> None:
    """Writes the files of an arm, each by atomic replacement, and removes those that it no longer has.

    Args:
        texts: what stands in each file, by name.
        sections: the parameters that the results are a function of, beside the seed and the budget of the arm.
    """
    folder = results_folder(params.snapshot.name, arm)
    for name, text in texts.items():
        write_text(folder / name, text)
    write_text(folder / "manifest.json", text_of(_manifest(params, arm, sorted(texts), sections)))
    for stale in {path.name for path in folder.iterdir()} - {*texts, "manifest.json"}:
        (folder / stale).unlink()


def _manifest(params: Params, arm: Arm, names: list[str], sections: list[Frozen]) -> dict[str, Any]:
    parts = [str(params.seed), *(section.model_dump_json() for section in [params.spent(arm), *sections])]
    folder = results_folder(params.snapshot.name, arm)
    return {
        "snapshot": params.snapshot.name,
        "arm": arm,
        "data_hash": file_hash(snapshot_file(params.snapshot.name)),
        "revision": revision(),
        "budget": params.budget,
        "seed": params.seed,
        "python": platform.python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
        "device": name_of(params.device),
        "blas": blas(),
        "versions": {name: released(name) for name in PACKAGES},
        "params_hash": hashlib.sha256("\n".join(parts).encode()).hexdigest(),
        "files": {name: file_hash(folder / name) for name in names},
    }
