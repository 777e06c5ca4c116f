"""The results of other snapshots, which stand beside those of this one and are read through their manifests."""

from dataclasses import dataclass
from pathlib import Path

from study.errors import UserError
from study.exhibits.records import Comparison, ComparisonManifest, Manifest
from study.exhibits.results import Results, read
from study.params.budget import Compared
from study.provenance import file_hash

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Pair:
    """The results of one arm on this snapshot and on another."""

    here: Results
    there: Results

    @property
    def names(self) -> tuple[str, str]:
        """The other snapshot, then this one."""
        return self.there.params.snapshot.name, self.here.params.snapshot.name


def pairs(results: Results, other: str) -> list[Pair]:
    """An entry for each arm of the roster that was run on both snapshots, the main arm first.

    One whose question had another name then counts as not run there.

    Raises:
        UserError: the other snapshot's files are not those that their manifest vouches for.
    """
    found = []
    for here in results.every():
        there = on(results, other, here.arm)
        if was_run(there):
            vouched(there.folder)
            found.append(Pair(here, there))
    return found


def was_run(results: Results) -> bool:
    """Whether there are results of the arm, with the card of its question's data under the name it has today."""
    card = results.root / "data" / f"{results.params.asked_by(results.arm)}.json"
    return (results.folder / MANIFEST).exists() and card.exists()


def on(results: Results, other: str, arm: Compared) -> Results:
    """The results of an arm on another snapshot, with the parameters of this one."""
    snapshot = results.params.snapshot.model_copy(update={"name": other})
    return Results(results.root.parent / other, results.params.model_copy(update={"snapshot": snapshot}), arm)


def vouched(folder: Path) -> None:
    """Compares the files of an arm with their manifest: `dvc.lock` vouches for the current snapshot alone.

    Raises:
        UserError: a file is missing or another one.
    """
    for name, expected in read(folder / MANIFEST, Manifest).files.items():
        path = folder / name
        if not path.is_file():
            raise UserError(f"{path}: no such file, though {folder / MANIFEST} lists it; restore it from git")
        if file_hash(path) != expected:
            raise UserError(f"{path}: it is not the file that {folder / MANIFEST} vouches for; restore it from git")


def comparison(pair: Pair) -> Comparison | None:
    """What the stage `snapshots` has found for the main arm; None where it has not run on these very results."""
    folder = pair.here.root / "snapshots" / pair.names[0]
    if not (folder / MANIFEST).exists():
        return None
    made_of = read(folder / MANIFEST, ComparisonManifest).made_of
    current = {side.params.snapshot.name: file_hash(side.folder / MANIFEST) for side in (pair.there, pair.here)}
    return read(folder / "comparison.json", Comparison) if made_of == current else None
