"""What is done with a log part by part: the parts of one that is larger than memory are tasks for the workers."""

import os
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar, cast

import polars as pl
from joblib import cpu_count
from tqdm import tqdm

from study.errors import UserError
from study.events.parts import Parts, Piece
from study.failures import ANEW
from study.params.engine import Engine
from study.tuning.refused import DIED
from study.tuning.workers import run_all

ROOM = 3 * 2**30
"""Memory that a worker, or the driver, is given for a part and what is made of it, bytes."""
LIMIT = Path("/sys/fs/cgroup/memory.max")
"""Where Linux tells the memory that a container may hold."""
AHEAD = 8
"""Parts for each worker that are handed over before what is made of them is taken: as much lies in scratch at most."""
THREADS = "POLARS_MAX_THREADS"

T = TypeVar("T")


def by_part(parts: Parts, work: Callable[[pl.DataFrame], T], engine: Engine, desc: str) -> Generator[T, None, None]:
    """What `work` makes of each part, in their order; the only part of a log stays in this process.

    Closed, or left by an error, it ends what still runs.

    Args:
        work: may run in another process, of another machine where the engine has some.
        engine: who runs it, without a GPU; of this machine on all cores, as far as there is memory.
        desc: of a bar that tells how far it is, where there are several parts.

    Raises:
        UserError: the worker of a part died at every attempt, or there is no such cluster.
    """
    tasks: list[Callable[[], list[T]]] = [partial(_done, piece, work) for piece in parts.pieces]
    if len(tasks) == 1:
        yield from tasks[0]()
        return
    os.environ.setdefault(THREADS, "1")  # of the workers, which are one per core: Polars has read its own already
    workers = _workers(engine, len(tasks))
    ahead = len(tasks) if workers < 0 else AHEAD * workers
    with tqdm(total=len(tasks), desc=desc, unit="part") as bar:
        for begin in range(0, len(tasks), max(ahead, 1)):
            yield from _in_order(tasks[begin : begin + ahead], workers, engine, bar)


def _in_order(
    tasks: list[Callable[[], list[T]]], workers: int, engine: Engine, bar: "tqdm[None]"
) -> Generator[T, None, None]:
    done: dict[int, list[T]] = {}
    following = 0
    with _running(run_all(tasks, workers, engine.model_copy(update={"gpus": 0.0}))) as ended:
        for index, made in ended:
            if made is None:
                raise UserError(
                    f"{bar.desc}: {DIED}; give the machine more memory, or study some of the users alone "
                    f"(snapshot.most_events), {ANEW}"
                )
            bar.update()
            done[index] = made
            while following in done:
                yield from done.pop(following)
                following += 1


@contextmanager
def _running(ended: Iterator[T]) -> Iterator[Iterator[T]]:
    """Tasks that are ended with the block; joblib would say how many it has cancelled."""
    try:
        yield ended
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            cast(Generator[T, None, None], ended).close()


def _done(piece: Piece, work: Callable[[pl.DataFrame], T]) -> list[T]:
    """One result, or none where there is nothing in the part."""
    part = piece()
    return [work(part)] if part.height else []


def _workers(engine: Engine, parts: int) -> int:
    """As many as there are cores and parts, and as memory has room for beside the driver."""
    if engine.name == "ray":
        return -1
    return max(1, min(int(cpu_count()), parts, (_memory() - ROOM) // ROOM))


def _memory() -> int:
    """What this machine has, or the container, bytes."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    with suppress(OSError, ValueError):  # there is no such file, or it says that there is no limit
        return min(memory, int(LIMIT.read_text(encoding="ascii")))
    return memory
