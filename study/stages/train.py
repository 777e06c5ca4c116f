"""Tunes one variant on train, stop and select, and refits the chosen setting with several seeds. Never reads test."""

import json
import shutil
from pathlib import Path

from study.folders import replacing_folder
from study.models.factory import settings_of
from study.params import Params, load
from study.paths import (
    ASKED,
    CHOSEN,
    SEARCH,
    SELECT,
    code_of,
    cost_file,
    events_file,
    journal_file,
    queries_file,
    run_folder,
    search_file,
    spans_file,
    vocabulary_file,
    write_text,
)
from study.provenance import asked_of, identity, revision
from study.questions.kind import kind_of
from study.scratch import scratch
from study.stages.scored import text_of
from study.tuning import record
from study.tuning.proposals import publish
from study.tuning.search import Search, refit_seeds, search, seconds_spent
from study.tuning.spaces import describe, space_of
from study.tuning.trial import BEST, COST, MODEL


def run(variant: str) -> None:
    """Writes `data/runs/<arm>/<variant>`, the search and one model per seed, and the search as an Optuna journal.

    Raises:
        UserError: every trial failed, another run is at it, or `DOWNFUNNEL_STORAGE` names what cannot be reached.
    """
    params = load()
    record.reach()
    with scratch(Path("train", variant), _fingerprint(params, variant), variant, params.device) as folder:
        found = search(params, variant, folder / "trials")
        best = found.best
        metric = kind_of(params.question_of(variant)).PRIMARY
        where = f"trial {best.number}, round {best.best_round}"
        print(f"{variant}: select {metric} {best.select:.4f} ({where})", flush=True)
        folders = refit_seeds(params, found, folder / "refit")
        _publish(params, variant, folder, found, folders)
        _write_cost(params, variant, folder, folders, found)


def _fingerprint(params: Params, variant: str) -> str:
    entry = params.variants[variant]
    declared = params.question_of(variant), params.features, params.spent(entry.arm), entry
    made_of = [search_file(params.variants[name].runs, name) for name in params.sources(variant)]
    return identity(str(params.seed), *declared, code_of("train", variant), *_inputs(entry.question), *made_of)


def _inputs(question: str) -> list[Path]:
    queries = [queries_file(question, span) for span in ("stop", "select")]
    vocabularies = [vocabulary_file(question, fit_span) for fit_span in ("train", "refit")]
    return [events_file(question, "development"), spans_file(question), *queries, *vocabularies]


def _publish(params: Params, variant: str, work: Path, found: Search, folders: list[Path]) -> None:
    entry = params.variants[variant]
    trial = work / "trials" / str(found.chosen)
    space = space_of(settings_of(entry))
    published = {"space": describe(space), **found.model_dump(), "rounds": found.best.best_round}
    with replacing_folder(run_folder(entry.runs, variant)) as fresh:
        for folder in folders:
            shutil.copytree(folder / MODEL, fresh / folder.name)
        shutil.copytree(trial / BEST, fresh / CHOSEN)
        if (trial / SELECT).exists():
            shutil.copyfile(trial / SELECT, fresh / SELECT)
        write_text(fresh / SEARCH, json.dumps(published, indent=1) + "\n")
        write_text(fresh / ASKED, asked_of(params, variant))
    publish(journal_file(entry.runs, variant), variant, space, found.trials)
    record.publish(f"{params.snapshot.name}/{entry.runs}/{variant}", space, found.trials)


def _write_cost(params: Params, variant: str, work: Path, folders: list[Path], found: Search) -> None:
    """What was measured, by which code and where: outside the promise of equal bits, and no input of `compare`."""
    tune_seconds, tune_mb = seconds_spent(work / "trials")
    refits = [json.loads((folder / COST).read_text(encoding="utf-8")) for folder in folders]
    entry = params.variants[variant]
    positions = params.spent(entry.arm).positions if entry.family == "sequence" else None
    cost = {
        "revision": revision(),
        "device": " and ".join(sorted({refit["device"] for refit in refits})),
        "tune_seconds": tune_seconds,
        "refit_seconds": sum(refit["seconds"] for refit in refits) / len(refits),
        "peak_mb": max(tune_mb, *(refit["peak_mb"] for refit in refits)),
        "parameters": refits[0]["parameters"],
        "positions": None if positions is None else found.best.best_round * positions,
    }
    write_text(cost_file(params.snapshot.name, entry.arm, variant), text_of(cost))
