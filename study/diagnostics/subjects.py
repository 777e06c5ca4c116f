"""Of whom it is asked: the best variant on select of each family, with its chosen setting and rounds."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from study.diagnostics.change import UNCHANGED, Change
from study.diagnostics.plan import PERMUTED, Subject, changes, unnoticed
from study.diagnostics.users import FewerSources, learns_by_counts
from study.models.base import Recommender
from study.models.data import read_vocabulary
from study.models.factory import build_model
from study.models.sources import Source, Sources
from study.params import Params
from study.params.budget import Compared
from study.params.diagnostics import Diagnostics, Topic
from study.params.features import Features
from study.params.question import Question
from study.params.roster import HybridEntry, Variant
from study.params.statistics import BEST
from study.paths import refit_folder, run_folder
from study.searched import chosen_select, read_search

MAIN: Compared = "main"
"""The comparison whose best variants are looked at."""
WHO: Compared = "who"
"""The comparison whose best variants the leak alarm looks at too."""
IMPERSONAL = "impersonal"
"""Stands for a family where the best variant that knows nothing of a user is meant."""


@dataclass(frozen=True)
class Chosen:
    """The variant that stands for a group.

    Attributes:
        group: a family of the main arm, `who-` and a family of the who arm, or `IMPERSONAL`.
        topics: what it is asked about.
    """

    params: Params
    arm: Compared
    group: str
    topics: Sequence[Topic]
    source: Source

    @property
    def entry(self) -> Variant:
        """What the roster says of it."""
        return self.params.variants[self.source.variant]

    @property
    def question(self) -> Question:
        """What it answers."""
        return self.params.question_of(self.source.variant)

    @property
    def features(self) -> Features:
        """With as many training queries as the share of the positions that the diagnostics spend on a round."""
        whole = self.params.features
        share = self.params.size.diagnostics.positions / self.params.spent(self.arm).positions
        return whole.model_copy(update={"max_queries": max(round(share * whole.max_queries), 1)})

    def build(self, change: Change) -> Recommender:
        """The untrained model, of the chosen setting; a round has the positions of the diagnostics.

        Under permuted labels it has those of the variant's own arm: a head that starts with a user's own counts has
        to unlearn them, or the leak alarm would ring for what was never learned.
        """
        whole = self.params.spent(self.arm)
        positions = (whole if change.name == PERMUTED else self.params.size.diagnostics).positions
        sources = FewerSources(self.params, self.arm)
        sources.budget = whole.model_copy(update={"positions": positions})
        return build_model(self.entry, self.source.settings, sources.budget, sources, self.params.device)

    def fits(self, change: Change) -> int:
        """How many fits are scored under a change: one where neither the model nor the change draws anything."""
        is_drawn = self.entry.is_seeded or (change.retrains and change.training is not None)
        return self.params.size.diagnostics.seeds if is_drawn else 1

    @property
    def _base(self) -> Variant | None:
        """The variant whose scores a hybrid is told; None for any other."""
        entry = self.entry
        if not isinstance(entry, HybridEntry):
            return None
        return self.params.variants[Sources(self.params, self.arm).of(entry.base).variant]

    def plan(self) -> tuple[list[Change], dict[str, str]]:
        """The changes that it is asked about, none at all first; and those that are left out, with the reason."""
        attributes = [name for name in read_vocabulary(self.entry.question, "refit").order if name != "event_type"]
        by_counts = learns_by_counts(self.entry)
        every = changes(self.params.section(Diagnostics), attributes, self.params.seed, by_counts=by_counts)
        fitted = self.build(every[0]).load(refit_folder(run_folder(self.entry.runs, self.source.variant), 0))
        subject = Subject(self.entry, fitted.parameters() > 0, self.question.candidate_columns, self._base)
        wanted = [change for change in every if change.topic in {UNCHANGED, *self.topics}]
        reasons = {change.name: unnoticed(change, subject) for change in wanted if change.name != UNCHANGED}
        left_out = {name: reason for name, reason in reasons.items() if reason is not None}
        return [change for change in wanted if change.name not in left_out], left_out


def subjects(params: Params) -> list[Chosen]:
    """The best of each family that is asked about, the best without a user, and those that screen users.

    Their searches are finished.
    """
    asked, main, who = params.section(Diagnostics), Sources(params, MAIN), Sources(params, WHO)
    found = [Chosen(params, MAIN, name, topics, main.of(BEST + name)) for name, topics in asked.asked.items()]
    impersonal = max(asked.impersonal, key=lambda name: chosen_select(read_search(params.variant(name).runs, name)))
    found.append(Chosen(params, MAIN, IMPERSONAL, [], main.of(impersonal)))
    screening = [Chosen(params, WHO, f"{WHO}-{name}", ["labels"], who.of(BEST + name)) for name in asked.screened]
    return found + screening


def fit_folder(root: Path, chosen: Chosen, change: Change, number: int) -> Path:
    """Where the fit that is scored under a change lies below a root."""
    return refit_folder(root / chosen.group / change.fit, number)
