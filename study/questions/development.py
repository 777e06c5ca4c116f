"""What a search reads: the train span, and the windows of stop and select that come after it. Never test."""

from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import polars as pl

from study.events.fold import Fold
from study.models.data import encoded, make_fold, prepared_of, read_spans
from study.params import Params
from study.params.features import Features
from study.params.question import Question
from study.paths import events_file, queries_file
from study.prepared import Prepared, kept
from study.questions.kind import kind_of


@dataclass(frozen=True)
class Development:
    """The train span, and the evaluations of stop and select."""

    fold: Fold
    stop: list[Any]
    select: list[Any]


def read_development(params: Params, variant: str) -> Development:
    """What the search of a variant reads, of stop a sample of its budget; kept for the process."""
    entry = params.variants[variant]
    stop_queries = params.spent(entry.arm).stop_queries
    return read_windows(entry.question, params.question_of(variant), params.features, stop_queries, params.seed)


@cache
def read_windows(name: str, question: Question, features: Features, stop_queries: int, seed: int) -> Development:
    """The same for a question, with at most `stop_queries` queries of each stop window."""
    memo = prepared_of(name, "train", question)
    data = kept(memo, "development", partial(_whole, name, question, features))
    kind = kind_of(question)
    return Development(
        fold=replace(data.fold, features=features, memo=memo.part("fold")),
        stop=[
            kind.sample(remembering(one, memo.part(f"stop-{number}")), stop_queries, seed)
            for number, one in enumerate(data.stop)
        ],
        select=[remembering(one, memo.part(f"select-{number}")) for number, one in enumerate(data.select)],
    )


def remembering(evaluation: Any, memo: Prepared) -> Any:
    """The evaluation, with a memo for what models derive from its queries."""
    return replace(evaluation, queries=replace(evaluation.queries, memo=memo))


def _whole(name: str, question: Question, features: Features) -> Development:
    kind, spans = kind_of(question), read_spans(name)
    log = encoded(pl.read_parquet(events_file(name, "development")), name, "train")
    stop = kind.evaluations(log, pl.read_parquet(queries_file(name, "stop")), spans.stop)
    select = kind.evaluations(log, pl.read_parquet(queries_file(name, "select")), spans.select)
    return Development(make_fold(log, name, question, "train", features), stop, select)
