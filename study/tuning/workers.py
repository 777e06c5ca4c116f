"""Tasks on all cores or all machines, one thread each; a task whose worker dies is tried again, alone."""

import math
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from multiprocessing import resource_tracker
from pathlib import Path
from typing import Any, TypeVar

from joblib import Parallel, delayed, effective_n_jobs, parallel_config
from joblib.externals.loky import process_executor
from joblib.externals.loky.process_executor import TerminatedWorkerError
from tqdm import tqdm

from study.params.engine import Engine
from study.parent import die_with_parent
from study.tuning import cluster
from study.tuning.refused import died

T = TypeVar("T")


def run_all(tasks: Sequence[Callable[[], T]], workers: int, engine: Engine) -> Iterator[tuple[int, T | None]]:
    """(index, result) of each task as it ends; None where its worker died again and again.

    Args:
        workers: processes; 1 runs in this process, -1 is one per core of the machine or the cluster.
        engine: who runs them.

    Raises:
        UserError: there is no such cluster.
    """
    if engine.name == "ray" and workers != 1:
        return _on_cluster(tasks, workers, engine)
    return _on_this_machine(tasks, workers)


def run_each(
    tasks: Mapping[str, Callable[[], T]], workers: int, engine: Engine, *, desc: str, unit: str
) -> dict[str, T]:
    """The results of tasks by name, in their order, none of which can be done without; a bar tells how far it is.

    Args:
        workers, engine: see `run_all`.
        desc, unit: of the bar.

    Raises:
        UserError: the worker of a task died at every attempt, or there is no such cluster.
    """
    names, done = list(tasks), dict[str, T]()
    for index, result in tqdm(run_all(list(tasks.values()), workers, engine), total=len(tasks), desc=desc, unit=unit):
        if result is None:
            raise died(names[index])
        done[names[index]] = result
    return {name: done[name] for name in names}


def leaves_one(tasks: int, workers: int, engine: Engine) -> bool:
    """Whether one task of equal ones would be the last, with the other workers of this machine idle beside it."""
    processes = effective_n_jobs(workers)
    return engine.name == "loky" and 1 < processes < tasks and tasks % processes == 1


def _on_this_machine(tasks: Sequence[Callable[[], T]], workers: int) -> Iterator[tuple[int, T | None]]:
    done = set()
    try:
        for index, result in _as_they_end(tasks, workers):
            done.add(index)
            yield index, result
    except TerminatedWorkerError:
        for index in sorted(set(range(len(tasks))) - done):
            yield index, _alone(tasks[index])


def _on_cluster(tasks: Sequence[Callable[[], T]], workers: int, engine: Engine) -> Iterator[tuple[int, T | None]]:
    """Ray itself tries the task of a worker or a machine that died again, elsewhere; its siblings go on."""
    cluster.register()
    left = set(range(len(tasks)))
    # All at once, where nobody has named a number: a machine that joins later finds work.
    ahead = "all" if workers == -1 else workers
    with parallel_config(backend=cluster.NAME, gpus=engine.gpus):
        ended = Parallel(n_jobs=workers, return_as="generator_unordered", pre_dispatch=ahead, batch_size=1)(
            _numbered(tasks)
        )
    for found in ended:
        if found is not None:
            left.remove(found[0])
            yield found
    for index in sorted(left):
        yield index, None


def _as_they_end(tasks: Sequence[Callable[[], T]], workers: int) -> Iterator[tuple[int, T]]:
    """From processes that hear of no Ctrl-C, which reaches every process of a terminal: this one does, and ends them.

    One that is just starting would die of it, with a traceback of whatever it was importing. What is blocked here while
    it is started stays blocked in it.
    """
    resource_tracker.ensure_running()  # which unblocks what it has blocked; loky would start it below
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        ended: Iterator[tuple[int, T]] = Parallel(
            n_jobs=workers, return_as="generator_unordered", initializer=_begin, initargs=(os.getpid(), Path.cwd())
        )(_numbered(tasks))
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return ended


def _numbered(tasks: Sequence[Callable[[], T]]) -> Iterator[Any]:
    return (delayed(_with_number)(index, task) for index, task in enumerate(tasks))


def _begin(driver: int, folder: Path) -> None:
    """What a process does before its first task: it ends when its driver does, and keeps what it has prepared.

    The driver may have ended while it was starting: it would do what lies ready for it, beside the next run.

    It works in the folder of its driver. A driver that has changed its folder since gets processes of their own.

    loky would end a process that has grown by 300 MB since its first task, as one that leaks: what grows here is data
    that the next tasks need, and a fresh process would have to read and prepare it again.
    """
    die_with_parent(driver)
    os.chdir(folder)
    process_executor._MAX_MEMORY_LEAK_SIZE = math.inf  # noqa: SLF001 - loky has no setting for it


def _with_number(index: int, task: Callable[[], T]) -> tuple[int, T]:
    return index, task()


def _alone(task: Callable[[], T]) -> T | None:
    try:
        ((_, result),) = _as_they_end([task], 2)
    except TerminatedWorkerError:
        return None
    return result
