"""Validity check: do the study's own verdicts, drawn again and again in fresh logs of a world, find the truth?

The truth of a contrast is the difference of the same two procedures (fit, early stopping, mean over seeds) averaged
over `fresh` further logs of the same world, each with its own users and training seeds: what a verdict claims is what
would happen to other users of the same kind. Every repeat draws a log, fits, and passes the verdicts that the study
would pass. A finished log is one atomically replaced file, so a run can be cut and goes on.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from statsmodels.stats.proportion import proportion_confint

from study.errors import UserError
from study.metrics.few_seeds import judge_by_student
from study.metrics.verdicts import judge_pairs, percentile_interval
from study.params import Params, load
from study.params.messages import unknown_name
from study.params.roster import Single
from study.params.statistics import PRIMARY, VERDICTS, Statistics
from study.params.worlds import Validity, WorldName, Worlds
from study.paths import code_of, world_file, write_text
from study.provenance import identity
from study.scratch import scratch
from study.seeds import seed_of
from study.stages.scored import text_of
from study.stages.world_board import draws_of
from study.stages.world_fit import entry_in, fit_and_score
from study.stages.world_log import Site, is_flat, scene
from study.stages.worlds import fingerprint, origin
from study.tuning.workers import run_each

COVERAGE = 0.95
Row = dict[str, Any]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Study:
    """One part of the check in one world: everything that a log of it is a function of, but its number."""

    name: str
    part: Validity
    world: WorldName
    params: Params

    @property
    def pairs(self) -> list[Pair]:
        """All pairs of the part's variants: the left side is the one that is named later."""
        return [(left, right) for right, left in combinations(self.part.variants, 2)]

    @property
    def entries(self) -> dict[str, Single]:
        """The variants of the part."""
        known = self.params.section(Worlds).entries(self.params.roster)
        return {name: known[name] for name in self.part.variants}

    def site(self, role: str, number: int) -> Site:
        """The log of a number; `role` parts the repeats from the fresh ones."""
        worlds = self.params.section(Worlds)
        dials = worlds.dials(self.world).model_copy(update={"users": self.part.users, "days": self.part.days})
        seed = seed_of(self.params.seed, "validity", self.name, self.world, role, number)
        return Site(self.world, dials, worlds.windows, worlds.features, worlds.batch, seed, self.params.device)


def run(repeats: int, only: str | None = None) -> None:
    """Writes `data/results/_simulated/worlds/validity.json`.

    Args:
        only: the part that is run; the others stay as they are published. None runs all of them.

    Raises:
        UserError: there is no such part, what is published is damaged or of other statistics, or a worker died every
            time.
    """
    params = load()
    parts, settings = params.section(Worlds).validity, params.statistics.model_dump(mode="json")
    if only is not None and only not in parts:
        raise UserError(unknown_name("worlds --part", only, list(parts)))
    kept, rows = {} if only is None else _published(settings), []
    for name, part in parts.items():
        if only not in {None, name}:
            rows += kept.get(name, [])
            continue
        count = max(1, round(repeats * part.share))
        for world in part.worlds:
            study = Study(name, part, world, params)
            fresh = _logs(study, "fresh", 0 if is_flat(study.site("fresh", 0)) else part.fresh)
            rows.append({**summary(study, _logs(study, "repeat", count), fresh), **origin(params)})
    write_text(world_file("validity"), text_of({"statistics": settings, "coverage_level": COVERAGE, "parts": rows}))


def _published(settings: Row) -> dict[str, list[Row]]:
    """The rows that are published, by their parts; none where the check was never run."""
    path = world_file("validity")
    if not path.exists():
        return {}
    rows: dict[str, list[Row]] = {}
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        judged_by = found["statistics"]
        for row in found["parts"]:
            rows.setdefault(row["part"], []).append(row)
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{path}: this is no result of the check; restore it from git, or run all parts") from None
    if judged_by != settings:
        raise UserError(f"{path}: the published parts were judged with other statistics; run all parts")
    return rows


def _logs(study: Study, role: str, count: int) -> list[Row]:
    """What each log gave, in their order; those that lie in scratch are not made again."""
    params, told = study.params, f"{study.name}: {role} logs of {study.world}"
    with scratch(Path("worlds", "validity"), _fingerprint(study), told, params.device) as folder:
        tasks = {
            f"{told}, number {number}": partial(one_log, folder / f"{role}-{number}.json", study, role, number)
            for number in range(count)
        }
        return list(run_each(tasks, params.size.worlds.workers, params.engine, desc=told, unit="log").values())


def _fingerprint(study: Study) -> str:
    made_in = fingerprint(study.params, study.world, code_of("worlds_validity"))
    return identity(made_in, study.name, study.part, study.params.statistics)


def one_log(path: Path, study: Study, role: str, number: int) -> Row:
    """Fits all variants in one log: the mean recall of each and, in a repeat, what the study would say of them."""
    if path.exists():
        read: Row = json.loads(path.read_text(encoding="utf-8"))
        return read
    queries = _fits(study, study.site(role, number), path)
    means = dict(queries.group_by("variant").agg(pl.col(PRIMARY).cast(pl.Float64).mean()).sort("variant").iter_rows())
    row: Row = {"recall": means}
    if role == "repeat":
        row["contrasts"] = judged(queries, study.pairs, study.params.statistics, study.params.seed)
    write_text(path, json.dumps(row))
    return row


