"""How many events a second training reads, by variant, and which share of the core's matrix-product rate it reaches.

    python benchmarks/training.py --variants sum-horizon flat-next --repeats 5

Events are those that a round counts, padding not. The log is simulated (the world `shop`). Seconds are of the
processor, on one thread; the product rate is measured beside every repeat, since a busy machine slows both. With
`--device cuda` seconds are of the clock, until the GPU has done what it was given, and the product rate is the GPU's.
Each run appends a line: revision, machine, versions, and medians and spreads over the repeats of every variant, and of
a bare stack of the same shape (`bare.py`), with one block and with two, in fp32 and in bf16; with two of other widths,
too, since bf16 pays where products of matrices are large.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))

import argparse
import json
import time
from functools import partial
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
from study.worlds.diary import ITEM

VARIANTS = ["sum-horizon", "sum-next-line", "sum-horizon-repeat", "gru-horizon", "flat-horizon", "flat-next"]
WIDTHS = [32, 64, 128, 256]
SIDES, PRODUCTS = {"cpu": 512, "cuda": 8192}, 40
"""Of the square matrices whose product tells the rate, by device, and how many are multiplied."""
WARM = 3
"""Rounds before the first repeat: to warm up, to count operations, and after taking up again."""
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


def measured(model: SequenceModel, fold: Fold, repeats: int) -> dict[str, Any]:
    """Events a second of each repeat, a round, after some to warm up, and operations an event of another."""
    rates, shares, device = [], [], model.device.type
    model.fit(fold, rounds=1, seed=0, report=lambda *_: None)
    counted, at = FlopCounterMode(display=False, custom_mapping=ATTENTION), [positions(model), now(device)]
    with counted:
        model.fit(fold, rounds=2, seed=0, report=lambda *_: None)
    per_event = model.shape.per_event
    operations = counted.get_total_flops() / (positions(model) - at[0]) * per_event

    def report(_: object, done: int) -> None:
        if done > WARM:
            rate = (positions(model) - at[0]) / per_event / (now(device) - at[1])
            rates.append(rate)
            shares.append(rate * operations / product_rate(device))
        at[:] = positions(model), now(device)

    at[:] = positions(model), now(device)
    model.fit(fold, rounds=WARM + repeats, seed=0, report=report)
    return {"events_per_second": spread(rates), "operations_per_event": operations, "share_of_rate": spread(shares)}


def positions(model: SequenceModel) -> int:
    """Positions that training has read."""
    return model.trainer.progress.positions


def bare_stacks(params: Params, given: argparse.Namespace) -> dict[str, Any]:
    """A bare stack of the variants' shape, by its number of blocks and its precision."""
    rows = {}
    for blocks in bare.BLOCKS:
        for precision in bare.PRECISIONS:
            name = f"blocks: {blocks}, {precision}"
            rows[name] = bare_stack(params, given, blocks, precision)
            tell(f"bare, {name}", rows[name])
    return rows


def bare_widths(params: Params, given: argparse.Namespace, stacks: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """A bare stack of the most blocks, by its width and its precision; that of the variants' width is measured."""
    blocks, rows = bare.BLOCKS[-1], {}
    for width in given.widths:
        if width == shape_of(params, given)["width"]:
            rows[width] = {precision: stacks[f"blocks: {blocks}, {precision}"] for precision in bare.PRECISIONS}
            continue
        rows[width] = {precision: bare_stack(params, given, blocks, precision, width) for precision in bare.PRECISIONS}
        for precision, row in rows[width].items():
            tell(f"bare, width {width}, {precision}", row)
    return rows


def shape_of(params: Params, given: argparse.Namespace) -> dict[str, int]:
    """Width, heads and batch of the variants."""
    settings = settings_of(params.roster["sum-horizon"])(**given.settings).model_dump()
    return {name: settings[name] for name in ("width", "heads", "batch")}


def bare_stack(
    params: Params, given: argparse.Namespace, blocks: int, precision: str, width: int | None = None
) -> dict[str, Any]:
    """One bare stack of the variants' shape, or of another width."""
    asked: dict[str, Any] = shape_of(params, given) | ({"width": width} if width else {})
    asked |= {"events": given.positions, "repeats": given.repeats, "device": given.device}
    clocks = {"seconds": partial(now, given.device), "product_rate": partial(product_rate, given.device)}
    return bare.measured(given.items, blocks, precision, **asked, **clocks, counting=ATTENTION)


def tell(name: str, row: dict[str, Any]) -> None:
    """Prints how fast it was."""
    speed, share = row["events_per_second"], row["share_of_rate"]
    print(
        f"{name:<20} {speed['median']:>9,.0f} events a second ({speed['least']:,.0f} to {speed['most']:,.0f}), "
        f"{share['median']:.0%} of the product rate",
        flush=True,
    )


def main() -> None:
    """Prints a line a variant, and appends all as one line of JSON."""
    params = load()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--events", type=int, default=256, help="of each user, about")
    parser.add_argument("--items", type=int, default=300, help="candidates")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--positions", type=int, default=30_000, help="events of a repeat")
    parser.add_argument("--settings", type=json.loads, default={}, help='of every variant, as JSON: {"width": 128}')
    parser.add_argument("--widths", type=int, nargs="*", default=WIDTHS, help="of bare stacks in both precisions")
    parser.add_argument("--variants", nargs="*", default=VARIANTS, choices=list(params.roster), metavar="VARIANT")
    parser.add_argument("--device", choices=["cpu", "cuda"], default="cpu", help="where networks are trained")
    line = Line("training", parser)
    given = line.given
    if given.device == "cuda" and not torch.cuda.is_available():
        raise UserError("--device cuda: torch sees no GPU on this machine; known: cpu")
    torch.set_num_threads(1)
    fold = fold_of(params, simulated(given.users, given.events, given.items))
    budget = params.spent("main").model_copy(update={"positions": given.positions})
    rows = {}
    for variant in given.variants:
        model = build_model(params.roster[variant], given.settings, budget, device=given.device)
        assert isinstance(model, SequenceModel)
        rows[variant] = measured(model, fold, given.repeats)
        tell(variant, rows[variant])
    stacks = bare_stacks(params, given)
    widths = bare_widths(params, given, stacks)
    told = {"device": name_of(given.device), "products_per_second": product_rate(given.device)}
    line.append(told | {"variants": rows, "bare": stacks, "widths": widths})


if __name__ == "__main__":
    start(main)
