"""The changes that are asked about, and which of them a variant cannot notice."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

from study.diagnostics.attributes import without
from study.diagnostics.change import UNCHANGED, Change
from study.diagnostics.labels import permuting
from study.diagnostics.noise import with_noise
from study.diagnostics.order import shuffled
from study.diagnostics.recent import last_events
from study.diagnostics.steady import steady
from study.diagnostics.users import fewer_events, fewer_queries
from study.events.log import Log
from study.params.diagnostics import Diagnostics
from study.params.roster import SequenceEntry, Variant

PERMUTED = "labels-permuted"


@dataclass(frozen=True)
class Subject:
    """What a change is asked of.

    Attributes:
        learns: whether the variant fits anything at all.
        candidate_columns: the columns that the candidate is made of.
        base: the variant whose scores are among its features, of a hybrid.
    """

    entry: Variant
    learns: bool
    candidate_columns: list[str]
    base: Variant | None = None


def changes(asked: Diagnostics, attributes: list[str], seed: int, *, by_counts: bool) -> list[Change]:
    """Every change, in the order of the report; none at all first.

    Args:
        attributes: the columns that can be dropped.
        seed: of the study.
        by_counts: whether the variant learns from counts as of training cut-offs, not from the events themselves.
    """
    fewer = fewer_queries if by_counts else fewer_events
    order = partial(_timeless, rewrite=shuffled, seed=seed)
    found = [
        Change(UNCHANGED, UNCHANGED, retrains=True),
        Change("order-at-test", "order", retrains=False, history=order),
        Change("order-retrained", "order", retrains=True, history=order),
        Change("no-time", "time", retrains=True, history=steady),
    ]
    for count in asked.last_events:
        last = partial(_timeless, rewrite=last_events, count=count)
        found.append(Change(f"last-{count}", "recent", retrains=False, history=last))
    for name in attributes:
        dropped = partial(_timeless, rewrite=without, attribute=name)
        found.append(Change(f"without-{name}", "attributes", retrains=True, history=dropped))
    for count in asked.noise_attributes:
        noise = partial(_timeless, rewrite=with_noise, attributes=count, values=asked.noise_values, seed=seed)
        found.append(Change(f"noise-{count}", "noise", retrains=True, history=noise))
    for share in asked.user_shares:
        found.append(Change(f"users-{100 * share:g}", "users", retrains=True, training=partial(fewer, share=share)))
    return [*found, Change(PERMUTED, "labels", retrains=True, training=permuting)]


def unnoticed(change: Change, subject: Subject) -> str | None:
    """Why the change would leave this variant as it is, or cannot be asked of it; None where it can."""
    family, dropped = subject.entry.family, change.name.removeprefix("without-")
    drops = change.topic == "attributes" and dropped in subject.candidate_columns
    counts, tokens = family == "counting", _says(subject.base or subject.entry, "objective", "CLASSES") == "tokens"
    events_alone = change.topic in {"attributes", "noise"} and _reads_events_alone(subject.entry)
    reasons = {
        "a counting rule reads candidates alone": counts and change.topic in {"attributes", "noise"},
        "a counting rule learns from no label set": counts and change.topic == "labels",
        "the rule fits nothing": not subject.learns
        and change.retrains
        and (change.history is None or change.topic == "order"),
        "aggregates read the candidate, not the columns that it is made of": family == "aggregates" and drops,
        "its classes are tokens, and those of the candidates are dropped": tokens and drops,
        "it reads no history": events_alone and _says(subject.entry, "architecture", "IS_BLIND"),
        "of an event it reads the candidate alone": events_alone
        and not drops
        and _says(subject.entry, "representation", "READS_CANDIDATE_ALONE"),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _reads_events_alone(entry: Variant) -> bool:
    """Whether what a sequence variant reads of attributes, and how much of a history, is up to its events alone.

    A composed head reads those of candidates, and the more attributes there are, the fewer events fit into tokens.
    """
    return _says(entry, "representation", "LAYOUT") == "event" and not _says(entry, "head", "COMPOSES")


def _says(entry: Variant, kind: str, name: str) -> Any:
    """What the part of that kind says of itself; None where it does not, or the entry has no parts."""
    return getattr(import_module(entry.parts()[kind]), name, None) if isinstance(entry, SequenceEntry) else None


def _timeless(log: Log, _: int, __: int, *, rewrite: Callable[..., Log], **given: Any) -> Log:
    """A `Rewrite` that is alike whenever the log ends."""
    return rewrite(log, **given)
