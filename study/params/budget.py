"""How much every side may spend: the same for all of an arm."""

from typing import Literal

from pydantic import Field, model_validator

from study.params.base import Frozen

Arm = Literal["main", "catalogue", "young", "who", "tokens", "diagnostics", "worlds"]
"""The comparisons that have a budget of their own."""


class Budget(Frozen):
    """Equal budgets for every tuned variant.

    `trials` in batches of `batch`; a trial is trained for `rounds` rounds of `positions` events (sequence variants,
    padding not counted) or `boosting_rounds` trees. At each share in `rungs` of that cap the better half of a batch
    goes on, and a trial ends when `patience` readings of stop in a row brought nothing better. Stop is read on at most
    `stop_queries` queries of each of its windows, the same for all. What is fitted in one round, counting rules and the
    linear model, has no rungs: all of its trials are read on select. The chosen setting is refitted with `seeds` seeds.
    `workers` processes share the machine, one thread each (-1: one per core).
    """

    trials: int = Field(ge=1)
    batch: int = Field(ge=1)
    rungs: list[float]
    rounds: int = Field(ge=1)
    positions: int = Field(ge=1)
    boosting_rounds: int = Field(ge=1)
    patience: int = Field(ge=1)
    stop_queries: int = Field(ge=1)
    seeds: int = Field(ge=1)
    workers: int

    def rung_rounds(self, cap: int) -> list[int]:
        """The rounds at which trials with that cap are compared, and the cap itself last."""
        return sorted({*(max(1, round(share * cap)) for share in self.rungs), cap})

    @model_validator(mode="after")
    def _rungs_rise(self) -> "Budget":
        if self.trials % self.batch:
            raise ValueError(f"trials ({self.trials}) is no multiple of batch ({self.batch})")
        if self.workers < 1 and self.workers != -1:
            raise ValueError(f"workers: {self.workers} is no number of processes; give 1 or more, or -1 for all cores")
        if sorted(set(self.rungs)) != self.rungs or not all(0 < rung < 1 for rung in self.rungs):
            raise ValueError("rungs must rise and lie strictly between 0 and 1")
        return self


class Size(Frozen):
    """The budget of each arm."""

    main: Budget
    catalogue: Budget
    young: Budget
    who: Budget
    tokens: Budget
    diagnostics: Budget
    worlds: Budget

    def of(self, arm: Arm) -> Budget:
        """The budget of an arm."""
        found: Budget = getattr(self, arm)
        return found


class Budgets(Frozen):
    """The three sizes of a study."""

    quick: Size
    default: Size
    full: Size

    def of(self, size: str) -> Size:
        """The budgets of a size."""
        found: Size = getattr(self, size)
        return found
