"""Of whom it is asked: the best variant on select of each family, with its chosen setting, rounds and refits."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

from study.diagnostics.change import Change
from study.diagnostics.plan import UNCHANGED, Subject, changes, unnoticed
from study.models.base import Recommender
from study.models.data import read_vocabulary
from study.models.factory import build_model
from study.models.sources import Source, Sources
from study.params import Params
from study.params.budget import Arm
from study.params.diagnostics import Diagnostics, Family
from study.params.question import Question
from study.params.roster import Composed, Variant
from study.params.statistics import BEST
from study.paths import run_folder

ARM: Arm = "main"
"""The comparison whose best variants are looked at."""


@dataclass(frozen=True)
class Chosen:
    """The variant that stands for a family."""

    params: Params
    family: Family
    source: Source

    @classmethod
    def of(cls, params: Params, family: Family) -> "Chosen":
        """The best of the family on select; its searches are finished."""
        return cls(params, family, Sources(params, ARM).of(BEST + family))

    @property
    def entry(self) -> Variant | Composed:
        """What the roster says of it."""
        return self.params.variants[self.source.variant]

    @property
    def question(self) -> Question:
        """What it answers."""
        return self.params.question_of(self.source.variant)

    def build(self) -> Recommender:
        """The untrained model, with the budget of its own arm."""
        budget, sources = self.params.spent(ARM), Sources(self.params, ARM)
        return build_model(self.entry, self.source.settings, budget, sources)

    @property
    def seeds(self) -> int:
        """How many fits it has under each change."""
        return self.params.spent("diagnostics").seeds if self.entry.is_seeded else 1

    @cached_property
    def refits(self) -> list[Path]:
        """The unchanged refits, which the main arm has made: as many as the changed ones, or all where it has fewer."""
        folders = run_folder(self.entry.runs, self.source.variant).glob("seed-*")
        return sorted(folders, key=lambda path: int(path.name.split("-")[1]))[: self.seeds]

    def plan(self) -> tuple[list[Change], dict[str, str]]:
        """The changes that it is asked about; and those that are left out, with the reason."""
        asked = diagnostics_of(self.params)
        columns = self.question.candidate_columns
        subject = Subject(self.entry, self.build().load(self.refits[0]).parameters() > 0, columns)
        attributes = [name for name in read_vocabulary(self.entry.question, "refit").order if name != "event_type"]
        wanted = [c for c in changes(asked, attributes, self.params.seed) if c.topic in asked.asked[self.family]]
        reasons = {change.name: unnoticed(change, subject) for change in wanted}
        left_out = {name: reason for name, reason in reasons.items() if reason is not None}
        return [change for change in wanted if change.name not in left_out], left_out


def diagnostics_of(params: Params) -> Diagnostics:
    """The section of the arm."""
    return cast("Diagnostics", params.section("diagnostics"))


def subjects(params: Params) -> list[Chosen]:
    """The best of each family that is asked about."""
    return [Chosen.of(params, family) for family in diagnostics_of(params).asked]


def fit_folder(root: Path, chosen: Chosen, change: str, number: int) -> Path:
    """Where the fit of a change with a seed lies below a root."""
    return root / chosen.family / change / f"seed-{number}"


__all__ = ["ARM", "UNCHANGED", "Chosen", "diagnostics_of", "fit_folder", "subjects"]
