"""What training reads: folds and the evaluations of stop and select, from the development events alone."""

from dataclasses import dataclass
from functools import cache
from typing import Literal

import polars as pl

from study.events.fold import Fold
from study.events.spans import Spans
from study.events.split import spans_from_json
from study.features.vocabulary import Vocabulary
from study.models.scorer import Evaluation, evaluations, sample
from study.params.features import Features
from study.paths import DEVELOPMENT, FEATURES, SPANS, SPLITS

FitSpan = Literal["train", "refit"]


@dataclass(frozen=True)
class Development:
    """A fit span and, where it is the train span, the windows that come after it."""

    fold: Fold
    stop: list[Evaluation]
    select: list[Evaluation]


def read_spans() -> Spans:
    """The spans that the split wrote."""
    return spans_from_json(SPANS.read_text(encoding="utf-8"))


def read_vocabulary(fit_span: FitSpan) -> Vocabulary:
    """The vocabulary that was fitted on a fit span."""
    return Vocabulary.model_validate_json((FEATURES / f"{fit_span}.json").read_text(encoding="utf-8"))


@cache
def read_development(features: Features, stop_queries: int, seed: int) -> Development:
    """The train span, with stop (at most `stop_queries` queries a window) and select; kept for the process."""
    spans = read_spans()
    log = read_vocabulary("train").encode(pl.read_parquet(DEVELOPMENT))
    end = spans.stop[0].cutoff
    stop = evaluations(log, pl.read_parquet(SPLITS / "stop.parquet"), spans.stop)
    select = evaluations(log, pl.read_parquet(SPLITS / "select.parquet"), spans.select)
    return Development(
        Fold(log.before(end), spans, end, features), [sample(s, stop_queries, seed) for s in stop], select
    )


@cache
def read_refit(features: Features) -> Fold:
    """Everything before the first test cut-off; kept for the process."""
    spans = read_spans()
    log = read_vocabulary("refit").encode(pl.read_parquet(DEVELOPMENT))
    return Fold(log, spans, spans.test[0].cutoff, features)
