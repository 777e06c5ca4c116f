"""Seconds that a user waits for: the command's own start, stages that have little to do, an unchanged study, the book.

    python benchmarks/loop.py --repeats 5

Run it where `dvc repro` has ended, for else that is run first. The stage that scores a rule does so in a folder of its
own, on a simulated log: the study at hand stays as it is. Seconds are those of the clock: nothing else should run. Each
run appends a line.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from record import Line, spread, start
from size import settings_of, write_log

from study.paths import PARAMS
from study.redact import STORAGE

EVENTS, ITEMS, RULE = 100_000, 300, "popularity"
"""The size of the small log, its candidates, and what is scored on it."""
STUDY = (sys.executable, "-m", "study")
SCORE = "a stage that scores a rule on a small log"
MADE = ("init log", "snapshot", "split categories", "features categories", f"train {RULE}")
"""What comes before it."""
COMMANDS = {
    "help": (*STUDY, "--help"),
    "a stage that only checks": (*STUDY, "check", "--parameters"),
    SCORE: (*STUDY, "score", RULE),
    "repro, unchanged": (*STUDY, "repro"),
    "report": (*STUDY, "report"),
}


def small_study(folder: Path) -> None:
    """A study of a simulated log, with a trained rule."""
    write_log(settings_of(EVENTS, ITEMS), folder / "log", parts=1)
    shutil.copy(PARAMS, folder)
    for stage in MADE:
        waited((*STUDY, *stage.split()), folder, **{STORAGE: ""})  # no database hears of it


def waited(command: tuple[str, ...], folder: Path, **variables: str) -> float:
    """Seconds until a command has ended in a folder, with variables of the environment; it must succeed.

    The code is that of the working directory, unless `PYTHONPATH` is given.
    """
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    environment |= variables
    begin = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command[2:])}: exit code {done.returncode}: {done.stderr[-500:]}")
    return time.perf_counter() - begin


def main() -> None:
    """Prints a line a command, and appends all to the log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--commands", nargs="*", default=list(COMMANDS), choices=list(COMMANDS), metavar="COMMAND")
    line = Line("loop", parser)
    given = line.given
    seconds: dict[str, list[float]] = {name: [] for name in given.commands}
    with TemporaryDirectory() as small:
        if SCORE in seconds:
            small_study(Path(small))
        where = {name: Path(small) if name == SCORE else Path.cwd() for name in seconds}
        for name in seconds:
            waited(COMMANDS[name], where[name])  # what is not in memory yet, and what repro still has to do
        for _ in range(given.repeats):
            for name, measured in seconds.items():
                measured.append(waited(COMMANDS[name], where[name]))
    rows = {name: spread(measured) for name, measured in seconds.items()}
    for name, row in rows.items():
        print(f"{name:<42} {row['median']:.2f} s ({row['least']:.2f} to {row['most']:.2f})")
    line.append({"seconds": rows})


if __name__ == "__main__":
    start(main)
