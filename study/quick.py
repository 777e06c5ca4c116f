"""A taste of the whole pipeline: small budgets, a short roster, in a workspace of its own; published results stay."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import yaml

from study.errors import UserError
from study.events.files import matching
from study.events.read import sources
from study.params import load
from study.params.plain import read_plain
from study.params.statistics import BEST
from study.params.worlds import BASE, NAMES
from study.paths import BOOK, PARAMS, QUICK, RESULTS, write_text
from study.redact import STORAGE
from study.repro import repro
from study.stages.refusals import refuse_left_out, refuse_sections

OWN = (Path("dvc.lock"), RESULTS)
"""What a workspace makes itself: copied, it would undo what the workspace has already run."""
WINDOWS = {"stop": 1, "select": 1, "test": 1}
LATER = WINDOWS | {"test": 2}
"""Where candidates are held back: in the first window after the span of the fit none of them has occurred yet."""
ALONE: dict[str, Any] = {"compare_with": [], "warm_start": None}
"""What needs the results of other snapshots, which are not copied."""
MOST_EVENTS = 500_000
"""Of a larger log some users are left out."""
SMALLER = {"features": {"max_queries": 500}, "statistics": {"resamples": 1000}}
"""What costs time beside the budgets: training queries of trees, resamples."""

HARD_TO_BEAT = "tifu_knn"
"""The counting rule that is kept where an arm has it, or else its first."""
FITS = 2
"""Of an average."""
LAST_WINDOWS = 6
"""From which models of aggregates learn."""
WORLD_USERS = 300
"""Whose logs each world simulates."""
FUTURES = 400
"""Of each user, over which the oracle of the world without a closed form averages."""
FEWER_CHANGES: dict[str, Any] = {
    "asked": {"counting": ["recent"], "sequence": ["order", "labels"]},
    "last_events": [32],
    "noise_attributes": [],
    "user_shares": [],
    "screened": ["sequence"],
}
"""The changes of the data that are asked about."""


def run() -> None:
    """Runs `dvc repro` with `budget: quick` in a copy of the working tree; a second run refreshes the copy.

    A log outside of the tree is read where it is. The searches are recorded in no database: by their names they would
    take the place of the study's.

    Raises:
        UserError: bad parameters, a section or a log that is missing, no git repository, or a stage that failed.
    """
    params = load()
    refuse_sections(params)
    refuse_left_out(params)
    spec = params.snapshot
    log, source = set(sources(spec)), Path(spec.source)
    raw = read_plain(PARAMS)
    short = reduced(raw)
    _adopt_revision()
    if source.is_absolute() or ".." in source.parts:
        short["snapshot"] |= {"source": str(source.parent.resolve() / source.name)}
        _copy_tree(set(), set())
    else:
        _copy_tree(log, {path.relative_to(QUICK) for path in matching(QUICK / source, spec.files)})
    write_text(QUICK / PARAMS, yaml.safe_dump(short, sort_keys=False, allow_unicode=True))
    if left := [name for name in ALONE if raw.get(name)]:
        print(f"left out, since results of other snapshots are not copied: {' and '.join(left)}")
    os.environ.pop(STORAGE, None)
    repro(QUICK)
    print(f"The report: {(QUICK / BOOK / 'index.html').resolve()}")


def reduced(raw: dict[str, Any]) -> dict[str, Any]:
    """The parameters with `budget: quick`, a short roster, and one window of stop, select and test each.

    Where candidates are held back, test has two; none has more than the parameters ask for.

    Kept are the first variant of each arm and family, composed ones too, of counting rules the one that is hard to
    beat, since what learns is compared with the best of them, what composed ones are made of, the variant that is
    accounted for, the first impersonal one, the one that the worlds measure from, and the contrasts between kept ones.
    """
    roster = raw.get("roster", {})
    composed = {name: _fewer_fits(entry) for name, entry in _first(raw.get("composed", {})).items()}
    named = [side for entry in composed.values() for side in [entry.get("base"), *entry.get("members", [])]]
    named += [raw.get("tokens", {}).get("variant"), *raw.get("diagnostics", {}).get("impersonal", [])[:1]]
    named += [BASE] if raw.get("worlds") else []
    kept = {*_first(roster), *named}

    def is_kept(side: str) -> bool:
        return side in kept or side in composed or side.startswith(BEST)

    contrasts = {n: c for n, c in raw.get("contrasts", {}).items() if is_kept(c["left"]) and is_kept(c["right"])}
    late = {name: [n for n in names if n in contrasts] for name, names in raw.get("after_test", {}).items()}
    short = {name: _lighter(entry) for name, entry in roster.items() if name in kept}
    asked = {
        name: question | {"windows": _less(question["windows"], LATER if question.get("held_back") else WINDOWS)}
        for name, question in raw.get("questions", {}).items()
    }
    changed = {"budget": "quick", **ALONE, "questions": asked}
    changed |= {"roster": short, "composed": composed, "contrasts": contrasts, "after_test": late}
    changed |= {name: raw[name] | _less(raw[name], smaller) for name, smaller in SMALLER.items() if name in raw}
    if snapshot := raw.get("snapshot"):
        changed["snapshot"] = snapshot | {"most_events": min(snapshot.get("most_events") or MOST_EVENTS, MOST_EVENTS)}
    if worlds := raw.get("worlds"):
        changed["worlds"] = worlds | _short_worlds(worlds, kept)
    if diagnostics := raw.get("diagnostics"):
        impersonal = [name for name in diagnostics["impersonal"] if name in kept]
        changed["diagnostics"] = diagnostics | _fewer_changes(diagnostics) | {"impersonal": impersonal}
    return raw | changed


def _less(given: dict[str, Any], smaller: dict[str, int]) -> dict[str, int]:
    """What is asked for here, or as little as is asked for anyway."""
    return {name: min(most, given.get(name, most)) for name, most in smaller.items()}


def _first(entries: dict[str, Any]) -> dict[str, Any]:
    """The first of each arm and family, of counting rules the one that is hard to beat, in their order."""
    first: dict[tuple[str, str], str] = {}
    for name, entry in entries.items():
        place = (entry["arm"], entry["family"])
        if place not in first or entry.get("rule") == HARD_TO_BEAT:
            first[place] = name
    return {name: entry for name, entry in entries.items() if name in first.values()}


def _fewer_changes(diagnostics: dict[str, Any]) -> dict[str, Any]:
    """Those of families that are asked at all; of others the first alone, where none of these is."""
    asked = {name: topics for name, topics in FEWER_CHANGES["asked"].items() if name in diagnostics["asked"]}
    asked = asked or dict(list(diagnostics["asked"].items())[:1])
    screened = [name for name in FEWER_CHANGES["screened"] if name in diagnostics["screened"]]
    return FEWER_CHANGES | {"asked": asked, "screened": screened}


def _fewer_fits(entry: dict[str, Any]) -> dict[str, Any]:
    return entry | {"fits": min(entry["fits"], FITS)} if "fits" in entry else entry


def _lighter(entry: dict[str, Any]) -> dict[str, Any]:
    """The entry; a model of aggregates learns from the last windows alone."""
    fewer = {"windows": min(entry.get("windows") or LAST_WINDOWS, LAST_WINDOWS)}
    return entry | fewer if entry["family"] == "aggregates" else entry


def _short_worlds(worlds: dict[str, Any], kept: set[str]) -> dict[str, Any]:
    """The worlds with few users, the kept variants and what is declared of them, without the validity check."""
    small: dict[str, Any] = {name: worlds[name] | _less(worlds[name], {"users": WORLD_USERS}) for name in NAMES}
    small["shop"] |= {"futures": min(worlds["shop"]["futures"], FUTURES)}
    contrasts = {name: c for name, c in worlds["contrasts"].items() if {c["left"], c["right"]} <= kept}
    short = [name for name in worlds["roster"] if name in kept]
    return {**small, "roster": short, "contrasts": contrasts, "validity": {}}


def _adopt_revision() -> None:
    """Makes the workspace a repository at the revision that it was copied from: its manifest names it."""
    QUICK.mkdir(parents=True, exist_ok=True)
    _git("init", "--quiet", str(QUICK))
    _git("-C", str(QUICK), "fetch", "--quiet", "--depth", "1", Path.cwd().as_uri(), "HEAD")
    _git("-C", str(QUICK), "reset", "--quiet", "FETCH_HEAD")


def _copy_tree(log: set[Path], copied: set[Path]) -> None:
    """Makes the copy equal to the tree, where a link is copied as the file that it leads to.

    A file of the log, which may be large, is copied again only where its size or its time has changed.

    Args:
        log: the files of the log in the tree, which git need not track; other names of them are left out.
        copied: those that the copy has.
    """
    own = {path.resolve() for path in log}
    wanted = {path for path in _files(Path()) if path.resolve() not in own} | log
    for stale in (_files(QUICK) | copied) - wanted:
        (QUICK / stale).unlink()
    for path in sorted(wanted - {PARAMS}):
        target = QUICK / path
        _clear(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        if path not in log or _dated(path) != _dated(target):
            shutil.copy2(path, target)


def _clear(target: Path) -> None:
    """Removes what is of another kind where a file goes: a folder, or a file where a folder of it has to be."""
    if target.is_dir():
        shutil.rmtree(target)
    for parent in target.relative_to(QUICK).parents:
        if (QUICK / parent).is_file():
            (QUICK / parent).unlink()


def _dated(path: Path) -> tuple[int, int] | None:
    """The size of a file and when it was changed, which a copy keeps; None where there is none."""
    return (path.stat().st_size, path.stat().st_mtime_ns) if path.exists() else None


def _files(root: Path) -> set[Path]:
    """The files of a working tree that git tracks or would track, without those that a workspace makes itself."""
    listed = _git("-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = {Path(name) for name in listed.split("\0") if name}
    return {path for path in paths if (root / path).is_file() and not any(path.is_relative_to(own) for own in OWN)}


def _git(*arguments: str) -> str:
    try:
        result = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise UserError("quick copies what git tracks, but there is no git here; install it") from None
    if result.returncode:
        message = " ".join(result.stderr.split())
        raise UserError(f"quick copies what git tracks, at its last commit, but git says: {message}")
    return result.stdout
