"""What a composed variant is made of: the chosen settings and rounds of other variants of its arm."""

import json
from typing import Any

from study.models.base import Recommender
from study.params import Params
from study.params.base import Frozen
from study.params.budget import Arm
from study.paths import run_folder


class Source(Frozen):
    """A variant with the settings and rounds that its own search chose."""

    variant: str
    settings: dict[str, Any]
    rounds: int


class Sources:
    """Looks up the variants of an arm by name, or `best:GROUP`, the best of a group on select."""

    def __init__(self, params: Params, arm: Arm) -> None:
        self.params, self.arm = params, arm
        self.budget = params.spent(arm)

    def of(self, side: str) -> Source:
        """The source that a name stands for; its search is finished."""
        found = [(self._search(name), name) for name in self.params.candidates(self.arm, side)]
        chosen, name = max(found, key=lambda pair: float(pair[0]["select"]))
        return Source(variant=name, settings=chosen["settings"], rounds=chosen["best_round"])

    def _search(self, variant: str) -> dict[str, Any]:
        folder = run_folder(self.params.variants[variant].runs, variant)
        search = json.loads((folder / "search.json").read_text(encoding="utf-8"))
        chosen: dict[str, Any] = next(trial for trial in search["trials"] if trial["number"] == search["chosen"])
        return chosen

    def build(self, source: Source) -> Recommender:
        """The untrained model of a source."""
        from study.models.factory import build_model  # noqa: PLC0415 - which builds composed variants from sources

        return build_model(
            self.params.variants[source.variant], source.settings, self.budget, device=self.params.device
        )
