"""What the scores under every change add up to: contrasts with the unchanged fit, and the leak alarm."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from study.diagnostics.change import UNCHANGED
from study.diagnostics.plan import PERMUTED
from study.diagnostics.subjects import IMPERSONAL
from study.metrics.bootstrap import Draws, Floats
from study.metrics.leaderboard import estimate
from study.metrics.verdicts import judge_pairs, percentile_interval
from study.params.statistics import BEST, Statistics

Row = dict[str, Any]
CHANCE = "chance"
"""What variants that screen users are held against."""


@dataclass(frozen=True)
class Diagnosed:
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


def compared(asked: Sequence[Diagnosed]) -> list[Diagnosed]:
    """Those that are held against the unchanged fit of their family.

    Permuted labels are not: it is known beforehand that they ruin a model, and the alarm reads them.
    """
    return [one for one in asked if one.change not in {UNCHANGED, PERMUTED}]


def diagnoses(draws: Draws, asked: Sequence[Diagnosed], settings: Statistics) -> list[Row]:
    """Each changed fit over the unchanged one of its family, with verdicts adjusted over all of them by Holm.

    All are in the plan of `params.yaml`, so none is exploratory; the page says which were asked late.
    """
    told = compared(asked)
    verdicts = judge_pairs(draws, [(one.label, label(one.family, UNCHANGED)) for one in told], settings)
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


def above_impersonal(draws: Draws, asked: Sequence[Diagnosed], alpha: float) -> list[Row]:
    """The leak alarm: does a variant that was fitted to permuted labels beat the best ranking that knows no user?

    It rings if the plain 1 - alpha interval of the difference lies above 0. It is adjusted for nothing: an alarm that
    rings too often is better than one that sleeps.
    """
    base = next(one for one in asked if one.family == IMPERSONAL)
    pairs = [(one, draws.difference(one.label, base.label)) for one in asked if one.change == PERMUTED]
    return [_rung(one, base.variant, *pair, alpha) for one, pair in pairs]


def above_chance(draws: Draws, asked: Sequence[Diagnosed], alpha: float) -> list[Row]:
    """The same of variants that screen users, by their AUROC, which is 0.5 where a ranking knows nothing."""
    permuted = [(one, draws.variants.index(one.label)) for one in asked if one.change == PERMUTED]
    return [
        _rung(one, CHANCE, float(draws.estimates[place]) - 0.5, draws.values[:, place] - 0.5, alpha)
        for one, place in permuted
    ]


def _rung(one: Diagnosed, against: str, effect: float, values: Floats, alpha: float) -> Row:
    low, high = percentile_interval(values, alpha)
    told = {"family": one.family, "variant": one.variant, "against": against, "effect": effect}
    return told | {"low": low, "high": high, "level": 1 - alpha, "rings": low > 0}


def estimates(draws: Draws, asked: Sequence[Diagnosed], metric: str, alpha: float) -> list[Row]:
    """The metric of each variant under each change, with its plain interval."""
    return [{**asdict(one), "metric": metric, **estimate(draws, one.label, alpha)} for one in asked]
