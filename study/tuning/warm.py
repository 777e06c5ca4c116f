"""Where a search may begin: what the published search of another snapshot chose."""

import json
from typing import Any

from optuna.distributions import BaseDistribution

from study.params import Params
from study.params.base import Frozen
from study.paths import tuning_file
from study.tuning.spaces import describe


class Chosen(Frozen):
    """The settings of the chosen trial of a variant, and the space that they come from."""

    space: dict[str, Any]
    settings: dict[str, Any]


def chosen_there(params: Params, variant: str) -> Chosen | None:
    """What the snapshot `warm_start` chose for the variant; None where none is named or it was not tuned there."""
    if params.warm_start is None:
        return None
    path = tuning_file(params.warm_start, params.variants[variant].arm)
    found = json.loads(path.read_text(encoding="utf-8")).get(variant) if path.exists() else None
    if found is None or not found["space"]:
        return None
    settings = next(trial["settings"] for trial in found["trials"] if trial["number"] == found["chosen"])
    return Chosen(space=found["space"], settings=settings)


def first_trials(
    chosen: Chosen | None, space: dict[str, BaseDistribution], defaults: dict[str, Any]
) -> list[dict[str, Any]]:
    """The settings that a search begins with: the declared defaults, then those chosen on the other snapshot.

    The latter are left out where they are the defaults, and where the space is no longer the same.
    """
    if chosen is None or chosen.space != describe(space) or chosen.settings == defaults:
        return [defaults]
    return [defaults, chosen.settings]
