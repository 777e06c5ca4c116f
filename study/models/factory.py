"""Roster entries to models: loads the module that an entry names."""

from importlib import import_module
from typing import Any

from study.models.base import Recommender
from study.params.base import Frozen
from study.params.budget import Budget
from study.params.roster import AggregateEntry, SequenceEntry, Variant


def settings_of(entry: Variant) -> type[Frozen]:
    """The `Settings` type of the entry's model."""
    settings: type[Frozen] = import_module(entry.modules()[0]).Settings
    return settings


def build_model(entry: Variant, chosen: dict[str, Any], budget: Budget) -> Recommender:
    """The untrained model of an entry with the given settings; those not given have their defaults."""
    module = import_module(entry.modules()[0])
    settings = module.Settings(**chosen)
    if isinstance(entry, SequenceEntry):
        model: Recommender = module.build(entry, settings, budget.positions)
    else:
        model = module.build(entry, settings)
    return model


def cap_of(entry: Variant, budget: Budget) -> int:
    """Rounds that a trial may train for: the same for all of a kind; a rule and a linear model have one."""
    if isinstance(entry, SequenceEntry):
        return budget.rounds
    return budget.boosting_rounds if isinstance(entry, AggregateEntry) and entry.model == "gbdt" else 1
