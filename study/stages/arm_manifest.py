"""Publishes the results of an arm: its files, and a manifest of them."""

from collections.abc import Mapping

import polars as pl

from study.params import Params
from study.params.base import Frozen
from study.params.budget import Arm
from study.paths import replacing, results_folder, snapshot_file, write_text
from study.provenance import identity, manifest
from study.stages.scored import text_of


def publish(params: Params, arm: Arm, contents: Mapping[str, str | pl.DataFrame], hashed: str) -> None:
    """Writes the files of an arm, each by atomic replacement, and removes those that it no longer has.

    Args:
        contents: what stands in each file, by name.
        hashed: SHA-256 of the parameters that the results are a function of.
    """
    folder = results_folder(params.snapshot.name, arm)
    for name, content in contents.items():
        with replacing(folder / name) as temporary:
            if isinstance(content, str):
                temporary.write_text(content, encoding="utf-8")
            else:
                content.write_parquet(temporary, compression="zstd", compression_level=15, statistics=False)
    files = [folder / name for name in sorted(contents)]
    made = manifest(params, arm, snapshot_file(params.snapshot.name), files, hashed)
    write_text(folder / "manifest.json", text_of(made))
    for stale in set(folder.iterdir()) - {*files, folder / "manifest.json"}:
        stale.unlink()


def sections_hash(params: Params, arm: Arm, *sections: Frozen) -> str:
    """Of an arm that is no part of the roster: of these, the seed, the features, the statistics and its budget."""
    return identity(str(params.seed), params.size.of(arm), params.features, params.statistics, *sections)
