"""What the scores under every change add up to: contrasts with the unchanged refit, and the leak alarm."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from study.diagnostics.plan import PERMUTED, UNCHANGED
from study.metrics.bootstrap import Draws
from study.metrics.verdicts import judge, percentile_interval
from study.params.statistics import BEST, Statistics

Row = dict[str, Any]
BASELINE = "impersonal"
"""Stands for a family where the best variant that knows nothing of a user is meant."""


@dataclass(frozen=True)
class Asked:
    """A variant that stands for its family, under a change of a topic."""

    family: str
    variant: str
    change: str
    topic: str

    @property
    def label(self) -> str:
        """What its scores are called."""
        return label(self.family, self.change)


def label(family: str, change: str) -> str:
    """What the scores of a family under a change are called."""
    return f"{family}, {change}"


def diagnoses(draws: Draws, asked: Sequence[Asked], settings: Statistics) -> list[Row]:
    """Each changed refit over the unchanged one of its family, with verdicts adjusted over all of them by Holm.

    All were declared beforehand, so none is exploratory. Permuted labels are no part of this family: it is known
    beforehand that they ruin a model, and the alarm reads them.
    """
    told = [one for one in asked if one.change not in {UNCHANGED, PERMUTED}]
    if not told:
        return []
    pairs = [draws.difference(one.label, label(one.family, UNCHANGED)) for one in told]
    effects, values = zip(*pairs, strict=True)
    verdicts = judge(list(effects), np.column_stack(values), margin=settings.margin, alpha=settings.alpha)
    return [
        {
            "name": f"{one.family}-{one.change}",
            "question": one.topic,
            "arm": "diagnostics",
            "left": BEST + one.family,
            "right": BEST + one.family,
            "left_variant": one.variant,
            "right_variant": one.variant,
            "family": one.family,
            "change": one.change,
            **asdict(verdict),
        }
        for one, verdict in zip(told, verdicts, strict=True)
    ]


def alarm(draws: Draws, asked: Sequence[Asked], baseline: Asked, alpha: float) -> Row:
    """Whether a variant that was trained on permuted labels beats the best ranking that knows nothing of a user.

    It rings if the plain 1 - alpha interval of the difference lies above 0. It is adjusted for nothing: an alarm that
    rings too often is better than one that sleeps.
    """
    rows = []
    for one in asked:
        if one.change == PERMUTED:
            effect, values = draws.difference(one.label, baseline.label)
            low, high = percentile_interval(values, alpha)
            told = {"effect": effect, "low": low, "high": high, "level": 1 - alpha, "rings": low > 0}
            rows.append({"family": one.family, "variant": one.variant, **told})
    return {"baseline": baseline.variant, "rings": any(row["rings"] for row in rows), "variants": rows}


def estimates(draws: Draws, asked: Sequence[Asked], alpha: float) -> list[Row]:
    """The primary metric of each variant under each change, with its plain interval."""
    rows = []
    for one in asked:
        place = draws.variants.index(one.label)
        low, high = percentile_interval(draws.values[:, place], alpha)
        value = {"estimate": float(draws.estimates[place]), "low": low, "high": high}
        rows.append({"family": one.family, "variant": one.variant, "change": one.change, "topic": one.topic} | value)
    return rows
