"""What is done with a log part by part: the parts of one that is larger than memory are tasks for the workers."""

import os
from collections.abc import Callable, Iterator
from functools import partial
from typing import TypeVar

import polars as pl
from joblib import cpu_count
from tqdm import tqdm

from study.events.parts import Parts, Piece
from study.params.engine import Engine
from study.tuning.refused import died
from study.tuning.workers import run_all

ROOM = 3 * 2**30
"""Memory that a worker is given for a part and what is made of it, bytes."""
THREADS = "POLARS_MAX_THREADS"

T = TypeVar("T")


def by_part(parts: Parts, work: Callable[[pl.DataFrame], T], engine: Engine, desc: str) -> Iterator[T]:
    """What `work` makes of each part, in their order; the only part of a log stays in this process.

    Args:
        work: may run in another process, of another machine where the engine has some.
        engine: who runs it, without a GPU; of this machine on all cores, as far as there is memory.
        desc: of a bar that tells how far it is, where there are several parts.

    Raises:
        UserError: the worker of a part died at every attempt, or there is no such cluster.
    """
    pieces = parts.pieces
    if len(pieces) == 1:
        yield work(pieces[0]())
        return
    os.environ.setdefault(THREADS, "1")  # of the workers, which are one per core: Polars has read its own already
    tasks = [partial(_done, piece, work) for piece in pieces]
    done: dict[int, list[T]] = {}
    following = 0
    without_gpu = engine.model_copy(update={"gpus": 0.0})
    for index, made in tqdm(run_all(tasks, _workers(engine), without_gpu), total=len(tasks), desc=desc, unit="part"):
        if made is None:
            raise died(f"{desc}, part {index + 1} of {len(tasks)}")
        done[index] = made
        while following in done:
            yield from done.pop(following)
            following += 1


def _done(piece: Piece, work: Callable[[pl.DataFrame], T]) -> list[T]:
    """One result, or none where there is nothing in the part."""
    part = piece()
    return [work(part)] if part.height else []


def _workers(engine: Engine) -> int:
    if engine.name == "ray":
        return -1
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(int(cpu_count()), memory // ROOM))
