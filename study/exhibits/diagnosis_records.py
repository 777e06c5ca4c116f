"""What the diagnostics publish beside their contrasts, as types."""

from dataclasses import dataclass

from study.exhibits.records import OWN, Diagnosis, Estimate, Manifest, Record

FIRST_ASKED = {"hybrid": "recent"}
"""Of the log that the study was made with: the topic that a family was asked first; of all others the effects of the
other families had been seen by then (decisions 77 and 103)."""


class Rung(Record):
    """By how much a variant that was fitted to permuted labels is above what it is held against.

    That is `chance`, an AUROC of 0.5, of variants that screen users; else a variant that knows nothing of a user.
    """

    family: str
    variant: str
    against: str
    effect: float
    low: float
    high: float
    level: float
    rings: bool


class Alarm(Record):
    """The leak alarm: it rings if any variant rings."""

    rings: bool
    variants: list[Rung]


class Reached(Estimate):
    """A metric of a variant under a change."""

    family: str
    variant: str
    change: str
    metric: str


class LeftOut(Record):
    """A change that was not asked of a variant."""

    family: str
    variant: str
    change: str
    reason: str


def with_late(contrasts: list[Diagnosis], source: str) -> list[Diagnosis]:
    """The contrasts, those marked as declared after test that were asked when the effects of others had been seen.

    Args:
        source: of the log; what was seen is that of the log that the study was made with.
    """
    if source != OWN:
        return contrasts
    late = [one.family in FIRST_ASKED and one.question != FIRST_ASKED[one.family] for one in contrasts]
    return [
        one.model_copy(update={"after_test": True}) if is_late else one
        for one, is_late in zip(contrasts, late, strict=True)
    ]


@dataclass(frozen=True)
class Diagnostics:
    """All results of the arm."""

    contrasts: list[Diagnosis]
    alarm: Alarm
    reached: list[Reached]
    left_out: list[LeftOut]
    manifest: Manifest
