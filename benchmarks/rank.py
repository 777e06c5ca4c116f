"""How many users a second `rank` ranks, by variant and by what it spends its time on, on one core.

    python benchmarks/rank.py --users 20000 --events 128

The log is simulated (the world `shop`), the fits are short: how long a score takes does not depend on what was learned.
Each variant has a process of its own, which ranks once to warm up and then so many times. Seconds are of the processor,
so that a busy machine tells the same; memory is the most that ranking held. Each run appends a line.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1"))

import argparse
import multiprocessing
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl
from record import Line, spread, start
from shop_log import PER_DAY, shop_of

from study.events.fold import Fold
from study.events.spans import make_spans
from study.events.split import TIME, with_candidates
from study.features.vocabulary import fit_vocabulary
from study.memory import forget_peak, peak_mb
from study.models.factory import build_model
from study.params import Params, load
from study.params.question import WhatQuestion, Windows
from study.params.snapshot import Snapshot
from study.serving.bundle import Bundle, Exported
from study.serving.history import Cutoff, read_history
from study.serving.rank import DEPTH, ranked
from study.serving.sink import sink
from study.worlds.diary import HORIZON_DAYS, ITEM, KEY_ACTION
from study.worlds.shop import simulate

VARIANTS = ["personal-decay", "sum-horizon", "sum-horizon-repeat", "lightgbm-binary"]
COUNTS = ("users", "events", "catalogue")
TAUGHT = 1000
"""Users of the log that the fits see."""


def simulated(users: int, events: int, items: int) -> pl.DataFrame:
    """A log with about so many events of each user."""
    return simulate(shop_of(users, round(events / PER_DAY), items), seed=0)


def described(events: pl.DataFrame) -> tuple[Snapshot, WhatQuestion]:
    """The log as `params.yaml` would say it."""
    names = [name for name in events.columns if name not in {"user_id", "timestamp", "event_type"}]
    attributes = dict.fromkeys(names, "categorical")
    snapshot = Snapshot.model_validate({"name": "shop", "source": "", "timezone": "UTC", "attributes": attributes})
    windows = Windows(stop=1, select=1, test=1)
    asked = {"kind": "what", "key_action": KEY_ACTION, "candidate": [ITEM], "horizon_days": HORIZON_DAYS}
    return snapshot, WhatQuestion(**asked, windows=windows)


def fitted(params: Params, events: pl.DataFrame, variant: str) -> Bundle:
    """A variant after a short fit on some of the users."""
    snapshot, question = described(events)
    first, last = events.select(TIME.min().alias("first"), TIME.max().alias("last")).row(0)
    some = events.filter(pl.col("user_id").is_in(events["user_id"].unique().sort().head(TAUGHT).to_list()))
    derived = with_candidates(some, question, snapshot.timezone, params.seed)
    vocabulary = fit_vocabulary(derived, snapshot, params.features, [ITEM], question.fixed)
    features = params.features.model_copy(update={"warmup_days": 0, "max_queries": 500})
    fold = Fold(vocabulary.encode(derived), make_spans(first, last, "UTC", question), last, features)
    entry, budget = params.roster[variant], params.budgets.quick.main
    model = build_model(entry, {}, budget, device="cpu")
    rounds = budget.boosting_rounds if entry.family == "aggregates" else 1
    model.fit(fold, rounds=rounds, seed=0, report=lambda *_: None)
    exported = Exported(
        variant=variant, entry=entry, settings={}, budget=budget, question=question, snapshot=snapshot,
        seed=params.seed, refit=0, origin=0, data_hash="", revision="", versions={}, files={},
    )  # fmt: skip
    return Bundle(exported, vocabulary, model)


def measured(bundle: Bundle, log: Path, out: Path, cutoff: Cutoff) -> dict[str, float]:
    """Processor seconds of reading, and of ranking and writing, of all users."""
    begin = time.process_time()
    queries = read_history(bundle, log, cutoff)
    read = time.process_time()
    with sink(out) as write:
        for table in ranked(bundle.model, queries, DEPTH):
            write(table)
    done = time.process_time()
    users = len(queries.users)
    return {
        "users": users,
        "events": len(queries.log.time),
        "catalogue": len(queries.log.catalogue),
        "seconds": done - begin,
        "ranked_per_second": users / (done - read),
        "users_per_second": users / (done - begin),
    }


def repeated(log: Path, variant: str, repeats: int) -> dict[str, Any]:
    """What a variant needs for all users of a log, over repeats after one that warms up, and the most memory."""
    events = pl.read_parquet(log)
    bundle, cutoff = fitted(load(), events, variant), Cutoff.of(events["timestamp"].max().isoformat(), "UTC")
    del events
    with TemporaryDirectory() as folder:
        out = Path(folder) / "ranks.parquet"
        measured(bundle, log, out, cutoff)
        forget_peak()
        runs = [measured(bundle, log, out, cutoff) for _ in range(repeats)]
    counts = {name: runs[0][name] for name in COUNTS}
    spreads = {name: spread([run[name] for run in runs]) for name in runs[0] if name not in counts}
    return counts | spreads | {"peak_mb": peak_mb()}


def main() -> None:
    """Prints a table, and appends it to the log."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=int, default=20_000)
    parser.add_argument("--events", type=int, default=128, help="of each user, about")
    parser.add_argument("--items", type=int, default=300, help="candidates")
    params = load()
    known = [name for name, entry in params.roster.items() if entry.arm == "main"]
    parser.add_argument("--variants", nargs="*", default=VARIANTS, choices=known, metavar="VARIANT")
    parser.add_argument("--repeats", type=int, default=5)
    line = Line("rank", parser)
    given = line.given
    rows = {}
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log.parquet"
        simulated(given.users, given.events, given.items).write_parquet(log)
        for variant in given.variants:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                row = rows[variant] = pool.apply(repeated, (log, variant, given.repeats))
            speed, memory = row["users_per_second"], row["peak_mb"]
            told = f"{speed['median']:,.0f} users a second ({speed['least']:,.0f} to {speed['most']:,.0f})"
            print(f"{variant:<20} {told}, {memory:,.0f} MB", flush=True)
    line.append({"variants": rows})


if __name__ == "__main__":
    start(main)
