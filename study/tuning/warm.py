"""Where a search may begin: what the published search of another snapshot chose."""

import json
from datetime import date, datetime
from typing import Any

from optuna.distributions import BaseDistribution

from study.errors import UserError
from study.params import Params
from study.params.base import Frozen
from study.paths import data_card_file, tuning_file
from study.searched import chosen_trial
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
    return Chosen(space=found["space"], settings=chosen_trial(found)["settings"])


def refuse_later(params: Params, variant: str) -> None:
    """Whether the other snapshot chose its settings before this one's first test cut-off.

    Its weeks of select would otherwise be weeks that are tested here, and the settings would have seen test.

    Raises:
        UserError: it chose something later, or no data card tells when.
    """
    if params.warm_start is None or chosen_there(params, variant) is None:
        return
    chose, tested = _cutoffs(params, params.warm_start, params.variants[variant].question)
    if chose > tested:
        raise UserError(
            f"params.yaml: warm_start: '{params.warm_start}' chose its settings by weeks up to {chose}, but this "
            f"snapshot is tested from {tested} on; begin from an older one"
        )


def _cutoffs(params: Params, other: str, name: str) -> tuple[date, date]:
    """The first test cut-offs of the other snapshot and of this one, by their data cards, in the time of the log.

    A card from before that was told has days alone. They do, unless the horizon is a number of minutes: then they are
    those of a stretched clock.
    """
    question, path = params.question(name), data_card_file(other, name)
    if not path.exists():
        raise UserError(f"params.yaml: warm_start: '{other}' has no {path}, which tells when it chose")
    cards = [
        json.loads(card.read_text(encoding="utf-8")) for card in (path, data_card_file(params.snapshot.name, name))
    ]
    told = [card.get("tested_from", "") for card in cards]
    if question.sessions or None in told:
        raise UserError(
            "params.yaml: warm_start: sessions are laid side by side, so that no time tells those that were chosen by "
            "from those that are tested; set warm_start: null"
        )
    if all(told):
        chose, tested = map(datetime.fromisoformat, told)
        return chose, tested
    if question.horizon_minutes is not None:
        raise UserError(
            f"params.yaml: warm_start: {path} does not tell when it chose, since its days are not those of the log; "
            f"run '{other}' again, or set warm_start: null"
        )
    days = [[window["day"] for window in card["windows"] if window["span"] == "test"] for card in cards]
    chose_day, tested_day = (date.fromisoformat(min(some)) for some in days)
    return chose_day, tested_day


def first_trials(
    chosen: Chosen | None, space: dict[str, BaseDistribution], defaults: dict[str, Any]
) -> list[dict[str, Any]]:
    """The settings that a search begins with: the declared defaults, then those chosen on the other snapshot.

    The latter are left out where they are the defaults, and where the space is no longer the same.
    """
    if chosen is None or chosen.space != describe(space) or chosen.settings == defaults:
        return [defaults]
    return [defaults, chosen.settings]
