"""The result files of the worlds as types."""

from dataclasses import dataclass
from typing import Literal

from study.exhibits.records import Estimate, Record
from study.params.statistics import PRIMARY_K, Outcome

FOLLOWING = ("order", "binding", "delay", "shop")
"""The worlds whose key action follows, in *shop* in part, from the attributes of other events, of which a part of the
families is told."""
SAME = 1e-9
"""By so much the gains of the oracle may be beyond chance by rounding alone."""


class Oracle(Record):
    """What the oracle reached, and what its gains promise; `low` and `high` enclose that where it is numerical."""

    recall: Estimate
    expected: float
    low: float | None
    high: float | None


class Reached(Record):
    """A variant: its recall@10, what it has beyond chance, and its share of what can be reached, if anything can.

    `reads_events`: whether it is told the attributes of events that are no key action.
    """

    variant: str
    family: str
    reads_events: bool
    recall: Estimate
    above_chance: float
    beats_oracle: bool
    share: Estimate | None
    seeds: int
    rounds: list[int]
    cap: int

    @property
    def is_unfinished(self) -> bool:
        """Whether the best round of a fit was its last."""
        return self.cap > 1 and self.cap in self.rounds


class Judged(Record):
    """A declared contrast, and whether its verdict is the known truth."""

    name: str
    left: str
    right: str
    truth: Literal["better", "equal"]
    effect: float
    low: float
    high: float
    level: float
    verdict: Outcome
    finding: Literal["right", "wrong", "open"]


class World(Record):
    """The results of a world."""

    revision: str
    budget: str
    world: str
    base: str
    users: int
    events: int
    trained_key_actions: int
    items: int
    queries: int
    relevant: float
    oracle: Oracle
    variants: list[Reached]
    contrasts: list[Judged]

    @property
    def shares(self) -> dict[str, float]:
        """What each variant reaches of the reachable recall, where that is known."""
        known = {row.variant: row.share.estimate for row in self.variants if row.share is not None}
        return {variant: share for variant, share in known.items() if share is not None}

    @property
    def promises_more_than_chance(self) -> bool:
        """Whether the gains of the oracle tell candidates apart."""
        return self.oracle.expected > PRIMARY_K / self.items + SAME

    def is_unlike(self, contrast: Judged) -> bool:
        """Whether one side of a contrast is told what decides and the other is not."""
        told = {row.reads_events for row in self.variants if row.variant in (contrast.left, contrast.right)}
        return self.world in FOLLOWING and len(told) > 1


class Rate(Record):
    """A share of repeats with its Wilson interval."""

    count: int
    of: int
    rate: float
    low: float
    high: float


class Truth(Record):
    """The true effect with its standard error."""

    effect: float
    error: float


class Repeated(Record):
    """A contrast over all repeats; `verdicts_by_t` are those of Student's t, None in a check that did not ask it."""

    left: str
    right: str
    truth: Truth
    verdicts: dict[str, int]
    verdicts_by_t: dict[str, int] | None = None
    right_verdicts: Rate
    false_equivalent: Rate | None
    coverage: Rate
    coverage_of_verdicts: Rate


class Part(Record):
    """One part of the validity check in one world."""

    part: str
    world: str
    users: int
    days: int
    seeds: int
    rounds: int
    positions: int
    boosting_rounds: int
    repeats: int
    fresh_logs: int
    any_false: Rate
    any_false_by_t: Rate | None = None
    contrasts: list[Repeated]
    revision: str
    budget: str


class Validity(Record):
    """The validity check."""

    coverage_level: float
    statistics: dict[str, float]
    parts: list[Part]


@dataclass(frozen=True)
class Worlds:
    """The worlds that have been run, in the order of the page, and the validity check."""

    worlds: list[World]
    validity: Validity | None
