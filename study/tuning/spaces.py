"""From the annotations of a model's settings to what Optuna may propose."""

from typing import Any

from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution

from study.params.base import Frozen
from study.params.tuned import Choice, Range


def space_of(settings: type[Frozen]) -> dict[str, BaseDistribution]:
    """The distribution of each tuned setting, in the order of the type; empty for a variant with nothing to tune."""
    space = {}
    for name, field in settings.model_fields.items():
        for mark in field.metadata:
            if isinstance(mark, Range):
                space[name] = _numeric(mark, whole=field.annotation is int)
            elif isinstance(mark, Choice):
                space[name] = CategoricalDistribution(mark.options)
    return space


def _numeric(mark: Range, *, whole: bool) -> BaseDistribution:
    if whole:
        return IntDistribution(int(mark.low), int(mark.high), log=mark.log)
    return FloatDistribution(mark.low, mark.high, log=mark.log)


def describe(space: dict[str, BaseDistribution]) -> dict[str, Any]:
    """The space as plain values: `low`, `high`, `log` or `options` of each setting."""
    return {name: _plain(distribution) for name, distribution in space.items()}


def _plain(distribution: BaseDistribution) -> dict[str, Any]:
    if isinstance(distribution, CategoricalDistribution):
        return {"options": list(distribution.choices)}
    return {name: getattr(distribution, name) for name in ("low", "high", "log")}
