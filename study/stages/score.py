"""Scores the test windows with one trained variant: the only stage that reads test."""

import json
from pathlib import Path

import polars as pl

from study.models.base import Recommender
from study.models.data import encoded, read_spans
from study.models.factory import build_model
from study.models.sources import Sources
from study.params import Params, load
from study.paths import events_file, queries_file, replacing, run_folder, score_folder
from study.questions.kind import kind_of
from study.tuning.search import Search

ORDER = ("seed", "cutoff", "user_id", "k")


def run(variant: str) -> None:
    """Writes the tables of the question's kind, of all windows and seeds, to `data/scores/<arm>/<variant>`."""
    params = load()
    entry, kind = params.variants[variant], kind_of(params.question_of(variant))
    name = entry.question
    events = pl.concat([pl.read_parquet(events_file(name, "development")), pl.read_parquet(events_file(name, "test"))])
    log = encoded(events.sort("user_id", "timestamp", maintain_order=True), name, "refit")
    windows = kind.evaluations(log, pl.read_parquet(queries_file(name, "test")), read_spans(name).test)
    parts: dict[str, list[pl.DataFrame]] = {}
    model, folders = _trained(params, variant)
    for evaluation in windows:
        for seed, folder in enumerate(folders):
            model.load(folder)
            for kept, table in kind.score(model, evaluation, seed).items():
                parts.setdefault(kept, []).append(table)
    tables = {kept: pl.concat(found) for kept, found in parts.items()}
    for kept, table in tables.items():
        keys = [column for column in ORDER if column in table.columns]
        with replacing(score_folder(entry.arm, variant) / f"{kept}.parquet") as temporary:
            table.sort(keys).write_parquet(temporary, compression="zstd")
    print(f"{variant}: test {kind.PRIMARY} {kind.headline(tables):.4f}", flush=True)


def _trained(params: Params, variant: str) -> tuple[Recommender, list[Path]]:
    """The model with the chosen settings, and the folder of each seed's weights."""
    entry = params.variants[variant]
    runs = run_folder(entry.runs, variant)
    raw = json.loads((runs / "search.json").read_text(encoding="utf-8"))
    found = Search(**{name: raw[name] for name in Search.model_fields if name in raw})
    folders = sorted(runs.glob("seed-*"), key=lambda path: int(path.name.split("-")[1]))
    sources = Sources(params, entry.arm)
    model = build_model(entry, found.best.settings, params.spent(entry.arm), sources, params.device)
    return model, folders
