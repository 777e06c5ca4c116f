"""How many events a second training reads, by variant, and which share of the core's matrix-product rate it reaches.

    python benchmarks/training.py --variants sum-horizon flat-next --repeats 5

Events are those that a round counts, padding not. The log is simulated (the world `shop`). Seconds are of the
processor, on one thread; sides take turns, and the product rate is measured beside every repeat, since a busy machine
slows both. With `--device cuda` seconds are of the clock, until the GPU has done what it was given, and the product
rate is the GPU's. Each run appends a line: revision, machine, versions, and medians and spreads over the repeats of
every variant, and of a bare stack of the same shape (`bare.py`), with one block and with two, in fp32 and in bf16; with
two of other widths, too, since bf16 pays where products of matrices are large.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import bare
import polars as pl
import torch
from rank import described, simulated
from record import Line, spread, start
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

from study.device import name_of
from study.errors import UserError
from study.events.fold import Fold
from study.events.spans import make_spans
from study.events.split import with_candidates
from study.features.vocabulary import fit_vocabulary
from study.models.factory import build_model, settings_of
from study.models.sequence import SequenceModel
from study.params import Params, load
from study.params.roster import SequenceEntry
from study.worlds.diary import ITEM

VARIANTS = ["sum-horizon", "sum-next-line", "sum-horizon-repeat", "gru-horizon", "flat-horizon", "flat-next"]
WIDTHS = [32, 64, 128, 256]
SIDES, PRODUCTS = {"cpu": 512, "cuda": 8192}, 40
"""Of the square matrices whose product tells the rate, by device, and how many are multiplied."""
WARM = 1
"""Rounds before the one that a repeat measures: training lays out anew what it reads where it is taken up again."""
KERNEL = "_scaled_dot_product_flash_attention_for_cpu"
ATTENTION = {
    getattr(torch.ops.aten, KERNEL): lambda *shapes, **_: sdpa_flop_count(*shapes[:3]),
    getattr(torch.ops.aten, f"{KERNEL}_backward"): lambda *shapes, **_: sdpa_backward_flop_count(*shapes[:4]),
}
"""How torch counts operations, for the attention of processors, which it does not know."""


def fold_of(params: Params, events: pl.DataFrame) -> Fold:
    """The whole log as a fit span."""
    snapshot, question = described(events)
    derived = with_candidates(events, question, snapshot.timezone, params.seed)
    log = fit_vocabulary(derived, snapshot, params.features, [ITEM], question.fixed).encode(derived)
    spans = make_spans(int(log.time.min()), int(log.time.max()), "UTC", question)
    return Fold(log, spans, int(log.time.max()) + 1, params.features)


def now(device: str) -> float:
    """Seconds of the processor, or of the clock once the GPU has done what it was given."""
    if device == "cpu":
        return time.process_time()
    torch.cuda.synchronize()
    return time.perf_counter()


def product_rate(device: str) -> float:
    """Floating-point operations a second of fp32 matrix products, on one thread or on the GPU."""
    side = SIDES[device]
    one = torch.ones(side, side, device=device)
    begin = now(device)
    for _ in range(PRODUCTS):
        one @ one
    return PRODUCTS * 2 * side**3 / (now(device) - begin)


@dataclass
class Side:
    """One of those that take turns: a repeat of it tells events a second, of so many operations each."""

    repeat: Callable[[], float]
    operations: float
    rates: list[float] = field(default_factory=list)
    shares: list[float] = field(default_factory=list)

    def take_turn(self, device: str) -> None:
        """Another repeat, and the product rate beside it."""
        self.rates.append(self.repeat())
        self.shares.append(self.rates[-1] * self.operations / product_rate(device))

    def row(self) -> dict[str, Any]:
        """What is told of it."""
        return {
            "events_per_second": spread(self.rates),
            "operations_per_event": self.operations,
            "share_of_rate": spread(self.shares),
        }


def side_of(model: SequenceModel, fold: Fold) -> Side:
    """A variant, warmed up, its operations counted in a round; a repeat takes its training up again."""
    device, at = model.device.type, dict[int, tuple[float, float]]()

    def report(_: object, done: int) -> None:
        at[done] = positions(model), now(device)

    model.fit(fold, rounds=1, seed=0, report=report)
    counted = FlopCounterMode(display=False, custom_mapping=ATTENTION)
    with counted:
        model.fit(fold, rounds=2, seed=0, report=report)

    def repeat() -> float:
        last = max(at) + WARM + 1
        model.fit(fold, rounds=last, seed=0, report=report)
        (before, begun), (after, ended) = at[last - 1], at[last]
        return (after - before) / model.shape.per_event / (ended - begun)

    return Side(repeat, counted.get_total_flops() / (at[2][0] - at[1][0]) * model.shape.per_event)


def positions(model: SequenceModel) -> int:
    """Positions that training has read."""
    return model.trainer.progress.positions


def bare_sides(params: Params, given: argparse.Namespace) -> dict[tuple[int, int, str], Side]:
    """Bare stacks by width, blocks and precision: of the variants' shape, and the deepest of other widths."""
    shape = shape_of(params, given)
    asked = [(shape["width"], blocks) for blocks in bare.BLOCKS]
    asked += [(width, bare.BLOCKS[-1]) for width in given.widths if width != shape["width"]]
    return {
        (width, blocks, precision): bare_side(given, blocks, precision, shape | {"width": width})
        for width, blocks in asked
        for precision in bare.PRECISIONS
    }


