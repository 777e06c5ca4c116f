"""How much every side may spend: the same for all."""

from pydantic import Field, model_validator

from study.params.base import Frozen


class Budget(Frozen):
    """Equal budgets for every tuned variant.

    `trials` in batches of `batch`; a trial is trained for `rounds` rounds of `positions` positions (sequence
    variants: events or tokens seen in training, padding not counted) or `boosting_rounds` trees. At each share in
    `rungs` of that cap the better half of a batch goes on. Stop is read on at most `stop_queries` queries of each of
    its windows, the same for all. The chosen setting is refitted with `seeds` seeds.
    `workers` processes share the machine, one thread each (-1: one per core).
    """

    trials: int = Field(ge=1)
    batch: int = Field(ge=1)
    rungs: list[float]
    rounds: int = Field(ge=1)
    positions: int = Field(ge=1)
    boosting_rounds: int = Field(ge=1)
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
        if sorted(set(self.rungs)) != self.rungs or not all(0 < rung < 1 for rung in self.rungs):
            raise ValueError("rungs must rise and lie strictly between 0 and 1")
        return self


class Budgets(Frozen):
    """The three sizes of a study."""

    quick: Budget
    default: Budget
    full: Budget
