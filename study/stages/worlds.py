"""Stage `worlds`: simulates one world, fits the short roster in it, and compares what each reaches with the oracle."""

from functools import partial
from pathlib import Path
from typing import Any, cast

import numpy as np
import polars as pl

from study.models.base import Recommender
from study.params import Params, load
from study.params.parts import names_in
from study.params.roster import SequenceEntry, Single
from study.params.statistics import PRIMARY, PRIMARY_K
from study.params.worlds import BASE, WorldName, Worlds
from study.paths import code_of, world_file, write_text
from study.provenance import identity, revision
from study.scratch import scratch
from study.seeds import seed_of
from study.stages.scored import text_of
from study.stages.world_board import ORACLE, contrasts, draws_of, estimate, variants
from study.stages.world_fit import Fitted, entry_in, fit_once, recalls
from study.stages.world_log import Oracle, Scene, Site, columns, scene
from study.tuning.workers import run_each
from study.worlds.diary import ITEM, Floats

Row = dict[str, Any]


def run(world: WorldName) -> None:
    """Writes `data/results/_simulated/worlds/<world>.json`."""
    params = load()
    site = site_of(params, world)
    made = scene(site, params.size.worlds.stop_queries)
    identity = fingerprint(params, world, code_of("worlds", world))
    with scratch(Path("worlds", world), identity, world, params.device) as folder:
        fits = _fits(params, site, made, folder)
    found = {**origin(params), **report(params, site, made, fits)}
    write_text(world_file(world), text_of(found))


def origin(params: Params) -> Row:
    """The code and the budget behind a result."""
    return {"revision": revision(), "budget": params.budget, "seed": params.seed}


def site_of(params: Params, world: WorldName) -> Site:
    """The log that the stage runs on."""
    worlds = params.section(Worlds)
    seed = seed_of(params.seed, "world", world)
    return Site(world, worlds.dials(world), worlds.windows, worlds.features, worlds.batch, seed, params.device)


def _fits(params: Params, site: Site, made: Scene, folder: Path) -> dict[str, list[Fitted]]:
    """The fits of each variant, one per seed; those that lie in the folder are not done again."""
    budget, entries = params.size.worlds, params.section(Worlds).entries(params.roster)
    seeds = {name: range(budget.seeds if entry.is_seeded else 1) for name, entry in entries.items()}
    tasks = {}
    # the longest first, so that no worker is left alone with one at the end
    for name, entry in sorted(entries.items(), key=lambda pair: not isinstance(pair[1], SequenceEntry)):
        there = entry_in(entry, site, made)
        for number in seeds[name]:
            path, seed = folder / f"{name}-{number}", seed_of(params.seed, "world fit", name, number)
            tasks[_called(site, name, number)] = partial(fit_once, path, site, there, budget, seed)
    done = run_each(tasks, budget.workers, params.engine, desc=site.world, unit="fit")
    fits = {name: [done[_called(site, name, number)] for number in seeds[name]] for name in entries}
    for name, found in fits.items():
        mean = float(np.mean([fit.queries[PRIMARY].to_numpy().mean() for fit in found]))
        print(f"{site.world}: {name} {PRIMARY} {mean:.4f}", flush=True)
    return fits


def reads_events(entry: Single) -> bool:
    """Whether a variant is told the attributes of events that are no key action: one with a history to read."""
    return isinstance(entry, SequenceEntry) and not names_in(entry.parts()["architecture"]).get("IS_BLIND", False)


def _called(site: Site, name: str, number: int) -> str:
    return f"worlds: {name}-{number} in {site.world}"


def report(params: Params, site: Site, made: Scene, fits: dict[str, list[Fitted]]) -> Row:
    """What is published of a world; a pure function of its arguments."""
    settings, worlds = params.statistics, params.section(Worlds)
    oracle = Oracle(site, made.events)
    ranked = recalls(cast("Recommender", oracle), made.test)  # it is never fitted
    tables = [(ORACLE, 0, ranked), *((n, s, fit.queries) for n, found in fits.items() for s, fit in enumerate(found))]
    queries = pl.concat(
        table.with_columns(pl.lit(name).alias("variant"), pl.lit(seed).alias("seed")) for name, seed, table in tables
    )
    draws = draws_of(queries, settings, params.seed)
    items = len(site.module.values(site.settings)[ITEM])
    rows = variants(draws, PRIMARY_K / items, settings)
    for row in rows:
        found = fits[row["variant"]]
        entry = params.roster[row["variant"]]
        row |= {"family": entry.family, "reads_events": reads_events(entry), "seeds": len(found)}
        row |= {"rounds": [fit.rounds for fit in found], "cap": found[0].cap}
    return {
        "world": site.world,
        "dials": site.settings.model_dump(mode="json"),
        "base": BASE,
        "users": len(made.fold.log.users),
        "events": made.events.height,
        "trained_events": len(made.fold.log.time),
        "trained_key_actions": int(made.fold.log.key.sum()),
        "items": items,
        "queries": ranked.height,
        "relevant": float(np.concatenate([window.relevant.sizes for window in made.test]).mean()),
        "oracle": {"recall": estimate(draws, ORACLE, settings.alpha), **expected(oracle, made)},
        "variants": rows,
        "contrasts": contrasts(draws, worlds.declared(site.world), settings),
    }


def expected(oracle: Oracle, made: Scene) -> Row:
    """What the oracle's ranking is worth by its own gains: the sum of the first ten, over all queries.

    `low` and `high` enclose it where the gains are numerical: the top ten by one half of the futures, valued by the
    other half and by itself.
    """
    gains = [oracle.gains(window.queries) for window in made.test]
    shown = zip(gains, made.test, strict=True)
    sums = [_worth(columns(oracle.site, found, window.queries, window.candidates)) for found, window in shown]
    low, middle, high = np.concatenate(sums).mean(axis=0).tolist()
    is_numerical = len(gains[0]) > 1
    return {"expected": middle, "low": low if is_numerical else None, "high": high if is_numerical else None}


def _worth(halves: Floats) -> Floats:
    """By the other half, by both together, by itself: float64 [Q, 3] of estimates [H, Q, C]."""
    whole = halves.mean(axis=0)
    middle = np.sort(whole, axis=1)[:, -PRIMARY_K:].sum(axis=1)
    by_other, by_self = np.zeros(len(whole)), np.zeros(len(whole))
    for half, other in zip(halves, halves[::-1], strict=True):
        first = np.argsort(-half, axis=1, kind="stable")[:, :PRIMARY_K]
        by_other += np.take_along_axis(other, first, axis=1).sum(axis=1) / len(halves)
        by_self += np.take_along_axis(half, first, axis=1).sum(axis=1) / len(halves)
    return np.column_stack([by_other, middle, by_self])


def fingerprint(params: Params, world: WorldName, code: Path) -> str:
    """Of all that a fit in a world depends on; `code` is the fingerprint of the code of the stage."""
    worlds = params.section(Worlds)
    declared = worlds.dials(world), worlds.windows, worlds.features, params.size.worlds
    entries = worlds.entries(params.roster).values()
    return identity(str(params.seed), str(worlds.batch), *declared, *entries, code)
