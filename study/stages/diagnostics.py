"""Scores test under every change of the data, and publishes what each has cost the best variant of each family."""

import hashlib
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl
from tqdm import tqdm

from study.diagnostics.change import Change
from study.diagnostics.findings import BASELINE, Asked, alarm, diagnoses, estimates
from study.diagnostics.plan import UNCHANGED
from study.diagnostics.subjects import ARM, Chosen, diagnostics_of, fit_folder, subjects
from study.errors import UserError
from study.metrics.bootstrap import bootstrap
from study.metrics.leaderboard import PRIMARY, chosen_select
from study.models.data import encoded, read_spans
from study.models.scorer import Evaluation
from study.models.sources import Sources
from study.params import Params, load
from study.params.question import Question
from study.paths import code_of, events_file, queries_file, replacing
from study.provenance import file_hash
from study.questions.kind import kind_of
from study.stages.arm_manifest import publish
from study.stages.diagnose import FITS, fingerprint, scratch
from study.stages.scored import read_searches, text_of
from study.tuning.workers import die_with_parent, run_all

SAME = Change(UNCHANGED, "order", retrains=False)
Scored = tuple[Asked, Chosen, Change]
Row = dict[str, Any]


def run() -> None:
    """Writes `data/results/<snapshot>/diagnostics/`: contrasts, alarm, estimates, what was left out, manifest."""
    params = load()
    found, asked, left_out = subjects(params), list[Scored](), list[Row]()
    for chosen in found:
        changes, reasons = chosen.plan()
        asked += [(_named(chosen.family, chosen, change), chosen, change) for change in [SAME, *changes]]
        told = {"family": chosen.family, "variant": chosen.source.variant}
        left_out += [told | {"change": name, "reason": reason} for name, reason in reasons.items()]
    base = impersonal(params)
    with scratch("diagnostics", _identity(params, found)) as folder:
        queries = _scores(params, folder, [*asked, (_named(BASELINE, base, SAME), base, SAME)])
    settings = params.statistics
    draws = bootstrap(queries, [PRIMARY], resamples=settings.resamples, seed=params.seed)[PRIMARY]
    shown = [one for one, _, _ in asked]
    files = {
        "contrasts.json": text_of(diagnoses(draws, shown, settings)),
        "alarm.json": text_of(alarm(draws, shown, _named(BASELINE, base, SAME), settings.alpha)),
        "estimates.json": text_of(estimates(draws, shown, settings.alpha)),
        "left_out.json": text_of(left_out),
    }
    publish(params, "diagnostics", files, [diagnostics_of(params), settings])


def impersonal(params: Params) -> Chosen:
    """The best on select of the variants that know nothing of a user."""
    names, searches = diagnostics_of(params).impersonal, read_searches(params, ARM)
    for name in names:
        params.variant(name)
    best = max(names, key=lambda name: chosen_select(searches[name]))
    return Chosen(params, "counting", Sources(params, ARM).of(best))


def _named(family: str, chosen: Chosen, change: Change) -> Asked:
    return Asked(family, chosen.source.variant, change.name, change.topic)


def _scores(params: Params, folder: Path, asked: list[Scored]) -> pl.DataFrame:
    """`variant`, `seed`, `user_id`, `cutoff` and the primary metric under every change, in the order asked."""
    evaluations.cache_clear()  # those of another run in this process
    tasks = [partial(score_once, folder / f"{one.label}.parquet", chosen, change) for one, chosen, change in asked]
    done: dict[int, pl.DataFrame] = {}
    scored = run_all(tasks, params.spent("diagnostics").workers)
    for index, table in tqdm(scored, total=len(tasks), desc="diagnostics", unit="change"):
        if table is None:
            raise UserError(f"diagnostics: the worker that scored {asked[index][0].label} died twice")
        done[index] = table.select(pl.lit(asked[index][0].label).alias("variant"), pl.all())
    return pl.concat(done[index] for index in range(len(asked)))


def score_once(path: Path, chosen: Chosen, change: Change) -> pl.DataFrame:
    """Scores all fits under a change in a worker; what an earlier run has finished is not done again."""
    die_with_parent()
    if not path.exists():
        model, kind = chosen.build(), kind_of(chosen.question)
        folders = [fit_folder(FITS, chosen, change.name, number) for number in range(chosen.seeds)]
        parts = []
        for evaluation in evaluations(chosen.entry.question, chosen.question):
            changed = replace(evaluation, queries=change.queries(evaluation.queries))
            for number, fit in enumerate(folders if change.retrains else chosen.refits):
                parts.append(kind.score(model.load(fit), changed, number)["metrics"])
        with replacing(path) as temporary:
            pl.concat(parts).select("seed", "user_id", "cutoff", PRIMARY).write_parquet(temporary)
    return pl.read_parquet(path)


@cache
def evaluations(name: str, question: Question) -> list[Evaluation]:
    """The test windows of a question; kept for the process."""
    events = pl.concat([pl.read_parquet(events_file(name, "development")), pl.read_parquet(events_file(name, "test"))])
    log = encoded(events.sort("user_id", "timestamp", maintain_order=True), name, "refit")
    return kind_of(question).evaluations(log, pl.read_parquet(queries_file(name, "test")), read_spans(name).test)


def _identity(params: Params, found: list[Chosen]) -> str:
    name = found[0].entry.question
    inputs = [code_of("diagnostics"), events_file(name, "test"), queries_file(name, "test")]
    fits = sorted(path for path in FITS.rglob("*") if path.is_file())
    parts = [fingerprint(params, found), *map(file_hash, [*inputs, *fits])]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