def _fits(study: Study, site: Site, path: Path) -> pl.DataFrame:
    changed = study.part.model_dump(include={"rounds", "positions", "boosting_rounds", "seeds"})
    budget = study.params.size.worlds.model_copy(update=changed)
    made, tables = scene(site, budget.stop_queries), []
    for name, entry in study.entries.items():
        for seed in range(budget.seeds if entry.is_seeded else 1):
            place = path.with_name(f"{path.stem}-{name}-{seed}")
            fitted = fit_and_score(
                place, site, entry_in(entry, site, made), budget, seed_of(site.seed, "fit", name, seed)
            )
            tables.append(fitted.queries.with_columns(variant=pl.lit(name), seed=pl.lit(seed)))
    scene.cache_clear()
    return pl.concat(tables)


def judged(queries: pl.DataFrame, pairs: list[Pair], settings: Statistics, seed: int) -> list[Row]:
    """The verdict of each pair, adjusted for all, what Student's t says in its place, and the plain 95 % interval."""
    draws = draws_of(queries, settings, seed)
    plain = [percentile_interval(draws.difference(*pair)[1], 1 - COVERAGE) for pair in pairs]
    found = judge_pairs(draws, pairs, settings)
    by_t = judge_by_student(queries, pairs, PRIMARY, margin=settings.margin, alpha=settings.alpha)
    return [
        {**asdict(verdict), "by_t": student.verdict, "plain_low": low, "plain_high": high}
        for verdict, student, (low, high) in zip(found, by_t, plain, strict=True)
    ]


def summary(study: Study, repeats: list[Row], fresh: list[Row]) -> Row:
    """How often the repeats found the truth of each contrast, and how often a log had any false verdict."""
    margin, total = study.params.statistics.margin, len(repeats)
    truths = [truth_of(pair, fresh) for pair in study.pairs]
    told = [repeat["contrasts"] for repeat in repeats]
    rows = []
    for pair, truth, mine in zip(study.pairs, truths, zip(*told, strict=True), strict=True):
        hits = sum(is_right(one["verdict"], truth["effect"], margin) for one in mine)
        covered = sum(one["plain_low"] <= truth["effect"] <= one["plain_high"] for one in mine)
        adjusted = sum(one["low"] <= truth["effect"] <= one["high"] for one in mine)
        equivalents = sum(one["verdict"] == "equivalent" for one in mine) if abs(truth["effect"]) > margin else 0
        rows.append(
            {
                "left": pair[0],
                "right": pair[1],
                "truth": truth,
                "verdicts": _counted(mine, "verdict"),
                "verdicts_by_t": _counted(mine, "by_t"),
                "right_verdicts": rate(hits, total),
                "false_equivalent": rate(equivalents, total) if abs(truth["effect"]) > margin else None,
                "coverage": rate(covered, total),
                "coverage_of_verdicts": rate(adjusted, total),
            }
        )
    wrong, wrong_by_t = (
        sum(
            any(is_false(one[by], t["effect"], margin) for one, t in zip(repeat, truths, strict=True))
            for repeat in told
        )
        for by in ("verdict", "by_t")
    )
    return {
        "part": study.name,
        "world": study.world,
        **study.part.model_dump(include={"users", "days", "seeds", "rounds", "positions", "boosting_rounds"}),
        "repeats": total,
        "fresh_logs": len(fresh),
        "any_false": rate(wrong, total),
        "any_false_by_t": rate(wrong_by_t, total),
        "contrasts": rows,
    }


def _counted(judged: Sequence[Row], by: str) -> dict[str, int]:
    """How often each verdict was passed."""
    return {kind: sum(one[by] == kind for one in judged) for kind in VERDICTS}


def truth_of(pair: Pair, fresh: Sequence[Row]) -> Row:
    """The mean difference over the fresh logs and its standard error.

    Without any nothing can differ: it is known to be 0.
    """
    if not fresh:
        return {"effect": 0.0, "error": 0.0}
    left, right = pair
    found = np.array([row["recall"][left] - row["recall"][right] for row in fresh])
    return {"effect": float(found.mean()), "error": float(found.std(ddof=1) / np.sqrt(len(found)))}


def is_right(verdict: str, truth: float, margin: float) -> bool:
    """Whether a verdict says what is true: *equivalent* within the margin, else the side that is better."""
    if abs(truth) < margin:
        return verdict == "equivalent"
    return verdict == ("better" if truth > 0 else "worse")


def is_false(verdict: str, truth: float, margin: float) -> bool:
    """Whether a verdict says what is not true; *undetermined* says nothing."""
    if verdict == "equivalent":
        return abs(truth) >= margin
    return (verdict == "better" and truth <= 0) or (verdict == "worse" and truth >= 0)


def rate(count: int, total: int) -> Row:
    """A share with its 95 % interval (Wilson, 1927)."""
    low, high = proportion_confint(count, total, alpha=1 - COVERAGE, method="wilson")
    return {"count": count, "of": total, "rate": count / total, "low": float(low), "high": float(high)}
