"""Scores test under every change of the data, and publishes what each has cost the best variant of each family."""

from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from study.diagnostics.change import Change
from study.diagnostics.findings import Diagnosed, above_chance, above_impersonal, compared, diagnoses, estimates
from study.diagnostics.subjects import WHO, Chosen, fit_folder, subjects
from study.failures import AGAIN
from study.metrics.bootstrap import Draws, bootstrap
from study.metrics.screening import AUROC
from study.metrics.screening_bootstrap import bootstrap as screening_bootstrap
from study.models.data import read_spans
from study.params import Params, load
from study.params.diagnostics import Diagnostics
from study.params.question import Question
from study.params.statistics import PRIMARY
from study.paths import code_of, events_file, queries_file, replacing
from study.provenance import identity
from study.questions.kind import kind_of
from study.scratch import scratch
from study.stages.arm_manifest import publish, sections_hash
from study.stages.diagnose import FITS, fingerprint
from study.stages.score import read_window
from study.stages.scored import text_of
from study.tuning.refused import telling
from study.tuning.workers import run_each

KEPT = {"what": ("metrics", [PRIMARY]), "who": ("scores", ["score", "label"])}
"""By the kind of a question: which of its tables is read, and which columns beside the keys."""
Scored = tuple[Diagnosed, Chosen, Change]
Row = dict[str, Any]


def run() -> None:
    """Writes `data/results/<snapshot>/diagnostics/`: contrasts, alarm, estimates, what was left out, manifest."""
    params = load()
    found, asked, left_out = subjects(params), list[Scored](), list[Row]()
    for chosen in found:
        changes, reasons = chosen.plan()
        asked += [(Diagnosed(chosen.group, chosen.source.variant, c.name, c.topic), chosen, c) for c in changes]
        told = {"family": chosen.group, "variant": chosen.source.variant}
        left_out += [told | {"change": name, "reason": reason} for name, reason in reasons.items()]
    with scratch(Path("diagnostics"), _identity(params, found), "diagnostics", params.device) as folder:
        tables = _scores(params, folder, asked)
    ranking = {one: table for (one, chosen, _), table in zip(asked, tables, strict=True) if chosen.arm != WHO}
    screening = {one: table for (one, chosen, _), table in zip(asked, tables, strict=True) if chosen.arm == WHO}
    files = {name: text_of(rows) for name, rows in _published(params, ranking, screening).items()}
    read = [part for chosen in found for part in (chosen.question, chosen.entry, chosen.source)]
    read += [params.variants[name] for chosen in found for name in params.sources(chosen.source.variant)]
    hashed = sections_hash(params, "diagnostics", params.section(Diagnostics), *read)
    publish(params, "diagnostics", files | {"left_out.json": text_of(left_out)}, hashed)


def _published(params: Params, ranking: dict[Diagnosed, pl.DataFrame], screening: dict[Diagnosed, pl.DataFrame]) -> Row:
    settings, shown, users = params.statistics, list(ranking), list(screening)
    queries, size = pl.concat(ranking.values()), settings.resamples * max(1, len(compared(shown)))
    draws = bootstrap(queries, [PRIMARY], resamples=settings.resamples, seed=params.seed)[PRIMARY]
    tails = bootstrap(queries, [PRIMARY], resamples=size, seed=params.seed)[PRIMARY]
    rungs, told = above_impersonal(draws, shown, settings.alpha), estimates(draws, shown, PRIMARY, settings.alpha)
    if users:
        chances = _auroc(pl.concat(screening.values()), settings.resamples, params.seed)
        rungs += above_chance(chances, users, settings.alpha)
        told += estimates(chances, users, AUROC, settings.alpha)
    alarm = {"rings": any(rung["rings"] for rung in rungs), "variants": rungs}
    return {"contrasts.json": diagnoses(tails, shown, settings), "alarm.json": alarm, "estimates.json": told}


def _auroc(scores: pl.DataFrame, resamples: int, seed: int) -> Draws:
    unread = pl.lit(0.5).alias("probability")  # order alone is asked about
    return screening_bootstrap(scores.with_columns(unread), resamples=resamples, seed=seed)[AUROC]


def _scores(params: Params, folder: Path, asked: list[Scored]) -> list[pl.DataFrame]:
    """`variant`, `seed`, `user_id`, `cutoff` and what is kept of each query, a table for each of the asked."""
    evaluation_of.cache_clear()  # those of another run in this process
    tasks = {
        f"diagnostics: the scores of {one.label}": partial(score_once, folder / f"{one.label}.parquet", chosen, change)
        for one, chosen, change in asked
    }
    workers = params.size.diagnostics.workers
    tables = run_each(tasks, workers, params.engine, desc="diagnostics", unit="change").values()
    labels = [pl.lit(one.label).alias("variant") for one, _, _ in asked]
    return [table.select(label, pl.all()) for label, table in zip(labels, tables, strict=True)]


def score_once(path: Path, chosen: Chosen, change: Change) -> pl.DataFrame:
    """Scores all fits under a change in a worker; what an earlier run has finished is not done again.

    Raises:
        UserError: memory is refused.
    """
    if not path.exists():
        with telling(f"diagnostics: the scores of {path.stem}", AGAIN), replacing(path) as temporary:
            _scored(chosen, change).write_parquet(temporary)
    return pl.read_parquet(path)


def _scored(chosen: Chosen, change: Change) -> pl.DataFrame:
    model, kind, parts = chosen.build(change), kind_of(chosen.question), []
    kept, columns = KEPT[chosen.question.kind]
    name = chosen.entry.question
    for window in range(len(read_spans(name).test)):
        evaluation = evaluation_of(name, chosen.question, window)
        changed = replace(evaluation, queries=change.queries(evaluation.queries))
        for number in range(chosen.fits(change)):
            fit = fit_folder(FITS, chosen, change, number)
            parts.append(kind.score(model.load(fit), changed, number)[kept])
    return pl.concat(parts).select("seed", "user_id", "cutoff", *columns)


@cache
def evaluation_of(name: str, question: Question, window: int) -> Any:
    """The evaluation of a window of test; kept for the process, which scores it under each change."""
    return read_window(name, question, window)


def _identity(params: Params, found: list[Chosen]) -> str:
    names = dict.fromkeys(chosen.entry.question for chosen in found)
    inputs = [path for name in names for path in (events_file(name, "test"), queries_file(name, "test"))]
    fits = sorted(path for path in FITS.rglob("*") if path.is_file())
    return identity(fingerprint(params, found), code_of("diagnostics"), *inputs, *fits)
