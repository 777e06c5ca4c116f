"""Seconds that a user waits for: the command's own start, a stage that has little to do, an unchanged study, the book.

    python benchmarks/loop.py --repeats 5

Run it where `dvc repro` has ended, for else that is run first. Seconds are those of the clock: nothing else should run.
Each run appends a line.
"""

import argparse
import subprocess
import sys
import time

from record import Line, spread, start

STUDY = (sys.executable, "-m", "study")
COMMANDS = {
    "help": (*STUDY, "--help"),
    "a stage that only checks": (*STUDY, "check", "--parameters"),
    "repro, unchanged": (*STUDY, "repro"),
    "report": (*STUDY, "report"),
}


def waited(command: tuple[str, ...]) -> float:
    """Seconds until a command has ended; it must succeed."""
    begin = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
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
    for name in given.commands:
        waited(COMMANDS[name])  # what is not in memory yet, and what repro still has to do
    seconds: dict[str, list[float]] = {name: [] for name in given.commands}
    for _ in range(given.repeats):
        for name, measured in seconds.items():
            measured.append(waited(COMMANDS[name]))
    rows = {name: spread(measured) for name, measured in seconds.items()}
    for name, row in rows.items():
        print(f"{name:<26} {row['median']:.2f} s ({row['least']:.2f} to {row['most']:.2f})")
    line.append({"seconds": rows})


if __name__ == "__main__":
    start(main)
