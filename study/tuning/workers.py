"""Tasks on all cores, one thread each; a worker that dies is tried once more, alone."""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from joblib import Parallel, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

T = TypeVar("T")


def run_all(tasks: Sequence[Callable[[], T]], workers: int) -> Iterator[tuple[int, T | None]]:
    """(index, result) of each task as it ends; None where its worker died twice.

    Args:
        workers: processes; 1 runs in this process, -1 is one per core.
    """
    done = set()
    try:
        numbered = (delayed(_numbered)(index, task) for index, task in enumerate(tasks))
        for index, result in Parallel(n_jobs=workers, return_as="generator_unordered")(numbered):
            done.add(index)
            yield index, result
    except TerminatedWorkerError:
        for index in sorted(set(range(len(tasks))) - done):
            yield index, _alone(tasks[index])


def _numbered(index: int, task: Callable[[], T]) -> tuple[int, T]:
    return index, task()


def _alone(task: Callable[[], T]) -> T | None:
    try:
        result: T = Parallel(n_jobs=2)([delayed(task)()])[0]
    except TerminatedWorkerError:
        return None
    return result
