"""Fits the best variant of each family anew, unchanged and under every change of the data. Never reads test."""

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

from study.diagnostics.change import Change
from study.diagnostics.subjects import Chosen, diagnostics_of, fit_folder, subjects
from study.folders import replacing_folder
from study.models.data import read_refit
from study.params import Params, load
from study.paths import PARAMS, RUNS, code_of, events_file, spans_file, vocabulary_file, write_text
from study.provenance import file_hash
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
    sections = [diagnostics_of(params), params.size.diagnostics, params.features]
    parts = [str(params.seed), *(section.model_dump_json() for section in sections)]
    for chosen in found:
        name = chosen.entry.question
        told = (chosen.entry, chosen.source, chosen.question, params.spent(chosen.arm))
        parts += [part.model_dump_json() for part in told]
        parts += [file_hash(path) for path in (events_file(name, "development"), spans_file(name))]
        parts.append(file_hash(vocabulary_file(name, "refit")))
    return hashlib.sha256("\n".join([*parts, file_hash(code_of("diagnose"))]).encode()).hexdigest()[:16]
