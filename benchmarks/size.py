"""Seconds and peak memory of reading, sorting and splitting against the number of events, and of a large catalogue.

    python benchmarks/size.py --events 100000 1000000 10000000 --catalogue 100 10000 1000000

The log is simulated (the world `shop`, rows shuffled); `init` writes its parameters, and every stage runs as a process
of its own, beside a plain scan, sort and write of the same files by Polars, once as it comes and once with the setting
of its allocator that the stages have. Seconds are of the processor, so that a
busy machine tells the same, and of the clock, which wants nothing beside; memory is the most that a step and its
workers held together, what they share counted once. Of a catalogue it is a query of the scorer, and a step of training.
Logs of up to ten million events are made and measured several times. Each run appends a line to the log: revision,
machine, versions, figures, which are the medians.
"""

import argparse
import multiprocessing
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import polars as pl
import psutil
from record import Line, spread, start
from shop_log import PER_DAY, shop_of

from study.__main__ import ALLOCATOR
from study.params.worlds import ShopSettings
from study.paths import PARAMS
from study.worlds.shop import simulate

DAYS = 182
PART = 5_000_000
"""Events of a file of the log, at most, so that the simulation needs little memory."""
REPEATED = 10**7
"""Events of the largest log that is measured more than once."""
LEISURE = 50
"""How many times as long as a look at the memory took is waited for the next one, at least."""
PLAIN = (
    "import polars as pl; "
    "pl.scan_parquet('log/*.parquet').sort('user_id', 'timestamp').sink_parquet('plain.parquet', compression='zstd')"
)
STEPS = {
    "plain": ["-c", PLAIN],
    "plain kept": ["-c", f"import os; os.environ.update([{ALLOCATOR}]); {PLAIN}"],
    "init": ["-m", "study", "init", "log"],
    "check": ["-m", "study", "check"],
    "snapshot": ["-m", "study", "snapshot"],
    "split": ["-m", "study", "split", "categories"],
    "features": ["-m", "study", "features", "categories"],
}
KEPT = {"snapshot": "snapshots", "events": "events", "splits": "splits"}
"""Of the folders in `data` whose files grow with the log, what their bytes are called."""


def write_log(settings: ShopSettings, folder: Path, parts: int) -> None:
    """The log, as files in a folder; every part has users of its own."""
    folder.mkdir()
    for part in range(parts):
        events = simulate(settings, seed=part).with_columns(
            pl.format("{}-{}", pl.lit(part), "user_id").alias("user_id")
        )
        events.sample(fraction=1, shuffle=True, seed=part).write_parquet(folder / f"part-{part:03d}.parquet")


def settings_of(events: int, items: int) -> ShopSettings:
    """A simulation of about so many events."""
    return shop_of(round(events / PER_DAY / DAYS), DAYS, items)


def measured(arguments: list[str], folder: Path) -> dict[str, float]:
    """Seconds of the processor and of the clock, and peak memory, of a Python process in a folder; it must succeed."""
    paths = {"PYTHONPATH": os.pathsep.join([str(Path.cwd()), os.environ.get("PYTHONPATH", "")])}
    begin = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, env=os.environ | paths, stdout=subprocess.DEVNULL
    )
    held, over = [0], Event()
    watch = Thread(target=watched, args=(psutil.Process(child.pid), held, over))
    watch.start()
    _, status, usage = os.wait4(child.pid, 0)
    clock = time.perf_counter() - begin
    over.set()
    watch.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{' '.join(arguments)}: exit code {child.returncode}")
    # The kernel knows the most of a single process, between two looks too.
    peak = max(usage.ru_maxrss / 1024, max(held) / 2**20)
    return {"seconds": usage.ru_utime + usage.ru_stime, "clock": clock, "peak_mb": peak}


def watched(process: psutil.Process, held: list[int], over: Event) -> None:
    """Notes what a process and those that it has started hold, bytes, until it is over.

    A process waits while the kernel counts its pages, so that looks are made a tenth of a second apart, and take a
    fiftieth of the time at most.
    """
    took = 0.0
    while not over.wait(max(0.1, LEISURE * took)):
        begin = time.perf_counter()
        with suppress(psutil.Error):  # it has ended meanwhile
            held.append(sum(pss(one) for one in [process, *process.children(recursive=True)]))
        took = time.perf_counter() - begin


def pss(process: psutil.Process) -> int:
    """What a process holds, bytes, of what it shares its part; 0 of one that has ended."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def run(events: int, items: int, folder: Path) -> tuple[dict[str, dict[str, float]], dict[str, int]]:
    """Every step on one log of that size, and the bytes of the log and of what is kept of it."""
    parts = -(-events // PART) or 1
    settings = settings_of(events // parts, items)
    # In a process of its own: the peak of a child is at least what its parent held when it began.
    writer = multiprocessing.get_context("spawn").Process(target=write_log, args=(settings, folder / "log", parts))
    writer.start()
    writer.join()
    if writer.exitcode:
        raise SystemExit(f"{events:,} events: the log could not be written")
    shutil.copy(PARAMS, folder)
    rows = {}
    for name, arguments in STEPS.items():
        rows[name] = measured(arguments, folder)
        told = ", ".join(f"{key} {value:,.1f}" for key, value in rows[name].items())
        print(
            f"{events:>12,} {name:<10} {told}, of plain {rows[name]['seconds'] / rows['plain']['seconds']:.1f}",
            flush=True,
        )
    kept = {name: folder / "data" / where for name, where in KEPT.items()} | {"log": folder / "log"}
    return rows, {name: sum(f.stat().st_size for f in path.rglob("*.parquet")) for name, path in kept.items()}


def together(runs: list[dict[str, dict[str, float]]]) -> dict[str, dict[str, Any]]:
    """Of each step the medians over the runs, and of several how many they are and the spread of its seconds."""
    rows: dict[str, dict[str, Any]] = {}
    for step in runs[0]:
        found = [run[step] for run in runs]
        rows[step] = {name: median([one[name] for one in found]) for name in found[0]}
        if len(runs) > 1:
            rows[step] |= {"repeats": len(runs), "spread": spread([one["seconds"] for one in found])}
    return rows


def main() -> None:
    """Prints a table, and appends it as one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--events", type=int, nargs="*", default=[10**5, 10**6, 10**7], help="10**8 needs 20 GB of disk"
    )
    parser.add_argument(
        "--catalogue", type=int, nargs="*", default=[10**2, 10**3, 10**4, 10**5, 10**6], help="candidates of the scorer"
    )
    parser.add_argument("--items", type=int, default=300, help="candidates of the log")
    parser.add_argument("--repeats", type=int, default=3, help=f"of a log of up to {REPEATED:,} events; else one")
    line = Line("size", parser)
    given = line.given
    found = {"events": {}, "bytes": {}, "catalogue": {}}
    for events in given.events:
        runs = []
        for _ in range(given.repeats if events <= REPEATED else 1):
            with TemporaryDirectory() as folder:
                rows, found["bytes"][str(events)] = run(events, given.items, Path(folder))
            runs.append(rows)
        found["events"][str(events)] = together(runs)
    if given.catalogue:  # imported late: a process begins with the memory of the one that starts it
        found["catalogue"] = import_module("catalogue").run(given.catalogue)
    line.append(found)


if __name__ == "__main__":
    start(main)
