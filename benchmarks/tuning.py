"""How many times as fast two workers are as one on the search of the default study.

    python benchmarks/tuning.py --variants sum-horizon lightgbm-lambdarank --repeats 3

The search is that of the stage `train`, on the features of the log at hand, which must have been made (`dvc repro
features@categories`). Each search runs in a process and a folder of its own, sides take turns, one thread a worker.
Seconds are those of the clock: nothing else should run. Each run appends a line.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import argparse
import multiprocessing
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from joblib.externals.loky import get_reusable_executor
from record import Line, spread, start

from study.params import Params, load
from study.tuning.search import search

VARIANTS = ["sum-horizon", "sum-horizon-repeat"]
SIDES = (1, 2)


def searched(params: Params, variant: str, workers: int) -> dict[str, float]:
    """Seconds of one search with so many workers, the number of the trial that it chose, and its recall on select."""
    receive, send = multiprocessing.get_context("spawn").Pipe(duplex=False)
    child = multiprocessing.get_context("spawn").Process(target=_search, args=(params, variant, workers, send))
    child.start()
    child.join()
    if child.exitcode:
        raise SystemExit(f"{variant}: the search with {workers} workers failed")
    found: dict[str, float] = receive.recv()
    return found


def _search(params: Params, variant: str, workers: int, send: Any) -> None:
    arm = params.variants[variant].arm
    budgets = params.budgets.model_dump()
    budgets[params.budget][arm]["workers"] = workers
    changed = Params.model_validate(params.model_dump(mode="json") | {"budgets": budgets})
    with TemporaryDirectory() as folder:
        begin = time.perf_counter()
        best = search(changed, variant, Path(folder)).best
        seconds = time.perf_counter() - begin
        send.send({"seconds": seconds, "chosen": best.number, "select": best.select})
    get_reusable_executor().shutdown(wait=True)  # its workers would be waited for until they have idled for minutes


def compared(params: Params, variant: str, repeats: int) -> dict[str, Any]:
    """Seconds with each number of workers, and the ratio of each pair; a first search derives the inputs."""
    searched(params, variant, max(SIDES))
    runs: dict[int, list[dict[str, float]]] = {side: [] for side in SIDES}
    for repeat in range(repeats):
        for side in SIDES if repeat % 2 == 0 else SIDES[::-1]:
            runs[side].append(searched(params, variant, side))
    chosen = {(run["chosen"], run["select"]) for side in runs.values() for run in side}
    assert len(chosen) == 1, f"{variant}: not the same search: trials and their recall on select {sorted(chosen)}"
    seconds = {side: [run["seconds"] for run in found] for side, found in runs.items()}
    ratios = [one / two for one, two in zip(seconds[1], seconds[2], strict=True)]
    return {"one_seconds": spread(seconds[1]), "two_seconds": spread(seconds[2]), "ratio": spread(ratios)}


def main() -> None:
    """Prints a line a variant, and appends all to the log."""
    params = load()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--variants", nargs="*", default=VARIANTS, choices=list(params.roster), metavar="VARIANT")
    parser.add_argument("--repeats", type=int, default=3)
    line = Line("tuning", parser)
    given = line.given
    rows = {}
    for variant in given.variants:
        rows[variant] = compared(params, variant, given.repeats)
        one, two, ratio = (rows[variant][key]["median"] for key in ("one_seconds", "two_seconds", "ratio"))
        print(f"{variant:<20} {one:.1f} s with one worker, {two:.1f} s with two: {ratio:.2f} times as fast", flush=True)
    line.append({"budget": params.budget, "variants": rows})


if __name__ == "__main__":
    start(main)
