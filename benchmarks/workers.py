"""What the engines add to a task: seconds before the first result, and seconds of each further one.

    python benchmarks/workers.py --engine loky --workers 2

With `--engine ray` it runs on the cluster that `RAY_ADDRESS` names. A task sleeps: it costs no core, so what is beyond
its sleep is the engine's. `first` holds the start of the workers, `again` is the same with workers that have started;
the two take turns, each pair in a process of its own. Each run appends a line: medians and spreads over the repeats.
"""

import argparse
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from joblib.externals.loky import get_reusable_executor
from record import Line, spread, start

from study.params.engine import Engine
from study.tuning.workers import run_all


def measured(engine: Engine, workers: int, tasks: int, seconds: float) -> dict[str, float]:
    """Wall seconds until the first result and until the last, and those of each task that the engine has added."""

    def rest() -> float:  # in here, so that it is sent whole: workers cannot import a script
        time.sleep(seconds)
        return seconds

    started = time.perf_counter()
    ends = []
    for _, result in run_all([rest] * tasks, workers, engine):
        assert result == seconds
        ends.append(time.perf_counter() - started)
    return {"first_result": ends[0], "whole": ends[-1], "added_per_task": ends[-1] * workers / tasks - seconds}


def pair(engine: Engine, workers: int, tasks: int, seconds: float) -> dict[str, dict[str, float]]:
    """What is measured with workers that have yet to start, and with the same ones again."""
    found = {name: measured(engine, workers, tasks, seconds) for name in ("first", "again")}
    if engine.name == "loky":
        get_reusable_executor().shutdown(wait=True)  # else they would be waited for until they have idled for minutes
    return found


def repeated(repeats: int, *told: object) -> dict[str, dict[str, dict[str, float]]]:
    """The spreads over so many pairs."""
    pairs = []
    for _ in range(repeats):
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
            pairs.append(alone.submit(pair, *told).result())
    return {name: {key: spread([one[name][key] for one in pairs]) for key in row} for name, row in pairs[0].items()}


def main() -> None:
    """Prints the measurements and appends them to the log."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--engine", choices=["loky", "ray"], default="loky")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=0.25, help="of each task")
    parser.add_argument("--repeats", type=int, default=3)
    line = Line("workers", parser)
    asked = line.given
    if asked.workers < 1:
        parser.error("--workers: a number of workers, for what each task adds is told by it")
    found = repeated(asked.repeats, Engine(name=asked.engine), asked.workers, asked.tasks, asked.seconds)
    for name, row in found.items():
        told = (f"{key} {one['median']:.3f} s ({one['least']:.3f} to {one['most']:.3f})" for key, one in row.items())
        print(name, *told, sep="; ")
    settings = {name: getattr(asked, name) for name in ("engine", "workers", "tasks", "seconds", "repeats")}
    line.append({**settings, **found})


if __name__ == "__main__":
    start(main)
