"""What the engines add to a task: seconds before the first result, and seconds of each further one.

    python benchmarks/workers.py --engine loky --workers 2

With `--engine ray` it runs on the cluster that `RAY_ADDRESS` names. A task sleeps: it costs no core, so what is beyond
its sleep is the engine's. `first` holds the start of the workers, `again` is the same with workers that have started.
"""

import argparse
import time
from functools import partial

from record import Line, start

from study.params.engine import Engine
from study.tuning.workers import run_all


def rest(seconds: float) -> float:
    """A task that takes so many seconds and no core."""
    time.sleep(seconds)
    return seconds


def measured(engine: Engine, workers: int, tasks: int, seconds: float) -> dict[str, float]:
    """Wall seconds until the first result and until the last, and those of each task that the engine has added."""
    started = time.perf_counter()
    ends = []
    for _, result in run_all([partial(rest, seconds)] * tasks, workers, engine):
        assert result == seconds
        ends.append(time.perf_counter() - started)
    return {"first_result": ends[0], "whole": ends[-1], "added_per_task": ends[-1] * workers / tasks - seconds}


def main() -> None:
    """Prints the measurements and appends them to the log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["loky", "ray"], default="loky")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each task")
    line = Line("workers", parser)
    asked = line.given
    if asked.workers < 1:
        parser.error("--workers: a number of workers, for what each task adds is told by it")
    told = (Engine(name=asked.engine), asked.workers, asked.tasks, asked.seconds)
    found = {name: measured(*told) for name in ("first", "again")}
    for name, row in found.items():
        print(name, *(f"{key} {value:.3f} s" for key, value in row.items()), sep="; ")
    settings = {"engine": asked.engine, "workers": asked.workers, "tasks": asked.tasks, "seconds": asked.seconds}
    line.append({**settings, **found})


if __name__ == "__main__":
    start(main)
