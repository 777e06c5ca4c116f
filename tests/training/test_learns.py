"""What is fitted learns what it must, a toy cycle; and a resumed run equals an uninterrupted one."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from study.events.fold import Fold
from study.events.log import Queries
from study.events.spans import DAY, make_spans
from study.events.split import with_candidates
from study.features.vocabulary import fit_vocabulary
from study.models.factory import build_model
from study.models.sources import Sources
from study.params.load import Params
from study.params.roster import AggregateEntry, SequenceEntry
from study.paths import run_folder, write_text
from tests.tiny import tiny_params

CYCLE, USERS, PURCHASES, EVERY_DAYS = 7, 40, 34, 3
SINCE_LAST = 2.5 * DAY  # when the question is asked, the next purchase of everyone is half a day away
PARAMS = Params.model_validate(tiny_params())
QUESTION = PARAMS.questions["categories"]
SEQUENCES = [
    name
    for name, entry in PARAMS.roster.items()
    # what `products` and `young` add to the main arm are heads, of which each has to learn the cycle too
    if isinstance(entry, SequenceEntry) and (entry.arm == "main" or entry.head.startswith("composed"))
]
AGGREGATES = [name for name, entry in PARAMS.entries("main").items() if isinstance(entry, AggregateEntry)]
ROUNDS = 4
SMALL = {"batch": 256, "learning_rate": 5e-3, "recency_days": 400.0, "warmup_steps": 10, "width": 32}


def covering(variants: list[str]) -> list[str]:
    """Those of which each has a part, or a choice beside its parts, that none before it has."""
    known: set[tuple[str, object]] = set()
    kept = []
    for name in variants:
        entry = PARAMS.roster[name]
        made_of = {*entry.parts().items(), ("budget_in", entry.budget_in), ("prefixes", entry.prefixes)}
        if made_of - known:
            kept.append(name)
        known |= made_of
    return kept


def budget_of(variant: str, events: int):
    """A budget of so many events a round, and of as many tokens as they have where tokens are counted."""
    entry = PARAMS.roster[variant]
    per_event = 1 + len(PARAMS.snapshot.attributes) if entry.budget_in == "positions" else 1
    if "contrastive" in entry.objective:
        per_event *= 5  # two slices of each of a dozen users are positions too, and their loss is learned beside
    return PARAMS.spent("main").model_copy(update={"positions": events * per_event, "rounds": ROUNDS})


@pytest.fixture(scope="module")
def fold():
    """Forty users who buy the categories in turn, every third day, each from a phase of their own."""
    first = datetime(2024, 1, 1, 12, tzinfo=UTC)
    rows = []
    for user in range(USERS):
        for step in range(PURCHASES):
            which = (user + step) % CYCLE
            when = first + timedelta(days=EVERY_DAYS * step)
            rows.append((f"u{user}", when, "purchase", f"c{which}", f"p{which}", "d", 1.0, "none"))
    log = pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", *PARAMS.snapshot.attributes], orient="row")
    events = with_candidates(log.cast({"timestamp": pl.Datetime("us", "UTC")}), QUESTION, "UTC", 0)
    vocabulary = fit_vocabulary(events, PARAMS.snapshot, PARAMS.features, ["category"], ["event_type"])
    coded = vocabulary.encode(events)
    spans = make_spans(coded.time.min(), coded.time.max(), "UTC", QUESTION)
    return Fold(coded, spans, int(coded.time.max()) + 1, PARAMS.features)


def steps_ahead(model, fold, first: int) -> np.ndarray:
    """How many purchases ahead in the cycle the first so many candidates of each user are, [users, first]."""
    log = fold.log
    cutoff = int(log.time.max() + SINCE_LAST)
    queries = Queries(log, cutoff, cutoff, np.arange(len(log.users)))
    scores = model.scores(queries, np.arange(log.known))
    number = np.array([int(name[1:]) for name in log.catalogue])
    last = number[log.candidate[log.offsets[1:] - 1]]
    return (number[np.argsort(-scores, axis=1)[:, :first]] - last[:, None]) % CYCLE


def share_of_the_window(model, fold) -> float:
    """How often the first two candidates are among the three that the next seven days bring, in any order."""
    return float(np.isin(steps_ahead(model, fold, first=2), [1, 2, 3]).mean())


@pytest.mark.parametrize("variant", SEQUENCES)
def test_the_next_of_a_cycle_is_learned(fold, variant):
    entry = PARAMS.roster[variant]
    events = 5000 if entry.objective == "horizon" else 20_000  # one target per readout, not a set
    model = build_model(entry, SMALL, budget_of(variant, events=events))
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    if entry.objective == "horizon":
        assert share_of_the_window(model, fold) > 0.95
    else:
        assert (steps_ahead(model, fold, first=1) == 1).mean() > 0.95


@pytest.mark.parametrize("variant", AGGREGATES)
def test_the_window_of_a_cycle_is_learned_from_aggregates(fold, variant):
    model = build_model(PARAMS.roster[variant], {}, PARAMS.spent("main"))
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    assert share_of_the_window(model, fold) > 0.95


@pytest.mark.parametrize("variant", PARAMS.composed)
def test_the_window_of_a_cycle_is_learned_by_what_is_composed(fold, variant, tmp_path, monkeypatch):
    """Every source brings a search of its own; all but the sequence variants are asked with their defaults."""
    monkeypatch.chdir(tmp_path)
    for name, source in PARAMS.roster.items():
        is_sequence = isinstance(source, SequenceEntry)
        trial = {"number": 0, "settings": SMALL if is_sequence else {}, "select": 0.5, "best_round": ROUNDS}
        search = json.dumps({"chosen": 0, "trials": [trial]})
        write_text(run_folder(source.runs, name) / "search.json", search)
    sources = Sources(PARAMS, "main")
    sources.budget = budget_of("sum-horizon", events=2500)
    model = build_model(PARAMS.composed[variant], {}, sources.budget, sources)
    model.fit(fold, rounds=ROUNDS, seed=1, report=lambda *_: None)

    assert share_of_the_window(model, fold) > 0.95


def saved(model, folder: Path) -> dict[str, bytes]:
    """What a model writes, by file."""
    folder.mkdir()
    model.save(folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("variant", covering(SEQUENCES))
def test_a_run_resumed_after_every_round_equals_an_uninterrupted_one(fold, variant, tmp_path):
    """With pre-training, the second of the four rounds is its last."""
    settings = SMALL | {"dropout": 0.2, "batch": 128}

    def fresh():
        return build_model(PARAMS.roster[variant], settings, budget_of(variant, events=400))

    whole = fresh()
    whole.fit(fold, rounds=ROUNDS, seed=5, report=lambda *_: None)
    resumed = fresh()
    for done in range(1, ROUNDS):
        resumed.fit(fold, rounds=done, seed=5, report=lambda *_: None)
        saved(resumed, tmp_path / str(done))
        resumed = fresh().load(tmp_path / str(done))
    resumed.fit(fold, rounds=ROUNDS, seed=5, report=lambda *_: None)

    assert saved(whole, tmp_path / "whole") == saved(resumed, tmp_path / "resumed")


def test_a_loss_that_is_no_number_ends_the_fit(fold):
    model = build_model(PARAMS.roster["sum-next-line"], {"learning_rate": 1e38}, budget_of("sum-next-line", 2000))

    with pytest.raises(FloatingPointError, match="training loss"):
        model.fit(fold, rounds=2, seed=1, report=lambda *_: None)
