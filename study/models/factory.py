"""Roster entries to models: loads the module that an entry names."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from study.device import Device
from study.models.base import Recommender
from study.models.sources import Sources
from study.params.base import Frozen
from study.params.budget import Caps
from study.params.parts import grows_trees
from study.params.roster import ComposedEntry, CountingEntry, SequenceEntry, Variant


def settings_of(entry: Variant) -> type[Frozen]:
    """The `Settings` type of the entry's model; a module whose entries differ in it has a function of that name.

    A module that imports torch has its settings in one of its own, `<module>_settings`: the driver of a search need not
    wait for a library that its workers alone use.
    """
    name = entry.modules()[0]
    apart = f"{name}_settings"
    module = import_module(apart if find_spec(apart) else name)
    settings: type[Frozen] = module.settings_of(entry) if hasattr(module, "settings_of") else module.Settings
    return settings


def build_model(
    entry: Variant,
    chosen: dict[str, Any],
    budget: Caps,
    sources: Sources | None = None,
    device: Device = "auto",
) -> Recommender:
    """The untrained model of an entry with the given settings; those not given have their defaults.

    Args:
        sources: what a composed variant is made of; they know the device of its networks.
        device: of a network; trees and rules have none.
    """
    module = import_module(entry.modules()[0])
    settings = settings_of(entry)(**chosen)
    if isinstance(entry, CountingEntry):
        model: Recommender = module.build(entry, settings)
    elif isinstance(entry, SequenceEntry):
        model = module.build(entry, settings, budget, device)
    else:
        model = module.build(entry, settings, sources if isinstance(entry, ComposedEntry) else budget)
    return model


def cap_of(entry: Variant, budget: Caps) -> int:
    """Rounds that a trial may train for: the same for all of a kind; a rule and a linear model have one."""
    if isinstance(entry, SequenceEntry):
        return budget.rounds
    return budget.boosting_rounds if grows_trees(entry.modules()[0]) else 1
