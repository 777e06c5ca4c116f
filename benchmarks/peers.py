"""This study's training beside RecTools', RePlay's and RecBole's SASRec: the same sequences, shape, batch and threads.

    python benchmarks/peers.py --threads 1 2 --repeats 3

Needs the split of the question: `python -m study repro features@categories`. Each side runs in an environment of its
own, made in build/benchmarks/peers. First the rate, sides alternating, a bare stack of torch's layers among
them; then one long run of each side, of which every round is judged by recall@10 on select as the study computes it.
CONTRIBUTING.md says how to read the table.
"""

import argparse
import math
from typing import Any

from peers.prepare import QUESTION, Judge, prepare
from peers.sides import BARE, FOLDER, OURS, PATIENCE, PEERS, run, version_of
from record import Line, spread, start

from study.errors import UserError
from study.paths import queries_file

RATED = 2
"""Rounds of a run that measures the rate; the first warms up."""
ATTENTION_DROPOUT = 0.0
"""Of the weights of attention, where this study has no dropout: on a CPU torch's fused attention takes none either."""


def rates(found: dict[str, Any]) -> dict[str, float]:
    """Events and targets a second, events a second of the processor, and cores in use, after the first round."""
    first, *rest = found["rounds"]
    seconds, processor = (rest[-1][name] - first[name] for name in ("seconds", "processor"))
    events, targets = (sum(row[name] for row in rest) for name in ("events", "targets"))
    return {
        "events": events / seconds,
        "targets": targets / seconds,
        "events_per_processor_second": events / processor,
        "cores": processor / seconds,
    }


def learned(found: dict[str, Any]) -> dict[str, Any]:
    """What a long run has reached, and when."""
    rounds = found["rounds"]
    best = max(rounds, key=lambda row: row["recall"])
    return {
        "best_recall": best["recall"],
        "seconds_to_best": best["seconds"],
        "seconds": rounds[-1]["seconds"],
        "is_cut": rounds[-1]["done"] - best["done"] < PATIENCE,
        "curve": [[row["seconds"], row["recall"]] for row in rounds],
        "setup_seconds": rounds[0]["setup"],
        "parameters": rounds[0]["parameters"],
        "peak_mb": found["peak_mb"],
    }


def seconds_to(curve: list[list[float]], recall: float) -> float | None:
    """Seconds of training until a recall was reached, or None."""
    return next((seconds for seconds, value in curve if value >= recall), None)


def measured(given: argparse.Namespace, settings: dict[str, Any], judge: Judge) -> dict[str, dict[str, Any]]:
    """The rates of all sides by threads, sides alternating, and the long run of each."""
    sides: dict[str, dict[str, Any]] = {side: {"rates": {}} for side in given.sides}
    for threads in given.threads:
        found = {side: [] for side in sides}
        for repeat in range(given.repeats):
            for side in sides:
                told = settings | {"threads": threads, "seed": repeat, "rounds": RATED}
                found[side].append(rates(run(side, told, None, math.inf)))
        for side, some in found.items():
            row = {name: spread([one[name] for one in some]) for name in some[0]}
            sides[side]["rates"][threads] = row
            print(f"{side:<15} {threads} threads  {shown(row)}", flush=True)
    if not given.rounds:
        return sides
    learners = {side: row for side, row in sides.items() if side != BARE}
    for side, row in learners.items():
        told = settings | {"threads": max(given.threads), "seed": 0, "rounds": given.rounds}
        row.update(learned(run(side, told, judge, given.seconds)))
        print(f"{side:<15} recall@10 {row['best_recall']:.4f} after {row['seconds_to_best']:.0f} s", flush=True)
    lowest = min((row["best_recall"] for row in learners.values()), default=None)
    for row in learners.values():
        row["seconds_to_lowest"] = seconds_to(row["curve"], lowest)
        row["ours_to_its_best"] = {o: seconds_to(sides[o]["curve"], row["best_recall"]) for o in OURS if o in sides}
    return sides


