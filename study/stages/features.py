"""Fits vocabularies and bins: once on train, for tuning, and once on everything before test, for the refit."""

import polars as pl

from study.events.spans import refuse_long_warmup
from study.events.split import TIME, without_young
from study.features.vocabulary import fit_vocabulary
from study.models.data import FitSpan, end_of, read_spans
from study.params import load
from study.paths import events_file, vocabulary_file, write_text

FIT_SPANS: tuple[FitSpan, ...] = ("train", "refit")


def run(name: str) -> None:
    """Writes `data/features/<question>/train.json` and `refit.json`.

    Raises:
        UserError: the warm-up leaves no window to train on.
    """
    params = load()
    question = params.question(name)
    events, spans = pl.scan_parquet(events_file(name, "development"), glob=False), read_spans(name)
    refuse_long_warmup(spans, params.features.warmup_days, name, question)
    for fit_span in FIT_SPANS:
        end = end_of(fit_span, spans)
        history = without_young(events, end).filter(TIME.lt(end))
        vocabulary = fit_vocabulary(
            history, params.snapshot, params.features, question.candidate_columns, question.fixed
        )
        write_text(vocabulary_file(name, fit_span), vocabulary.model_dump_json(indent=1))