def shape_of(params: Params, given: argparse.Namespace) -> dict[str, int]:
    """Width, heads and batch of the variants."""
    settings = settings_of(params.roster["sum-horizon"])(**given.settings).model_dump()
    return {name: settings[name] for name in ("width", "heads", "batch")}


def bare_side(given: argparse.Namespace, blocks: int, precision: str, shape: dict[str, int]) -> Side:
    """One bare stack."""
    step, read = bare.training(given.items, blocks, precision, **shape, device=given.device)
    counted = FlopCounterMode(display=False, custom_mapping=ATTENTION)
    with counted:
        step()
    steps = max(given.positions // read, 1)

    def repeat() -> float:
        begun = now(given.device)
        for _ in range(steps):
            step()
        return steps * read / (now(given.device) - begun)

    return Side(repeat, counted.get_total_flops() / read)


def told_of_bare(stacks: dict[tuple[int, int, str], Side], width: int, widths: list[int]) -> dict[str, Any]:
    """Prints and gives bare stacks: of the variants' width by blocks and precision, the deepest by width."""
    like: dict[str, Any] = {}
    others: dict[int, dict[str, Any]] = {asked: {} for asked in widths}
    for (found, blocks, precision), side in stacks.items():
        name, row = f"blocks: {blocks}, {precision}", side.row()
        tell(f"bare, width {found}, {name}", row)
        if found == width:
            like[name] = row
        if blocks == bare.BLOCKS[-1] and found in others:
            others[found][precision] = row
    return {"bare": like, "widths": others}


def tell(name: str, row: dict[str, Any]) -> None:
    """Prints how fast it was."""
    speed, share = row["events_per_second"], row["share_of_rate"]
    print(
        f"{name:<36} {speed['median']:>9,.0f} events a second ({speed['least']:,.0f} to {speed['most']:,.0f}), "
        f"{share['median']:.0%} of the product rate",
        flush=True,
    )


def main() -> None:
    """Prints a line a variant, and appends all as one line of JSON."""
    params = load()
    known = [name for name, entry in params.entries("main").items() if isinstance(entry, SequenceEntry)]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--events", type=int, default=256, help="of each user, about")
    parser.add_argument("--items", type=int, default=300, help="candidates")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--positions", type=int, default=30_000, help="events of a repeat")
    parser.add_argument("--settings", type=json.loads, default={}, help='of every variant, as JSON: {"width": 128}')
    parser.add_argument("--widths", type=int, nargs="*", default=WIDTHS, help="of bare stacks in both precisions")
    parser.add_argument("--variants", nargs="*", default=VARIANTS, choices=known, metavar="VARIANT")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where networks are trained")
    line = Line("training", parser)
    given = line.given
    if given.device == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: torch sees no GPU on this machine; known: cpu")
    torch.set_num_threads(1)
    fold = fold_of(params, simulated(given.users, given.events, given.items))
    budget = params.spent("main").model_copy(update={"positions": given.positions})
    variants = {}
    for variant in given.variants:
        model = build_model(params.roster[variant], given.settings, budget, device=given.device)
        assert isinstance(model, SequenceModel)
        variants[variant] = side_of(model, fold)
    stacks = bare_sides(params, given)
    for _ in range(given.repeats):
        for side in [*variants.values(), *stacks.values()]:
            side.take_turn(given.device)
    rows = {variant: side.row() for variant, side in variants.items()}
    for variant, row in rows.items():
        tell(variant, row)
    shown = told_of_bare(stacks, shape_of(params, given)["width"], given.widths)
    told = {"device": name_of(given.device), "products_per_second": product_rate(given.device)}
    line.append(told | {"variants": rows, **shown})


if __name__ == "__main__":
    start(main)
