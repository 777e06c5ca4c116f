"""The result files of one snapshot as types: the only thing that an exhibit reads."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import polars as pl
from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError

from study import params
from study.errors import UserError
from study.paths import RESULTS

REPRODUCE = "run `dvc repro`"
Found = TypeVar("Found")
Verdict = Literal["better", "worse", "equivalent", "undetermined"]


class Record(BaseModel):
    """A frozen record; keys that no page shows are let through."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Estimate(Record):
    """A mean over test queries with its interval, which coverage has not."""

    estimate: float
    low: float | None = None
    high: float | None = None


class Row(Record):
    """A variant's line of the leaderboard; `select` is what chose its settings."""

    variant: str
    family: str
    seeds: int
    tuned: bool
    select: float
    unfinished: bool
    estimates: dict[str, Estimate]


class Contrast(Record):
    """`left` over `right` in recall@10; p values Holm-adjusted, the interval the one that its verdict used."""

    name: str
    question: str
    left: str
    right: str
    left_variant: str
    right_variant: str
    effect: float
    low: float
    high: float
    level: float
    p_difference: float
    p_equivalence: float
    verdict: Verdict


class Power(Record):
    """How much the log could show at all, in recall@10 on test; None where a roster has no contrast or no counting.

    `detectable` with 80 % power, `ceiling` lost to candidates outside the catalogue, `perfect` that of a faultless
    ranking, `counting` and `best` those of the variants that are best on select, `repeat_share` of relevant candidates.
    """

    queries: int
    users: int
    margin: float
    detectable: float | None
    ceiling: float
    perfect: float
    counting: float | None
    best: float | None
    repeat_share: float


class Trial(Record):
    """One trial: `curve` and `losses` are (rounds, value) pairs of stop recall@10 and of the training loss."""

    number: int
    batch: int
    settings: dict[str, JsonValue]
    state: Literal["complete", "pruned", "failed"]
    curve: list[tuple[float, float]]
    losses: list[tuple[float, float]]
    select: float | None
    reason: str | None = None


class Search(Record):
    """The search of one variant: `rounds` of the chosen trial's best, `last_round` the cap."""

    space: dict[str, dict[str, JsonValue]]
    trials: list[Trial]
    chosen: int
    rounds: int
    last_round: int

    @property
    def chosen_trial(self) -> Trial:
        """The trial whose settings were refitted."""
        return next(trial for trial in self.trials if trial.number == self.chosen)


class Window(Record):
    """One window; of a test window only the number of queries is known."""

    span: Literal["stop", "select", "test"]
    day: date
    queries: int
    users: int | None = None
    relevant_mean: float | None = None
    repeat_share: float | None = None


class Attribute(Record):
    """An attribute column: distinct values, and the share of events without one."""

    kind: str
    cardinality: int
    missing: float


class Data(Record):
    """The log in numbers, all from before the test span except the numbers of test queries."""

    snapshot: str
    source: str
    users: int
    events: int
    first: str
    last: str
    timezone: str
    event_types: dict[str, int]
    attributes: dict[str, Attribute]
    windows: list[Window]
    days: list[tuple[date, int]]
    active_days_median: float
    catalogue: int
    events_per_user: dict[str, float]
    candidates_top: list[tuple[str, int]]


class Manifest(Record):
    """Where the results come from."""

    snapshot: str
    data_hash: str
    revision: str
    budget: Literal["quick", "default", "full"]
    seed: int
    python: str
    platform: str
    versions: dict[str, str]
    params_hash: str
    files: dict[str, str]


class Cost(Record):
    """Measured seconds (refit and score per seed), peak memory, learned parameters, positions seen in training."""

    tune_seconds: float
    refit_seconds: float
    score_seconds: float
    peak_mb: float
    parameters: int | None = None
    positions: int | None = None


@dataclass(frozen=True)
class Results:
    """The result files in `folder` and the parameters that they were declared with; each file is read when asked for."""

    folder: Path
    params: params.Params

    @cached_property
    def leaderboard(self) -> list[Row]:
        """Variants, best on select first."""
        return self._read("leaderboard.json", list[Row])

    @cached_property
    def contrasts(self) -> list[Contrast]:
        """The declared contrasts in their order."""
        return self._read("contrasts.json", list[Contrast])

    @cached_property
    def power(self) -> Power:
        """Resolution and headroom."""
        return self._read("power.json", Power)

    @cached_property
    def tuning(self) -> dict[str, Search]:
        """The search of each variant."""
        return self._read("tuning.json", dict[str, Search])

    @cached_property
    def data(self) -> Data:
        """The data card."""
        return self._read("data.json", Data)

    @cached_property
    def manifest(self) -> Manifest:
        """Versions, hashes, seed."""
        return self._read("manifest.json", Manifest)

    @cached_property
    def cost(self) -> dict[str, Cost]:
        """Measured cost of each variant of the leaderboard."""
        return {row.variant: self._read(f"cost/{row.variant}.json", Cost) for row in self.leaderboard}

    def queries(self, columns: list[str]) -> pl.DataFrame:
        """`variant`, `seed`, `user_id`, `cutoff` and the asked metric columns, one row per variant, seed and query."""
        path = self.folder / "queries.parquet"
        try:
            return pl.read_parquet(path, columns=["variant", "seed", "user_id", "cutoff", *columns])
        except (OSError, pl.exceptions.PolarsError) as error:
            raise UserError(f"{path}: {str(error).splitlines()[0]}; {REPRODUCE}") from None

    def row(self, variant: str) -> Row:
        """The leaderboard's line of a variant."""
        return self._found("leaderboard.json", variant, {row.variant: row for row in self.leaderboard})

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
        pairs: list[tuple[str, set[str], set[str]]] = [
            ("leaderboard.json", set(self.params.roster), {row.variant for row in self.leaderboard}),
            ("contrasts.json", set(self.params.contrasts), {contrast.name for contrast in self.contrasts}),
            ("manifest.json", {self.params.snapshot.name}, {self.manifest.snapshot}),
        ]
        for file, declared, found in pairs:
            for name in sorted(declared ^ found):
                where = "lacks" if name in declared else "has, unlike params.yaml,"
                raise UserError(f"{self.folder / file}: it {where} '{name}'; {REPRODUCE}")

    def _found(self, file: str, name: str, known: dict[str, Found]) -> Found:
        if name not in known:
            raise UserError(f"{self.folder / file}: '{name}' is missing; it has: {', '.join(known)}; {REPRODUCE}")
        return known[name]

    def _read(self, file: str, kind: Any) -> Any:
        path = self.folder / file
        try:
            return TypeAdapter(kind).validate_python(json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            raise UserError(f"{path}: no such file; {REPRODUCE}") from None
        except (ValidationError, ValueError) as error:
            raise UserError(f"{path}: {' '.join(str(error).split())}; {REPRODUCE}") from None


def load() -> Results:
    """The results of the snapshot that `params.yaml` names, found consistent with it.

    Raises:
        UserError: a file is missing, broken or does not belong to these parameters.
    """
    declared = params.load()
    results = Results(RESULTS / declared.snapshot.name, declared)
    results.check()
    return results
