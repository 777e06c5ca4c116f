"""Scores the test windows with one trained variant; beside it the diagnostics alone read test, to score as well."""

from functools import cache, partial
from pathlib import Path
from typing import Any

import polars as pl

from study.events.log import Log
from study.failures import AGAIN
from study.models.base import Recommender
from study.models.data import encoded, prepared_of, read_spans
from study.models.factory import build_model
from study.models.sources import Sources
from study.params import Params, load
from study.params.question import Question
from study.paths import events_file, queries_file, refit_folders, replacing, run_folder, score_folder
from study.prepared import kept
from study.questions.development import remembering
from study.questions.kind import kind_of
from study.searched import chosen_trial, read_search
from study.tuning.refused import telling
from study.tuning.workers import run_each

ORDER = ("seed", "cutoff", "user_id", "k")


def run(variant: str) -> None:
    """Writes the tables of the question's kind, of all windows and seeds, to `data/scores/<arm>/<variant>`.

    Raises:
        UserError: a worker died every time.
    """
    params = load()
    entry = params.variants[variant]
    count, workers = len(read_spans(entry.question).test), params.spent(entry.arm).workers
    tasks = {
        f"{variant}: window {number} of test": partial(score_window, params, variant, number) for number in range(count)
    }
    parts = list(run_each(tasks, workers, params.engine, desc=f"{variant}: test", unit="window").values())
    tables = {name: pl.concat([part[name] for part in parts]) for name in parts[0]}
    for name, table in tables.items():
        keys = [column for column in ORDER if column in table.columns]
        with replacing(score_folder(entry.arm, variant) / f"{name}.parquet") as temporary:
            table.sort(keys).write_parquet(temporary, compression="zstd")
    kind = kind_of(params.question_of(variant))
    print(f"{variant}: test {kind.PRIMARY} {kind.headline(tables):.4f}", flush=True)


def score_window(params: Params, variant: str, number: int) -> dict[str, pl.DataFrame]:
    """The tables of one window of test, of every seed; in a worker.

    Raises:
        UserError: memory is refused.
    """
    question = params.question_of(variant)
    kind = kind_of(question)
    with telling(f"{variant}: window {number} of test", AGAIN):
        evaluation = read_window(params.variants[variant].question, question, number)
        model, folders = _trained(params, variant)
        parts = [kind.score(model.load(folder), evaluation, seed) for seed, folder in enumerate(folders)]
    return {name: pl.concat([part[name] for part in parts]) for name in parts[0]}


def read_window(name: str, question: Question, number: int) -> Any:
    """The evaluation of a window of test."""
    memo = prepared_of(name, "test", question)

    def make() -> Any:
        return kind_of(question).evaluations(*_read_test(name), [read_spans(name).test[number]])[0]

    return remembering(kept(memo, number, make), memo.part(f"window-{number}"))


@cache
def _read_test(name: str) -> tuple[Log, pl.DataFrame]:
    """The log of a question with the events of test, and the queries of its windows; kept for the process."""
    events = pl.concat([pl.read_parquet(events_file(name, "development")), pl.read_parquet(events_file(name, "test"))])
    log = encoded(events.sort("user_id", "timestamp", maintain_order=True), name, "refit")
    return log, pl.read_parquet(queries_file(name, "test"))


def _trained(params: Params, variant: str) -> tuple[Recommender, list[Path]]:
    """The model with the chosen settings, and the folder of each seed's weights."""
    entry = params.variants[variant]
    folders = list(refit_folders(run_folder(entry.runs, variant)).values())
    sources = Sources(params, entry.arm)
    settings = chosen_trial(read_search(entry.runs, variant))["settings"]
    model = build_model(entry, settings, params.spent(entry.arm), sources, params.device)
    return model, folders
