"""What the split wrote, as models read it: spans, coded logs and folds of a question."""

from dataclasses import replace
from functools import cache
from typing import Literal

import polars as pl

from study.events.fold import Fold
from study.events.log import Log
from study.events.spans import Spans
from study.events.split import without_young
from study.features.vocabulary import Vocabulary
from study.params.features import Features
from study.params.question import Question, WhoQuestion
from study.paths import events_file, queries_file, spans_file, vocabulary_file
from study.prepared import Prepared, kept, prepared

FitSpan = Literal["train", "refit"]


def read_spans(question: str) -> Spans:
    """The spans that the split wrote."""
    return Spans.of_json(spans_file(question).read_text(encoding="utf-8"))


def read_vocabulary(question: str, fit_span: FitSpan) -> Vocabulary:
    """The vocabulary that was fitted on a fit span."""
    return Vocabulary.model_validate_json(vocabulary_file(question, fit_span).read_text(encoding="utf-8"))


def end_of(fit_span: FitSpan, spans: Spans) -> int:
    """The end of a fit span, microseconds since 1970 UTC."""
    return (spans.stop if fit_span == "train" else spans.test)[0].cutoff


def encoded(events: pl.DataFrame, question: str, fit_span: FitSpan) -> Log:
    """The log of events of the split, coded by what was fitted on a fit span; until its end nothing is young."""
    history = without_young(events, end_of(fit_span, read_spans(question)))
    return read_vocabulary(question, fit_span).encode(history)


def make_fold(log: Log, name: str, question: Question, fit_span: FitSpan, features: Features) -> Fold:
    """The part of a coded log that a fit may see, with the training queries of its question."""
    spans = read_spans(name)
    end = end_of(fit_span, spans)
    days = question.eligible if isinstance(question, WhoQuestion) else None
    return Fold(log.before(end), spans, end, features, eligible_days=days)


@cache
def read_refit(name: str, question: Question, features: Features) -> Fold:
    """Everything before the first test cut-off; kept for the process."""

    def make() -> Fold:
        log = encoded(pl.read_parquet(events_file(name, "development")), name, "refit")
        return make_fold(log, name, question, "refit", features)

    memo = prepared_of(name, "refit", question)
    return replace(kept(memo, "fold", make), features=features, memo=memo.part("fold"))


def prepared_of(name: str, read: Literal[FitSpan, "test"], question: Question) -> Prepared:
    """The memo of what is derived from the events of a question: as far as a search, a refit or `score` reads them."""
    development = events_file(name, "development")
    files = {
        "train": [development, queries_file(name, "stop"), queries_file(name, "select")],
        "refit": [development],
        "test": [development, events_file(name, "test"), queries_file(name, "test")],
    }[read]
    vocabulary = vocabulary_file(name, "train" if read == "train" else "refit")
    return prepared(name, read, question.model_dump_json(), [*files, spans_file(name), vocabulary])
