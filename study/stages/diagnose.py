"""Fits the best variant of each family anew, unchanged and under every change of the data. Never reads test."""

import hashlib
import json
import shutil
from functools import partial
from pathlib import Path

from tqdm import tqdm

from study.diagnostics.change import Change
from study.diagnostics.subjects import Chosen, diagnostics_of, fit_folder, subjects
from study.folders import replacing_folder
from study.models.data import read_refit
from study.params import Params, load
from study.paths import PARAMS, RUNS, code_of, events_file, spans_file, vocabulary_file, write_text
from study.provenance import file_hash
from study.scratch import scratch
from study.seeds import seed_of
from study.tuning.refused import died, telling
from study.tuning.trial import save_into
from study.tuning.workers import run_all

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
        tasks = [partial(fit_once, fit_folder(folder, c, change, n), c, change, n) for c, change, n in asked]
        done = tqdm(
            run_all(tasks, params.spent("diagnostics").workers, params.engine),
            total=len(tasks),
            desc="diagnose",
            unit="fit",
        )
        for index, is_fitted in done:
            if not is_fitted:
                chosen, change, number = asked[index]
                where = f"{chosen.source.variant} under {change.name}, seed {number}"
                raise died(f"diagnose: {where}")
        _publish(folder, [fit_folder(Path(), c, change, n) for c, change, n in asked])


def fit_once(folder: Path, chosen: Chosen, change: Change, number: int) -> bool:
    """Fits in a worker; what an earlier run has finished is not done again. True when it is there."""
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
    return True


def _publish(folder: Path, fits: list[Path]) -> None:
    with replacing_folder(FITS) as fresh:
        for fit in fits:
            shutil.copytree(folder / fit / "model", fresh / fit)


def fingerprint(params: Params, found: list[Chosen]) -> str:
    """Of all that the fits depend on."""
    sections = [diagnostics_of(params), params.spent("diagnostics"), params.features]
    parts = [str(params.seed), *(section.model_dump_json() for section in sections)]
    for chosen in found:
        name = chosen.entry.question
        told = (chosen.entry, chosen.source, chosen.question, params.spent(chosen.arm))
        parts += [part.model_dump_json() for part in told]
        parts += [file_hash(path) for path in (events_file(name, "development"), spans_file(name))]
        parts.append(file_hash(vocabulary_file(name, "refit")))
    return hashlib.sha256("\n".join([*parts, file_hash(code_of("diagnose"))]).encode()).hexdigest()[:16]
