"""A toy log: users who buy the categories in turn, and how well a model has learned it."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from study.events.fold import Fold
from study.events.log import Queries
from study.events.spans import DAY, make_spans
from study.events.split import with_candidates
from study.features.vocabulary import fit_vocabulary
from study.params.load import Params
from study.params.roster import SequenceEntry
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


def cycle():
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


def scores_of(model, fold) -> np.ndarray:
    """The scores of all candidates half a day before everyone's next purchase, [users, candidates]."""
    cutoff = int(fold.log.time.max() + SINCE_LAST)
    queries = Queries(fold.log, cutoff, cutoff, np.arange(len(fold.log.users)))
    return model.scores(queries, np.arange(fold.log.known))


def steps_ahead(model, fold, first: int) -> np.ndarray:
    """How many purchases ahead in the cycle the first so many candidates of each user are, [users, first]."""
    log, scores = fold.log, scores_of(model, fold)
    number = np.array([int(name[1:]) for name in log.catalogue])
    last = number[log.candidate[log.offsets[1:] - 1]]
    return (number[np.argsort(-scores, axis=1)[:, :first]] - last[:, None]) % CYCLE


def share_of_the_window(model, fold) -> float:
    """How often the first two candidates are among the three that the next seven days bring, in any order."""
    return float(np.isin(steps_ahead(model, fold, first=2), [1, 2, 3]).mean())
