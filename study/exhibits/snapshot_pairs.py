"""The results of other snapshots, which stand beside those of this one and are read through their manifests.

What another snapshot asked under the same name may be another question: then nothing of it stands beside this one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path

from study.errors import UserError
from study.exhibits.data import local_day
from study.exhibits.markup import code
from study.exhibits.records import Manifest
from study.exhibits.result_file import MANIFEST, manifest_of, read
from study.exhibits.results import Results
from study.exhibits.snapshot_records import Comparison, ComparisonManifest
from study.metrics.drift import HELD_BACK, is_one_log
from study.params.budget import Compared
from study.provenance import file_hash


@dataclass(frozen=True)
class Pair:
    """The results of one arm on this snapshot and on another."""

    here: Results
    there: Results

    @property
    def sides(self) -> tuple[Results, Results]:
        """Both, this one first."""
        return self.here, self.there

    @property
    def names(self) -> tuple[str, str]:
        """The other snapshot, then this one."""
        return self.there.params.snapshot.name, self.here.params.snapshot.name

    @property
    def is_one_log(self) -> bool:
        """Whether both are runs on the same events, as far as their cards tell."""
        there, here = (side.data.model_dump() for side in self.sides)
        return is_one_log(there, here, self.here.question)

    @property
    def has_another_draw(self) -> bool:
        """Whether other candidates are held back there, of the same events: what the windows hold tells."""
        there, here = (side.data.model_dump(include=set(HELD_BACK)) for side in self.sides)
        return self.is_one_log and there != here


def called(pair: Pair) -> str:
    """What a sentence about the other snapshot begins with, HTML."""
    which = "On the same log, run anew as" if pair.is_one_log else "On the snapshot"
    return f"<strong>{which} {code(pair.names[0])}</strong>"


def pairs(results: Results, other: str) -> list[Pair]:
    """An entry for each arm of the roster that was run on both snapshots with one question, the main arm first.

    One whose question had another name then counts as not run there.

    Raises:
        UserError: the other snapshot's files are not those that their manifest vouches for.
    """
    return [pair for here in results.every() if (pair := pair_of(here, other)) is not None]


def pair_of(here: Results, other: str) -> Pair | None:
    """The arm of these results on both snapshots, or None; likewise."""
    there = on(here, other, here.arm)
    if not was_run(there) or otherwise(here, other):
        return None
    vouched(there.folder)
    return Pair(here, there)


def pairs_of(results: Results) -> list[Pair]:
    """The arm of these results beside each other run of `compare_with` that has it, in their order; likewise."""
    others = [other for other in results.params.compare_with if other != results.params.snapshot.name]
    return [pair for other in others if (pair := pair_of(results, other)) is not None]


def shared(pair: Pair) -> tuple[Pair, list[str], list[str]]:
    """Both sides without the variants and the contrasts that one of them lacks, and the names of these."""
    boards = [{row.variant for row in side.leaderboard} for side in (pair.here, pair.there)]
    variants = _whole(pair.here, boards[0] & boards[1] & set(pair.here.params.entries(pair.here.arm)))
    sides = [{c.declared for c in side.contrasts if set(c.variants) <= variants} for side in pair.sides]
    known = set(pair.here.params.declared(pair.here.arm))
    contrasts = known & {name for name, *_ in sides[0] & sides[1]}
    every = {c.name for side in pair.sides for c in side.contrasts} | known
    both = Pair(*(_limited(side, variants, contrasts) for side in pair.sides))
    return both, sorted((boards[0] | boards[1]) - variants), sorted(every - contrasts)


def _whole(results: Results, variants: set[str]) -> set[str]:
    """Of these variants those that are not composed of anything else than them."""
    made_of = {name: entry.sources() for name, entry in results.params.composed.items() if name in variants}
    kept = {
        name
        for name in variants
        if all(set(results.params.candidates(results.arm, side)) & variants for side in made_of.get(name, []))
    }
    return kept if kept == variants else _whole(results, kept)


def _limited(results: Results, variants: set[str], contrasts: set[str]) -> Results:
    """The results of an arm as if these variants and contrasts had been all that was declared for it."""
    params, arm = results.params, results.arm
    gone, left_out = set(params.entries(arm)) - variants, set(params.declared(arm)) - contrasts
    changes = {
        "roster": {name: entry for name, entry in params.roster.items() if name not in gone},
        "composed": {name: entry for name, entry in params.composed.items() if name not in gone},
        "contrasts": {name: entry for name, entry in params.contrasts.items() if name not in left_out},
    }
    return replace(results, params=params.model_copy(update=changes), is_limited=True)


def was_run(results: Results) -> bool:
    """Whether there are results of the arm, with the card of its question's data under the name it has today."""
    card = results.root / "data" / f"{results.params.asked_by(results.arm)}.json"
    return manifest_of(results.root, results.arm) is not None and card.exists()


