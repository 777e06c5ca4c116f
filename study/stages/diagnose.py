"""Fits the best variant of each family anew, unchanged and under every change of the data. Never reads test."""

import json
import shutil
from functools import partial
from pathlib import Path
from typing import Any

from study.diagnostics.change import Change
from study.diagnostics.subjects import Chosen, fit_folder, subjects
from study.folders import replacing_folder
from study.models.data import read_refit
from study.params import Params, load
from study.params.diagnostics import Diagnostics
from study.paths import (
    PARAMS,
    RUNS,
    code_of,
    events_file,
    search_file,
    spans_file,
    vocabulary_file,
    write_text,
)
from study.provenance import identity
from study.scratch import scratch
from study.seeds import seed_of
from study.tuning.refused import telling
from study.tuning.trial import save_into
from study.tuning.workers import run_each

FITTED = "fitted.json"
FITS = RUNS / "diagnostics"


def run() -> None:
    """Writes `data/runs/diagnostics/<family>/<change>/seed-<n>`."""
    params = load()
    found = subjects(params)
    with scratch(Path("diagnose"), fingerprint(params, found), "diagnose", params.device) as folder:
        asked = [
            (chosen, change, number)
            for chosen in found
            for change in chosen.plan()[0]
            if change.retrains
            for number in range(chosen.fits(change))
        ]
        fits = {fit_folder(Path(), *one): one for one in asked}
        tasks = {f"diagnose: {fit}": partial(fit_once, folder / fit, *one) for fit, one in fits.items()}
        run_each(tasks, params.size.diagnostics.workers, params.engine, desc="diagnose", unit="fit")
        _publish(folder, list(fits))


def fit_once(folder: Path, chosen: Chosen, change: Change, number: int) -> Path:
    """Fits in a worker, into the folder; what an earlier run has finished is not done again."""
    if not (folder / FITTED).exists():
        params, model = chosen.params, chosen.build(change)
        seed = seed_of(params.seed, "refit", number)  # the same under every change: equal starts and batches
        where = f"diagnose: {chosen.source.variant} under {change.name}, seed {number}"
        with telling(where, f"the section diagnostics of {PARAMS} asks for it"):
            fold = change.fold(read_refit(chosen.entry.question, chosen.question, chosen.features), seed)
            model.fit(fold, rounds=chosen.source.rounds, seed=seed, report=lambda *_: None)
        folder.mkdir(parents=True, exist_ok=True)
        save_into(model, folder / "model")
        write_text(folder / FITTED, json.dumps({"parameters": model.parameters()}) + "\n")
    return folder


def _publish(folder: Path, fits: list[Path]) -> None:
    with replacing_folder(FITS) as fresh:
        for fit in fits:
            shutil.copytree(folder / fit / "model", fresh / fit)


def fingerprint(params: Params, found: list[Chosen]) -> str:
    """Of all that the fits depend on."""
    parts: list[Any] = [params.section(Diagnostics), params.size.diagnostics, params.features]
    for chosen in found:
        name = chosen.entry.question
        parts += [chosen.entry, chosen.source, chosen.question, params.spent(chosen.arm)]
        parts += [events_file(name, "development"), spans_file(name), vocabulary_file(name, "refit")]
        for source in params.sources(chosen.source.variant):  # what a hybrid is told is fitted anew as well
            parts += [params.variants[source], search_file(params.variants[source].runs, source)]
    return identity(str(params.seed), *parts, code_of("diagnose"))
