"""Seconds of searches and refits at an earlier revision and at this one, side by side: what work on speed has won.

    python benchmarks/revisions.py --before fca8ae1 --variants sum-horizon flat-next

Both sides are clones of this repository as it is committed, in folders of their own, on the log that their params.yaml
names, in the environment at hand: packages are the same. Of one arm those variants train whose entries are alike in
both rosters, a stage `train` each; sides take turns, and have the given keys of the budget alike. Seconds are those of
the clock: nothing else should run. Each run appends a line.
"""

import argparse
import json
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from loop import STUDY, waited
from record import Line, start

from study.errors import UserError
from study.params.edit import edited
from study.paths import PARAMS
from study.redact import STORAGE

BEFORE = "fca8ae1"
"""The last revision before the first work on the speed of training."""
SIDES = ("before", "after")
BUDGET = ["trials=2", "batch=2", "rounds=4", "stop_queries=500", "seeds=1"]
"""A short search of every variant, so that all of an arm are asked."""


def clone(revision: str, folder: Path, budget: dict[str, int], arm: str) -> dict[str, Any]:
    """This repository at a revision, with that of the budget; its parameters.

    Raises:
        UserError: there is no such revision here.
    """
    subprocess.run(["git", "clone", "--quiet", str(Path.cwd()), str(folder)], check=True)
    done = subprocess.run(
        ["git", "checkout", "--quiet", revision], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise UserError(f"--before {revision}: {done.stderr.strip().splitlines()[-1]}")
    path = folder / PARAMS
    text = path.read_text(encoding="utf-8")
    kept: dict[str, Any] = yaml.safe_load(text)
    changes = {f"budgets.{kept['budget']}.{arm}.{key}": value for key, value in budget.items()}
    try:
        path.write_text(edited(text, changes), encoding="utf-8")
    except KeyError as error:
        raise UserError(f"--budget: {revision} has no such key for the arm {arm}: {error.args[0]}") from None
    return kept


def alike(before: dict[str, Any], after: dict[str, Any], arm: str) -> list[str]:
    """The variants of an arm that have the same entry, and the same question, in both parameters."""
    entries, questions = after["roster"], after["questions"]
    own = [name for name, entry in entries.items() if entry["arm"] == arm and before["roster"].get(name) == entry]
    return [v for v in own if before["questions"].get(entries[v]["question"]) == questions[entries[v]["question"]]]


def ran(folder: Path, *stage: str) -> float:
    """Seconds of a stage in a clone, by its own code."""
    return waited((*STUDY, *stage), folder, PYTHONPATH="", **{STORAGE: ""})


def trained(folder: Path, variant: str, arm: str) -> dict[str, Any]:
    """Seconds of a stage `train`, and the recall@10 on select of the trial that its search chose."""
    seconds = ran(folder, "train", variant)
    found = json.loads((folder / "data/runs" / arm / variant / "search.json").read_text(encoding="utf-8"))
    select = next(trial["select"] for trial in found["trials"] if trial["number"] == found["chosen"])
    return {"seconds": seconds, "select": select}


def compared(folders: dict[str, Path], variants: list[str], arm: str) -> dict[str, dict[str, Any]]:
    """What each side takes for each variant and what it reaches; prints a line each."""
    rows: dict[str, dict[str, Any]] = {}
    for at, variant in enumerate(variants):
        order = SIDES if at % 2 == 0 else SIDES[::-1]
        rows[variant] = {side: trained(folders[side], variant, arm) for side in order}
        one, other = (rows[variant][side]["seconds"] for side in SIDES)
        print(f"{variant:<28} {one:.1f} s before, {other:.1f} s now: {one / other:.2f} times as fast", flush=True)
    return rows


def main() -> None:
    """Prints a line a variant and one for all, and appends all to the log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--before", default=BEFORE, help="a revision of this repository")
    parser.add_argument("--arm", default="main")
    parser.add_argument("--variants", nargs="*", help="of the arm; all that are alike by default")
    parser.add_argument("--budget", nargs="*", default=BUDGET, metavar="KEY=VALUE", help="the same on both sides")
    line = Line("revisions", parser)
    given = line.given
    try:
        budget = {key: int(value) for key, value in (pair.split("=") for pair in given.budget)}
    except ValueError:
        parser.error("--budget: KEY=VALUE, with a whole number")
    with TemporaryDirectory() as place:
        folders = {side: Path(place) / side for side in SIDES}
        revisions = {"before": given.before, "after": "HEAD"}
        params = {side: clone(revisions[side], folders[side], budget, given.arm) for side in SIDES}
        shared = alike(params["before"], params["after"], given.arm)
        if missing := [variant for variant in given.variants or [] if variant not in shared]:
            raise UserError(f"--variants: {', '.join(missing)} not alike in both; alike are {', '.join(shared)}")
        variants = given.variants or shared
        questions = dict.fromkeys(params["after"]["roster"][variant]["question"] for variant in variants)
        made = [("check",), ("snapshot",), *((stage, q) for q in questions for stage in ("split", "features"))]
        for folder in folders.values():
            for stage in made:
                ran(folder, *stage)
        rows = compared(folders, variants, given.arm)
    total = {side: sum(row[side]["seconds"] for row in rows.values()) for side in SIDES}
    ratio = total["before"] / total["after"]
    print(f"{'all':<28} {total['before']:.1f} s before, {total['after']:.1f} s now: {ratio:.2f} times as fast")
    line.append({"before": given.before, "arm": given.arm, "budget": budget, "variants": rows})


if __name__ == "__main__":
    start(main)
