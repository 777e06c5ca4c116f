"""How much every side may spend: the same for all of an arm."""

from typing import Annotated, Literal, Protocol, get_args, overload

from pydantic import AfterValidator, Field, model_validator

from study.params.base import Frozen

Compared = Literal["main", "catalogue", "young", "who"]
COMPARED: tuple[Compared, ...] = get_args(Compared)
"""The arms that have variants of their own, as dvc.yaml lists them; a roster may leave one out."""
Arm = Literal["main", "catalogue", "young", "who", "tokens", "diagnostics", "worlds"]
"""All arms: each has a budget of its own."""
Count = Annotated[int, Field(ge=1)]


def _processes(workers: int) -> int:
    if workers < 1 and workers != -1:
        raise ValueError(f"{workers} is no number of processes; give 1 or more, or -1 for all cores")
    return workers


Workers = Annotated[int, AfterValidator(_processes)]
"""Processes that share the machine, one thread each (-1: one per core)."""


class Rounds(Protocol):
    """The cap of a network: `rounds` rounds of `positions` events, padding not counted."""

    @property
    def rounds(self) -> int:
        """At most."""

    @property
    def positions(self) -> int:
        """Of a round."""


class Caps(Rounds, Protocol):
    """The cap of a network or of trees."""

    @property
    def boosting_rounds(self) -> int:
        """Trees, at most."""


class Budget(Frozen):
    """Equal budgets for every tuned variant.

    `trials` in batches of `batch`; a trial is trained for `rounds` rounds of `positions` events (sequence variants,
    padding not counted) or `boosting_rounds` trees. At each share in `rungs` of that cap the better half of a batch
    goes on, and a trial ends when `patience` readings of stop in a row brought nothing better. Stop is read on at most
    `stop_queries` queries of each of its windows, the same for all. What is fitted in one round, counting rules and the
    linear model, has no rungs: all of its trials are read on select. The chosen setting is refitted with `seeds` seeds.
    """

    trials: Count
    batch: Count
    rungs: list[float]
    rounds: Count
    positions: Count
    boosting_rounds: Count
    patience: Count
    stop_queries: Count
    seeds: Count
    workers: Workers

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


class TokensBudget(Frozen):
    """Of the token accounting: every twin is trained for all rounds, and losses are read of at most `users` users."""

    rounds: Count
    positions: Count
    users: Count
    seeds: Count
    workers: Workers


class DiagnosticsBudget(Frozen):
    """Of the diagnostics: fits of as many rounds as their search chose, each of `positions` events."""

    positions: Count
    seeds: Count
    workers: Workers


class WorldsBudget(Frozen):
    """Of the worlds, where nothing is tuned: every fit has all rounds; `Budget` says what they are read on."""

    rounds: Count
    positions: Count
    boosting_rounds: Count
    stop_queries: Count
    seeds: Count
    workers: Workers


class Size(Frozen):
    """The budget of each arm."""

    main: Budget
    catalogue: Budget
    young: Budget
    who: Budget
    tokens: TokensBudget
    diagnostics: DiagnosticsBudget
    worlds: WorldsBudget

    @overload
    def of(self, arm: Compared) -> Budget: ...

    @overload
    def of(self, arm: Arm) -> Frozen: ...

    def of(self, arm: Arm) -> Frozen:
        """The budget of an arm."""
        found: Frozen = getattr(self, arm)
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
