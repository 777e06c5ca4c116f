"""Publishes the results of an arm that is no part of the roster: its files, and a manifest like that of `compare`."""

import hashlib
from collections.abc import Sequence

from study.params import Params
from study.params.base import Frozen
from study.params.budget import Arm
from study.paths import results_folder, snapshot_file, write_text
from study.provenance import manifest
from study.stages.scored import text_of


def publish(params: Params, arm: Arm, texts: dict[str, str], sections: Sequence[Frozen]) -> None:
    """Writes the files of an arm, each by atomic replacement, and removes those that it no longer has.

    Args:
        texts: what stands in each file, by name.
        sections: the parameters that the results are a function of, beside the seed, the features, the statistics and
            the budget of the arm.
    """
    folder = results_folder(params.snapshot.name, arm)
    for name, text in texts.items():
        write_text(folder / name, text)
    read = [params.size.of(arm), params.features, params.statistics, *sections]
    parts = [str(params.seed), *(section.model_dump_json() for section in read)]
    hashed = hashlib.sha256("\n".join(parts).encode()).hexdigest()
    made = manifest(params, arm, snapshot_file(params.snapshot.name), [folder / name for name in sorted(texts)], hashed)
    write_text(folder / "manifest.json", text_of(made))
    for stale in {path.name for path in folder.iterdir()} - {*texts, "manifest.json"}:
        (folder / stale).unlink()
