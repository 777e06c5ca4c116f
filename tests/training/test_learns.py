"""The sequence variants learn what they must: a toy cycle; and a resumed run equals an uninterrupted one."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest
import yaml

from study.events.fold import Fold
from study.events.log import Queries
from study.events.spans import DAY, make_spans
from study.events.split import with_candidates
from study.features.vocabulary import fit_vocabulary
from study.models.factory import build_model
from study.params.load import Params
from tests.tiny import ROOT, tiny_params

CYCLE = 7
PARAMS = Params.model_validate(tiny_params())
QUESTION = PARAMS.questions["categories"]
SEQUENCES = [
    name
    for name, entry in yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["roster"].items()
    if entry["family"] == "sequence"
]
# horizon: a purchase every third day, so that a week holds the next two or three of the cycle
BUDGET = PARAMS.spent("main").model_copy(update={"positions": 12_000})


@pytest.fixture(scope="module")
def fold():
    """Forty users who buy the categories in turn, every third day, each from a phase of their own."""
    first = datetime(2024, 1, 1, 12, tzinfo=UTC)
    rows = [
        (f"u{user}", first + timedelta(days=3 * step), "purchase", f"c{(user + step) % CYCLE}", "p", "d", 1.0, "none")
        for user in range(40)
        for step in range(34)
    ]
    log = pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", *PARAMS.snapshot.attributes], orient="row")
    events = with_candidates(log.cast({"timestamp": pl.Datetime("us", "UTC")}), QUESTION, "UTC", 0)
    vocabulary = fit_vocabulary(events, PARAMS.snapshot, PARAMS.features, ["category"], ["event_type"])
    coded = vocabulary.encode(events)
    spans = make_spans(coded.time.min(), coded.time.max(), "UTC", QUESTION)
    return Fold(coded, spans, int(coded.time.max()) + 1, PARAMS.features)


def top_of(model, fold) -> np.ndarray:
    log = fold.log
    cutoff = fold.end + 5 * DAY // 2  # the next purchase of everyone is half a day away
    queries = Queries(log, cutoff, cutoff, np.arange(len(log.users)))
    scores = model.scores(queries, np.arange(log.known))
    return np.array([log.catalogue[code] for code in scores.argmax(axis=1)])


@pytest.mark.parametrize("variant", SEQUENCES)
def test_the_next_of_a_cycle_is_learned(fold, variant):
    model = build_model(PARAMS.roster[variant], {"batch": 512, "learning_rate": 5e-3, "recency_days": 400.0}, BUDGET)
    rounds = 12 if variant.startswith("flat") else 5
    model.fit(fold, rounds=rounds, seed=1, report=lambda *_: None)
    log = fold.log
    last = [log.catalogue[log.candidate[stop - 1]] for stop in log.offsets[1:]]
    following = [{f"c{(int(name[1:]) + step) % CYCLE}" for step in (1, 2)} for name in last]

    right = np.mean([name in allowed for name, allowed in zip(top_of(model, fold), following, strict=True)])
    assert right > 0.95


@pytest.mark.parametrize("variant", SEQUENCES)
def test_a_resumed_run_equals_an_uninterrupted_one(fold, variant, tmp_path):
    small = BUDGET.model_copy(update={"positions": 1500})
    whole = build_model(PARAMS.roster[variant], {"dropout": 0.2}, small)
    whole.fit(fold, rounds=3, seed=5, report=lambda *_: None)
    first = build_model(PARAMS.roster[variant], {"dropout": 0.2}, small)
    first.fit(fold, rounds=1, seed=5, report=lambda *_: None)
    first.save(tmp_path)
    second = build_model(PARAMS.roster[variant], {"dropout": 0.2}, small).load(tmp_path)
    second.fit(fold, rounds=3, seed=5, report=lambda *_: None)

    for name, tensor in whole.trainer.averaged.state_dict().items():
        assert tensor.equal(second.trainer.averaged.state_dict()[name]), name


def test_a_loss_that_is_no_number_ends_the_fit(fold):
    model = build_model(PARAMS.roster["sum-nextline-softmax"], {"learning_rate": 1e38}, BUDGET)

    with pytest.raises(FloatingPointError, match="training loss"):
        model.fit(fold, rounds=2, seed=1, report=lambda *_: None)
