"""The result files as types, one per file; what no page shows is let through unread."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, JsonValue, model_validator

from study.params.statistics import PRIMARY, Outcome

OWN = "study/events/complete_journey.py"
"""The source of the log that the study was made with."""


class Record(BaseModel):
    """A frozen record; keys that no page shows are let through."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Estimate(Record):
    """A mean over test queries with its interval; None of a slice that no query has, and coverage has no interval."""

    estimate: float | None
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

    @property
    def test(self) -> Estimate:
        """The primary metric, recall@10, on test."""
        return self.estimates[PRIMARY]

    @property
    def recall(self) -> float:
        """The estimate of recall@10 on test, which every query has."""
        estimate = self.test.estimate
        assert estimate is not None
        return estimate


class Tested(Record):
    """An effect and its verdict; p values Holm-adjusted over the family, the interval the one that the verdict used."""

    effect: float
    low: float
    high: float
    level: float
    p_difference: float
    p_equivalence: float
    verdict: Outcome

    @property
    def interval(self) -> Estimate:
        """The effect with its interval alone."""
        return Estimate(estimate=self.effect, low=self.low, high=self.high)


class Contrast(Tested):
    """`left` over `right` in recall@10.

    `after_test` says that it was declared after scores of test had been seen, as `params.yaml` has it.
    """

    name: str
    question: str
    left: str
    right: str
    left_variant: str
    right_variant: str
    after_test: bool = False

    @property
    def variants(self) -> tuple[str, str]:
        """The variants of both sides."""
        return self.left_variant, self.right_variant

    @property
    def declared(self) -> tuple[str, str, str]:
        """What two runs share that declare it alike."""
        return self.name, self.left, self.right

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if {"better": self.effect <= 0, "worse": self.effect >= 0}.get(self.verdict):
            raise ValueError(f"{self.name} is called {self.verdict} with an effect of {self.effect:+.4f}")
        return self


def variants_of(contrasts: Iterable[Contrast]) -> list[str]:
    """The variants on the sides of contrasts, each once."""
    return list(dict.fromkeys(variant for one in contrasts for variant in one.variants))


class Diagnosis(Contrast):
    """A variant under a change of the data, `left`, over the same variant as it was, `right`."""

    change: str
    family: str


class Effect(Tested):
    """A main effect or an interaction of the factorial; `levels` the lower and the upper one of each factor."""

    name: str
    factors: list[str]
    levels: list[tuple[str, str]]

    @property
    def declared(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """What two runs share that declare it alike."""
        return tuple(self.factors), tuple(self.levels)


class LossCost(Record):
    """Measured cost of one step of a loss over a catalogue of `candidates`.

    `negatives` of the loss, None where it has none; `options` beside them, as text; `seconds` of a forward and a
    backward pass, `peak_mb` of memory above what the process held before.
    """

    loss: str
    negatives: int | None
    options: str
    candidates: int
    seconds: float
    peak_mb: float


class LossCosts(Record):
    """The measurements, and what was held fixed in all of them."""

    revision: str
    readouts: int
    width: int
    labels: int
    steps: int
    threads: int
    measured: list[LossCost]


class Power(Record):
    """How much the log could show at all, in recall@10 on test; None where a roster has no contrast or no counting.

    `detectable`: with 80 % power; `ceiling`: lost outside the catalogue; `perfect`: faultless; the rest as it is named.
    """

    queries: int
    users: int
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
    """The search of one variant: `rounds` of the chosen trial's best, `last_round` the cap.

    `warm` is the trial whose settings another snapshot chose, where the search began with them.
    """

    space: dict[str, dict[str, JsonValue]]
    trials: list[Trial]
    chosen: int
    rounds: int
    last_round: int
    warm: int | None = None

    @property
    def chosen_trial(self) -> Trial:
        """The trial whose settings were refitted."""
        return next(trial for trial in self.trials if trial.number == self.chosen)


class Window(Record):
    """One window; of a test window only the number of queries is known. `positive_share` is of a question `who`."""

    span: Literal["stop", "select", "test"]
    day: date
    queries: int
    relevant_mean: float | None = None
    repeat_share: float | None = None
    positive_share: float | None = None


class Attribute(Record):
    """An attribute column: distinct values, and the share of events without one."""

    kind: str
    cardinality: int
    missing: float


class Data(Record):
    """The log in numbers, all from before the test span except the numbers of test queries."""

    snapshot: str
    source: str
    question: dict[str, Any] | None = None
    most_events: int | None = None
    young: int = 0
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

    @property
    def is_own(self) -> bool:
        """Whether the log is the one that the study was made with."""
        return self.source == OWN


class Manifest(Record):
    """Where the results come from."""

    snapshot: str
    data_hash: str
    revision: str
    budget: Literal["quick", "default", "full"]
    seed: int
    python: str
    platform: str
    device: str = "cpu"
    blas: str = "unknown"
    versions: dict[str, str]
    params_hash: str
    files: dict[str, str]


class Cost(Record):
    """Measured seconds (of a refit per seed), peak memory, learned parameters, positions offered in training.

    And the revision of the code that trained, and the device of the refits; None in results that are older than that.
    """

    revision: str | None = None
    device: str | None = None
    tune_seconds: float
    refit_seconds: float
    peak_mb: float
    parameters: int | None = None
    positions: int | None = None
