"""From the annotations of a model's settings to what Optuna may propose."""

from typing import Any

from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution

from study.params.base import Frozen
from study.params.tuned import Range


def space_of(settings: type[Frozen]) -> dict[str, BaseDistribution]:
    """The distribution of each tuned setting, in the order of the type; empty for a variant with nothing to tune."""
    space = {}
    for name, field in settings.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Range):
                space[name] = _numeric(mark, whole=field.annotation is int)
    return space


def _numeric(mark: Range, *, whole: bool) -> BaseDistribution:
    if whole:
        return IntDistribution(int(mark.low), int(mark.high), log=mark.log)
    return FloatDistribution(mark.low, mark.high, log=mark.log)


def describe(space: dict[str, BaseDistribution]) -> dict[str, Any]:
    """The space as plain values: `low`, `high` and `log` of each setting."""
    return {
        name: {part: getattr(distribution, part) for part in ("low", "high", "log")}
        for name, distribution in space.items()
    }