def shown(rate: dict[str, dict[str, float]]) -> str:
    """A rate with its spread, and what was learned from."""
    events, targets, cores = rate["events"], rate["targets"]["median"], rate["cores"]["median"]
    spread_of = f"({events['least']:,.0f} to {events['most']:,.0f})"
    return (
        f"{events['median']:>8,.0f} {spread_of:<18} events and {targets:>7,.0f} targets a second on {cores:.1f} cores"
    )


def table(sides: dict[str, dict[str, Any]]) -> str:
    """The long runs side by side, of the sides that had one."""
    names = ("recall@10", "best at", "lowest at", "peak MB", "parameters")
    lines = [f"{'side':<15} " + " ".join(f"{name:>10}" for name in names) + "  ours to its best"]
    for side, row in sides.items():
        ours = ", ".join(f"{name} {told(seconds)}" for name, seconds in row["ours_to_its_best"].items())
        mark = "+" if row["is_cut"] else " "
        reached = f"{told(row['seconds_to_best']):>9}{mark} {told(row['seconds_to_lowest']):>10}"
        size = f"{row['peak_mb']:>10,.0f} {row['parameters']:>10,}"
        lines.append(f"{side:<15} {row['best_recall']:>10.4f} {reached} {size}  {ours}")
    return "\n".join([*lines, "+ ended by its limit, soon after its best round"])


def told(seconds: float | None) -> str:
    """Seconds, or a dash."""
    return "-" if seconds is None else f"{seconds:.1f} s"


def arguments() -> argparse.ArgumentParser:
    """What can be asked for on the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sides", nargs="*", default=[*OURS, BARE, *PEERS], choices=[*OURS, BARE, *PEERS], metavar="SIDE"
    )
    parser.add_argument("--threads", nargs="*", type=int, default=[1, 2])
    parser.add_argument("--repeats", type=int, default=3, help="of the rate")
    parser.add_argument("--seconds", type=float, default=600, help="of training in the long run, at most")
    parser.add_argument("--rounds", type=int, default=1000, help="of the long run, at most; 0 leaves it out")
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--heads", type=int, default=1)
    parser.add_argument("--feed-forward", type=int, default=64, help="width inside; RecTools has that of the model")
    parser.add_argument("--context", type=int, default=128, help="positions of a sequence")
    parser.add_argument("--batch", type=int, default=128, help="sequences")
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    parser.add_argument("--users", type=int, help="to train on; all by default")
    parser.add_argument("--queries", type=int, help="of each window; all by default")
    return parser


def main() -> None:
    """Prints the tables, and appends all as one line of JSON."""
    line = Line("peers", arguments())
    given = line.given
    if "rectools" in given.sides and given.feed_forward != given.width:
        raise UserError("rectools: its feed-forward layer is as wide as the model; leave it out by --sides")
    if given.feed_forward % given.width:
        raise UserError("--feed-forward: here it is a multiple of the width; give such a one")
    split = queries_file(QUESTION, "select")
    if not split.exists():
        raise UserError(f"{split}: no such file; first run: python -m study repro features@{QUESTION}")
    versions = {side: version_of(side) for side in given.sides if side in PEERS}
    data = (FOLDER / "data").absolute()
    judge = prepare(data, given.context, given.users, given.queries)
    shape = ("width", "blocks", "heads", "feed_forward", "context", "batch", "dropout", "learning_rate")
    settings = {name: getattr(given, name) for name in shape} | {"attention_dropout": ATTENTION_DROPOUT}
    sides = measured(given, settings | {"data": str(data)}, judge)
    if given.rounds:
        print(table({side: row for side, row in sides.items() if side != BARE}))
    asked = {"users": given.users, "queries": given.queries, "repeats": given.repeats, "seconds": given.seconds}
    line.append({"peers": versions, "settings": settings | asked, "sides": sides})


if __name__ == "__main__":
    start(main)
