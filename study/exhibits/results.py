"""The results of one arm on one snapshot: the only thing that an exhibit reads."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import polars as pl

from study import params
from study.errors import UserError
from study.exhibits.diagnosis_records import Alarm, Diagnostics, LeftOut, Reached, with_late
from study.exhibits.marks import MARKS
from study.exhibits.measures import MEASURES, Leads, leads
from study.exhibits.records import Contrast, Cost, Data, Diagnosis, Effect, LossCosts, Manifest, Power, Row, Search
from study.exhibits.result_file import REPRODUCE, manifest_of, read, read_if_made
from study.exhibits.spread import SPREAD, judged_of_ranks
from study.metrics.few_seeds import ByStudent, judge_by_student
from study.params.budget import Budget, Compared
from study.params.question import Question
from study.params.roster import ComposedEntry, CountingEntry
from study.params.statistics import PRIMARY
from study.paths import LOSS_COSTS, PARAMS, RESULTS

STUDY = "run `make study`"
POPULARITY = "popularity"
SEQUENCE = "sequence"
"""The family of variants that are trained on sequences of events."""
QUERIES, FACTORIAL = "queries.parquet", "factorial.json"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Results:
    """The result files of an arm, each read when asked for, and the parameters that they were declared with.

    Attributes:
        root: the results of the snapshot: a folder for each arm, `data` and `cost`.
        is_limited: whether what the parameters do not declare is passed over, where two snapshots are held together.
        opened: results that were opened beside these, so that what is derived of them is derived once.
    """

    root: Path
    params: params.Params
    arm: Compared = "main"
    is_limited: bool = False
    opened: "dict[tuple[Path, Compared], Results]" = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def folder(self) -> Path:
        """The results of the arm."""
        return self.root / self.arm

    @property
    def question(self) -> Question:
        """What the arm's variants answer."""
        return self.params.questions[self.params.asked_by(self.arm)]

    @property
    def margin(self) -> float:
        """The margin of equivalence of the arm's contrasts, in its primary metric."""
        return self.params.statistics.margin_of(self.arm)

    @cached_property
    def budget(self) -> Budget:
        """What each tuned variant of these results was allowed to spend."""
        return self.params.budgets.of(self.manifest.budget).of(self.arm)

    @cached_property
    def leaderboard(self) -> list[Row]:
        """Variants, best on select first."""
        known, rows = self.params.entries(self.arm), self._read("leaderboard.json", list[Row])
        return [row for row in rows if row.variant in known or not self.is_limited]

    @cached_property
    def contrasts(self) -> list[Contrast]:
        """The declared contrasts in their order."""
        known, late = self.params.declared(self.arm), self.params.after_test.get(self.params.snapshot.name, [])
        read_ = self._read("contrasts.json", list[Contrast])
        found = [one for one in read_ if one.name in known or not self.is_limited]
        return [one.model_copy(update={"after_test": True}) if one.name in late else one for one in found]

    @property
    def publishes_queries(self) -> bool:
        """Whether the metrics of every query are published, as in arms that rank candidates."""
        return (self.folder / QUERIES).exists()

    @cached_property
    def by_student(self) -> dict[str, ByStudent]:
        """What a t distribution says of each declared contrast; nothing without queries or a spread."""
        alpha, margin = self.params.statistics.alpha, self.margin
        if self.publishes_queries:
            pairs = [one.variants for one in self.contrasts]
            found = judge_by_student(self.queries([PRIMARY]), pairs, PRIMARY, margin=margin, alpha=alpha)
        elif (path := self.folder / SPREAD).exists():
            found = judged_of_ranks(path, self.contrasts, margin=margin, alpha=alpha)
        else:
            return {}
        return {one.name: by for one, by in zip(self.contrasts, found, strict=True)}

    @cached_property
    def leads(self) -> dict[str, Leads]:
        """What t says of each declared contrast in other measures than recall, by their names; nothing likewise."""
        columns = [column for measure in MEASURES for column in measure.columns]
        alpha = self.params.statistics.alpha
        return leads(self.queries(columns), self.contrasts, alpha=alpha) if self.publishes_queries else {}

    @cached_property
    def power(self) -> Power:
        """Resolution, ceiling and repetition."""
        return self._read("power.json", Power)

    @cached_property
    def tuning(self) -> dict[str, Search]:
        """The search of each variant."""
        return self._read("tuning.json", dict[str, Search])

    @cached_property
    def data(self) -> Data:
        """The data card."""
        return read(self.root / "data" / f"{self.params.asked_by(self.arm)}.json", Data)

    @cached_property
    def manifest(self) -> Manifest:
        """Versions, hashes, seed."""
        return self._read("manifest.json", Manifest)

    @cached_property
    def factorial(self) -> list[Effect]:
        """Main effects and interactions of the declared factorial; none where its cells are of another arm."""
        if not set(self.params.factorial.cells) <= set(self.params.entries(self.arm)):
            return []
        return self._read(FACTORIAL, list[Effect])

    @cached_property
    def diagnostics(self) -> Diagnostics | None:
        """The diagnostics of this snapshot; None where they were not run."""
        folder = self.root / "diagnostics"
        manifest = manifest_of(self.root, "diagnostics")
        if manifest is None:
            return None
        asked, spec = read(folder / "contrasts.json", list[Diagnosis]), self.params.snapshot
        return Diagnostics(
            contrasts=with_late(asked, spec.source) if self.params.after_test.get(spec.name) else asked,
            alarm=read(folder / "alarm.json", Alarm),
            reached=read(folder / "estimates.json", list[Reached]),
            left_out=read(folder / "left_out.json", list[LeftOut]),
            manifest=manifest,
        )

    @cached_property
    def loss_costs(self) -> LossCosts | None:
        """What the losses cost on ever larger catalogues; None where it was not measured."""
        return read_if_made(self.root.parent / LOSS_COSTS.relative_to(RESULTS), LossCosts)

    @cached_property
    def cost(self) -> dict[str, Cost]:
        """What each variant of the leaderboard costs, a composed one with its members (decision 0040)."""
        return {variant: self._with_members(variant, cost) for variant, cost in self.measured.items()}

    def _with_members(self, variant: str, cost: Cost) -> Cost:
        taken = [cost, *(self.measured[member] for member in self.members(variant))]
        summed = {name: sum(getattr(one, name) for one in taken) for name in ("tune_seconds", "refit_seconds")}
        return cost.model_copy(update=summed)

    def members(self, variant: str) -> list[str]:
        """The variants that one is composed of, those best on select where it is made of the best; none of others."""
        entry = self.params.variants[variant]
        return [self.stands_for(side) for side in (entry.sources() if isinstance(entry, ComposedEntry) else [])]

    def stands_for(self, side: str) -> str:
        """The variant that a side, a member or a base names: by its name, or as the best of a family on select."""
        selects = {row.variant: row.select for row in self.leaderboard}
        return max(self.params.candidates(self.arm, side), key=selects.__getitem__)

    @cached_property
    def measured(self) -> dict[str, Cost]:
        """What the stage of each variant of the leaderboard measured."""
        folder = self.root / "cost" / self.arm
        return {row.variant: read(folder / f"{row.variant}.json", Cost) for row in self.leaderboard}

    def queries(self, columns: list[str]) -> pl.DataFrame:
        """`variant`, `seed`, `user_id`, `cutoff` and the asked metric columns, one row per variant, seed and query."""
        path = self.folder / QUERIES
        try:
            return pl.read_parquet(path, columns=["variant", "seed", "user_id", "cutoff", *columns])
        except (OSError, pl.exceptions.PolarsError) as error:
            raise UserError(f"{path}: {str(error).splitlines()[0]}; {REPRODUCE}") from None

    def row(self, variant: str) -> Row:
        """The leaderboard's line of a variant."""
        return self._found("leaderboard.json", variant, {row.variant: row for row in self.leaderboard})

    def at_popularity(self, variant: str) -> bool:
        """Whether a sequence variant has not left popularity: it gains less than the margin over the rule on select."""
        gain = self.over_popularity(variant)
        return self.row(variant).family == SEQUENCE and gain is not None and gain < self.margin

    def over_popularity(self, variant: str) -> float | None:
        """What a variant has on select beyond the rule of popularity; None in an arm without that rule."""
        entries = self.params.entries(self.arm)
        rules = [name for name, one in entries.items() if isinstance(one, CountingEntry) and one.rule == POPULARITY]
        return self.row(variant).select - self.row(rules[0]).select if rules else None

    def marks(self, variant: str) -> list[str]:
        """What is to be said of how far a variant was trained: none where its curve flattened above popularity."""
        found = (self.row(variant).unfinished, self.at_popularity(variant), self.is_a_round_short(variant))
        return [mark for mark, is_told in zip(MARKS, found, strict=True) if is_told]

    def training(self, variant: str) -> str:
        """The marks as text."""
        return ", ".join(self.marks(variant))

    def is_a_round_short(self, variant: str) -> bool:
        """Whether a sequence variant was best one round before the end: its refit is a round shorter than others'."""
        row, search = self.row(variant), self.search(variant)
        return row.family == SEQUENCE and not row.unfinished and search.rounds == search.last_round - 1

    def search(self, variant: str) -> Search:
        """The search of a variant."""
        return self._found("tuning.json", variant, self.tuning)

    def about(self, *questions: str) -> list[Contrast]:
        """The contrasts that belong to these questions."""
        return [contrast for contrast in self.contrasts if contrast.question in questions]

    def best_of_each(self) -> dict[str, Row]:
        """The best variant on select of each family, the best family first."""
        best: dict[str, Row] = {}
        for row in self.leaderboard:
            best.setdefault(row.family, row)
        return best

    def check(self) -> None:
        """Compares the files with the parameters.

        Raises:
            UserError: the roster, the contrasts or the snapshot are not those that the results come from.
        """
        known = {row.variant for row in self.leaderboard}
        pairs: list[tuple[str, set[str], set[str]]] = [
            ("leaderboard.json", set(self.params.entries(self.arm)), known),
            ("contrasts.json", set(self.params.declared(self.arm)), {contrast.name for contrast in self.contrasts}),
            ("manifest.json", {self.params.snapshot.name}, {self.manifest.snapshot}),
        ]
        for file, declared, found in pairs:
            for name in sorted(declared ^ found):
                where = "lacks" if name in declared else "has, unlike params.yaml,"
                raise UserError(f"{self.folder / file}: it {where} '{name}'; {REPRODUCE}")
        for contrast in self.contrasts:
            for side in ("left_variant", "right_variant"):
                if (variant := getattr(contrast, side)) not in known:
                    place = f"{self.folder / 'contrasts.json'}: {side} of {contrast.name}"
                    raise UserError(f"{place}: '{variant}' is not on the leaderboard; {REPRODUCE}")

    def beside(self, arm: Compared) -> "Results | None":
        """The results of an arm on the same log, this one itself among them; None where it has not been run on it.

        Raises:
            UserError: there are results, but broken ones or those of other parameters.
        """
        if arm == self.arm:
            return self
        if (self.root, arm) not in self.opened and manifest_of(self.root, arm) is not None:
            other = replace(self, arm=arm)
            other.check()
            self.opened[self.root, arm] = other
        return self.opened.get((self.root, arm))

    def every(self) -> "list[Results]":
        """This one, then those of every other arm that was run, in the order of the roster."""
        return [self, *filter(None, (self.beside(arm) for arm in self.params.arms if arm != self.arm))]

    def _found(self, file: str, name: str, known: dict[str, Found]) -> Found:
        if name not in known:
            raise UserError(f"{self.folder / file}: '{name}' is missing; it has: {', '.join(known)}; {REPRODUCE}")
        return known[name]

    def _read(self, file: str, kind: type[Found]) -> Found:
        return read(self.folder / file, kind)


def load() -> Results:
    """The results of the arm main on the snapshot that `params.yaml` names, found consistent with it.

    Raises:
        UserError: a file is missing, broken or does not belong to these parameters, or the arm has no variant.
    """
    declared = params.load()
    if "main" not in declared.arms:
        raise UserError(f"{PARAMS}: roster: no variant is of the arm main, which the report is about; put one back")
    results = Results(RESULTS / declared.snapshot.name, declared)
    if not results.folder.is_dir():
        raise UserError(f"{results.folder}: the arm main, which the report begins with, has not been run; {STUDY}")
    results.check()
    return results
