"""What a composed variant is made of: the chosen settings and rounds of other variants of its arm."""

from typing import Any

from study.events.fold import Fold
from study.models.base import Recommender
from study.params import Params
from study.params.base import Frozen
from study.params.budget import Compared
from study.paths import CHOSEN, refit_folder, run_folder
from study.searched import chosen_trial, read_search


class Source(Frozen):
    """A variant with the settings and rounds that its own search chose."""

    variant: str
    settings: dict[str, Any]
    rounds: int


class Sources:
    """Looks up the variants of an arm by name, or `best:FAMILY`, the best of a family on select.

    Args:
        fitted: of the run of each variant, the folder with what its own stage has fitted on the very fold, and with
            the very seed, that a composed variant is now fitted with; None where there is no such fit.
    """

    def __init__(self, params: Params, arm: Compared, fitted: str | None = None) -> None:
        self.params, self.arm, self.fitted = params, arm, fitted
        self.budget = params.spent(arm)

    def of(self, side: str) -> Source:
        """The source that a name stands for; its search is finished."""
        names = self.params.candidates(self.arm, side)
        found = [(chosen_trial(read_search(self.params.variants[name].runs, name)), name) for name in names]
        chosen, name = max(found, key=lambda pair: float(pair[0]["select"]))
        return Source(variant=name, settings=chosen["settings"], rounds=chosen["best_round"])

    def fit(self, source: Source, fold: Fold, seed: int) -> Recommender:
        """The source on a fold: as its own stage has fitted it where it has, else fitted here."""
        if self.fitted is None:
            return self.fit_anew(source, fold, seed)
        entry = self.params.variants[source.variant]
        folder = run_folder(entry.runs, source.variant) / self.fitted
        if not entry.is_seeded and self.fitted != CHOSEN:
            folder = refit_folder(folder.parent, 0)
        return self.build(source).load(folder)

    def fit_anew(self, source: Source, fold: Fold, seed: int) -> Recommender:
        """The source, fitted for as many rounds as its search chose."""
        model = self.build(source)
        model.fit(fold, rounds=source.rounds, seed=seed, report=lambda *_: None)
        return model

    def build(self, source: Source) -> Recommender:
        """The untrained model of a source."""
        from study.models.factory import build_model  # noqa: PLC0415 - which builds composed variants from sources

        return build_model(
            self.params.variants[source.variant], source.settings, self.budget, device=self.params.device
        )
