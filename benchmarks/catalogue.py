"""Seconds and peak memory of scoring, and of a training step, against the size of the catalogue."""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import multiprocessing
import time
from collections.abc import Callable
from datetime import date
from statistics import median

import numpy as np
import torch
from numpy.typing import NDArray

from study.events.log import Ints, Labels, Log, Queries
from study.events.spans import Window
from study.memory import forget_peak, held_mb, peak_mb
from study.models.scorer import Evaluation, rank
from study.params import load
from study.stages.catalogue_cost import STEPS, step_of

SAMPLED = "sampled_softmax"
LOSSES = {SAMPLED: {"negatives": 64}, "softmax": {}}
MOST_OF_SOFTMAX = 100_000
"""Candidates: a full softmax of more would take gigabytes for what is known at that size."""
QUERIES, WIDTH, DEPTH, RELEVANT = 64, 64, 50, 5
PASSES = 5
"""Over the queries, after a first one that warms up."""


class Product:
    """Scores as those of a sequence variant: the product of a state of each query with a vector of each candidate."""

    def __init__(self, candidates: int, generator: np.random.Generator) -> None:
        self.states = generator.standard_normal((QUERIES, WIDTH), dtype=np.float32)
        self.vectors = generator.standard_normal((candidates, WIDTH), dtype=np.float32)

    def scores(self, queries: Queries, candidates: Ints) -> NDArray[np.float32]:
        """See `Recommender`."""
        scores: NDArray[np.float32] = self.states[queries.users] @ self.vectors[candidates].T
        return scores


def evaluation_of(candidates: int, generator: np.random.Generator) -> Evaluation:
    """Queries of users of one event, with some relevant candidates each."""
    events = np.arange(QUERIES)
    log = Log(
        users=[f"u{user}" for user in range(QUERIES)],
        offsets=np.arange(QUERIES + 1),
        time=events,
        local=events,
        candidate=events.astype(np.int32),
        key=np.ones(QUERIES, dtype=bool),
        codes={},
        sizes={},
        catalogue=[f"c{code}" for code in range(candidates)],
        known=candidates,
        popularity=generator.integers(0, 100, candidates),
        prompt={},
        candidate_columns=[],
    )
    window = Window(date(2024, 1, 1), QUERIES, QUERIES + 1)
    relevant = Labels(
        np.arange(QUERIES + 1) * RELEVANT, generator.integers(0, candidates, QUERIES * RELEVANT, dtype=np.int32)
    )
    queries = Queries(log, window.cutoff, window.local, np.arange(QUERIES))
    return Evaluation(window, queries, np.arange(candidates), relevant, {}, generator.integers(0, 9, candidates))


def scored(candidates: int) -> dict[str, float]:
    """Processor seconds of a query: its scores, ranks and top; and the most memory beyond that of the catalogue.

    Seconds are the median over passes, on one thread.
    """
    generator = np.random.default_rng(0)
    model, evaluation = Product(candidates, generator), evaluation_of(candidates, generator)
    forget_peak()
    before, seconds = held_mb(), []
    for _ in range(1 + PASSES):
        begin = time.process_time()
        for _ in rank(model, evaluation, DEPTH):
            pass
        seconds.append((time.process_time() - begin) / QUERIES)
    return {"seconds": median(seconds[1:]), "peak_mb": peak_mb() - before, "passes": PASSES}


def trained(candidates: int, loss: str, seed: int) -> dict[str, float]:
    """Processor seconds of a step of the head, forward and backward, and the most memory beyond its weights."""
    torch.set_num_threads(1)
    step = step_of(loss, LOSSES[loss], candidates, seed)
    step()
    forget_peak()
    before = held_mb()
    begin = time.process_time()
    for _ in range(STEPS):
        step()
    return {"seconds": (time.process_time() - begin) / STEPS, "peak_mb": peak_mb() - before}


def alone(task: Callable[..., dict[str, float]], *given: object) -> dict[str, float]:
    """What a task measures in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(task, given)


def run(sizes: list[int]) -> dict[str, dict[str, dict[str, float]]]:
    """Of each size what a query costs, and what a training step does, by loss."""
    seed, rows = load().seed, {}
    for size in sizes:
        rows[str(size)] = {"score": alone(scored, size)}
        for loss in LOSSES:
            if loss == SAMPLED or size <= MOST_OF_SOFTMAX:
                rows[str(size)][loss] = alone(trained, size, loss, seed)
        for name, row in rows[str(size)].items():
            told = ", ".join(f"{key} {value:,.4f}" for key, value in row.items())
            print(f"{size:>12,} candidates, {name:<16} {told}", flush=True)
    return rows