def otherwise(here: Results, other: str) -> list[str]:
    """What the question of an arm asks otherwise on another snapshot where it was run, as `params.yaml` calls it.

    Nothing where a data card is older than what it says of the question.
    """
    there = on(here, other, here.arm)
    if not was_run(there):
        return []
    this, that = here.data.question, there.data.question
    if this is None or that is None:
        return []
    return [key for key in dict.fromkeys([*this, *that]) if this.get(key) != that.get(key)]


def both_hold(pair: Pair) -> tuple[str, str] | None:
    """The first and the last local day of which both cards have events; None of a question on the study's own clock."""
    cards = [side.data for side in pair.sides]
    begun, ended = ([datetime.fromisoformat(getattr(card, end)) for card in cards] for end in ("first", "last"))
    if pair.here.question.horizon_minutes or max(begun) > min(ended):
        return None
    first = max(local_day(card.first, card.timezone) for card in cards)
    return first, min(local_day(card.last, card.timezone) for card in cards)


def on(results: Results, other: str, arm: Compared) -> Results:
    """The results of an arm on another snapshot, with the parameters of this one."""
    root = results.root.parent / other
    if (root, arm) not in results.opened:
        snapshot = results.params.snapshot.model_copy(update={"name": other})
        params = results.params.model_copy(update={"snapshot": snapshot})
        results.opened[root, arm] = replace(results, root=root, params=params, arm=arm)
    return results.opened[root, arm]


def vouched(folder: Path) -> None:
    """Compares the files of an arm with their manifest: `dvc.lock` vouches for the current snapshot alone.

    Raises:
        UserError: a file is missing or another one.
    """
    for name, expected in read(folder / MANIFEST, Manifest).files.items():
        path = folder / name
        if not path.is_file():
            raise UserError(f"{path}: no such file, though {folder / MANIFEST} lists it; restore it from git")
        state = path.stat()
        if _hash(path, state.st_size, state.st_mtime_ns) != expected:
            raise UserError(f"{path}: it is not the file that {folder / MANIFEST} vouches for; restore it from git")


@cache
def _hash(path: Path, size: int, changed: int) -> str:  # noqa: ARG001 - of which a file that was changed has others
    """Of a file, once while it stays as it is: every answer of a page looks at it."""
    return file_hash(path)


def comparison(pair: Pair) -> Comparison | None:
    """What the stage `snapshots` has found for the main arm; None where it has not run on these very results."""
    path = comparison_file(pair)
    if not path.with_name(MANIFEST).exists():
        return None
    made_of = read(path.with_name(MANIFEST), ComparisonManifest).made_of
    current = {side.params.snapshot.name: file_hash(side.folder / MANIFEST) for side in (pair.there, pair.here)}
    return read(path, Comparison) if made_of == current else None


def comparison_file(pair: Pair) -> Path:
    """What that stage publishes of the two snapshots."""
    return pair.here.root / "snapshots" / pair.names[0] / "comparison.json"
