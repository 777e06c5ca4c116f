"""Stage `catalogue-cost`: seconds and memory of one step of each loss on catalogues that the log does not have.

Hidden states are synthetic, since cost does not depend on what they say. It is measured, so outside the promise of
equal bits, and no input of anything but the report.
"""

import os
import statistics
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor

from study.errors import UserError
from study.memory import forget_peak, held_mb, peak_mb
from study.models.candidate_loss import build_loss
from study.nn.heads import plain
from study.nn.heads.base import HeadModule
from study.nn.losses.base import Loss
from study.params import Params, load
from study.params.budget import Compared
from study.params.roster import SequenceEntry
from study.parent import die_with_parent
from study.paths import LOSS_COSTS, write_text
from study.provenance import revision
from study.seeds import seed_of
from study.stages.scored import text_of

ARM: Compared = "catalogue"
SIZES = (100, 1_000, 10_000, 100_000)
READOUTS, WIDTH, LABELS, STEPS, THREADS = 256, 64, 8, 31, 1
Options = dict[str, Any]


def run() -> None:
    """Writes the measurements, each made in a process of its own, to `data/results/_simulated/losses.json`.

    Raises:
        UserError: a loss refuses its options, or its process died.
    """
    params = load()
    measured = [
        {"loss": loss, **_told(options), "candidates": size, **_alone(loss, options, size, params.seed)}
        for loss, options in losses(params)
        for size in SIZES
    ]
    fixed = {"readouts": READOUTS, "width": WIDTH, "labels": LABELS, "steps": STEPS, "threads": THREADS}
    found = {"revision": revision(), **fixed, "measured": measured}
    write_text(LOSS_COSTS, text_of(found))


def losses(params: Params) -> list[tuple[str, Options]]:
    """The losses that the arm compares, with their options, in the order of the roster."""
    entries = [entry for entry in params.entries(ARM).values() if isinstance(entry, SequenceEntry)]
    found: list[tuple[str, Options]] = []
    for entry in entries:
        if (one := (entry.loss, dict(entry.loss_options))) not in found:
            found.append(one)
    return found


def _told(options: Options) -> Options:
    """The negatives of a loss, and its other options as text."""
    others = ", ".join(f"{name} {value}" for name, value in options.items() if name != "negatives")
    return {"negatives": options.get("negatives"), "options": others}


def _alone(loss: str, options: Options, size: int, seed: int) -> dict[str, float]:
    """In a process of its own, whose memory nothing else has raised before; torch is loaded here, once for all."""
    context = get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    worker = context.Process(target=_send, args=(os.getpid(), sender, loss, options, size, seed))
    worker.start()
    sender.close()
    try:
        cost: dict[str, float] | str = receiver.recv()
    except EOFError:
        raise UserError(f"{loss} with {size} candidates: the process that measured it died; is memory short?") from None
    finally:
        worker.join()
    if isinstance(cost, str):
        raise UserError(cost)
    return cost


def _send(parent: int, sender: Any, loss: str, options: Options, size: int, seed: int) -> None:
    die_with_parent(parent)
    torch.set_num_threads(THREADS)
    try:
        sender.send(measure(loss, options, size, seed))
    except UserError as error:
        sender.send(str(error))


def measure(loss: str, options: Options, size: int, seed: int) -> dict[str, float]:
    """Median `seconds` of a step, forward and backward, and `peak_mb` above what the process held before.

    Args:
        loss: of `study/nn/losses`.
        options: of the loss.
        size: C, the number of candidates.
        seed: of the study.

    Raises:
        UserError: the loss refuses its options.
    """
    step_of(loss, options, min(SIZES), seed)()  # what is loaded and allocated once is no cost of a step
    step = step_of(loss, options, size, seed)
    forget_peak()
    before = held_mb()
    step()
    seconds = [_timed(step) for _ in range(STEPS)]
    return {"seconds": statistics.median(seconds), "peak_mb": max(peak_mb() - before, 0.0)}


def step_of(loss: str, options: Options, size: int, seed: int) -> Callable[[], float]:
    """A function that runs one step over `READOUTS` readouts and returns its loss.

    Raises:
        UserError: the loss refuses its options.
    """
    own_seed = seed_of(seed, "catalogue-cost", loss, str(size))
    generator = torch.Generator().manual_seed(own_seed)
    with torch.random.fork_rng():
        torch.manual_seed(own_seed)
        head = plain.build(WIDTH, size, 0, [])
    rows = torch.arange(READOUTS).repeat_interleave(LABELS)
    labels = _labels(size, generator)
    frequency = torch.bincount(labels, minlength=size)
    built = build_loss(import_module(f"study.nn.losses.{loss}"), frequency, options)
    hidden = torch.randn(READOUTS, WIDTH, generator=generator)
    return partial(_step, head, built, hidden, rows, labels, generator)


def _labels(size: int, generator: torch.Generator) -> Tensor:
    """Distinct labels of each readout, int64 [READOUTS * LABELS]."""
    first = torch.randint(size, (READOUTS, 1), generator=generator)
    return ((first + torch.arange(LABELS)) % size).flatten()


def _step(
    head: HeadModule, loss: Loss, hidden: Tensor, rows: Tensor, labels: Tensor, generator: torch.Generator
) -> float:
    head.zero_grad(set_to_none=True)
    states = hidden.clone().requires_grad_()
    value = loss(head.bind(None), states, rows, labels, generator).mean()
    value.backward()  # type: ignore[no-untyped-call]
    return float(value.detach())


def _timed(step: Callable[[], float]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started
