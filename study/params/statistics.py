"""The statistics that are fixed beforehand, and the contrasts that are declared."""

from itertools import product
from typing import Literal, get_args

from pydantic import Field, model_validator

from study.params.base import Frozen
from study.params.budget import Compared

BEST = "best:"
Topic = Literal[
    "counting", "trees", "sequence", "representation", "objective", "loss", "architecture", "head", "hybrid",
    "catalogue", "young",
]  # fmt: skip
"""What a contrast is about: pages group them by it."""
PRIMARY_K = 10
"""How many places of a ranking the primary metric of question `what` counts."""
PRIMARY = f"recall@{PRIMARY_K}"
Outcome = Literal["better", "worse", "equivalent", "undetermined"]
VERDICTS: tuple[Outcome, ...] = get_args(Outcome)
"""What may be said of an effect, in the order of tables."""
POWER = 0.8
"""With which a difference that is called detectable is found."""


class Statistics(Frozen):
    """`margin` is in units of recall@10, `who_margin` in recall among the top 5 % of users.

    `resamples` is for an interval of one metric. A family of contrasts takes as many for each of them, for Holm's
    first step divides alpha by their number: so its tail rests on as many resamples as that of a single test, and so
    do the diagnostics. The worlds take them once (decision 0039).
    """

    resamples: int = Field(ge=100)
    margin: float = Field(gt=0)
    who_margin: float = Field(gt=0)
    alpha: float = Field(gt=0, lt=0.5)

    def margin_of(self, arm: str) -> float:
        """The margin of the primary metric of an arm."""
        return self.who_margin if arm == "who" else self.margin


class Factorial(Frozen):
    """A full factorial of two levels each, from which main effects and interactions are estimated.

    `factors` names the two levels of each factor, the lower one first; `cells` gives each variant its levels, one per
    factor in their order.
    """

    factors: dict[str, tuple[str, str]] = Field(min_length=1)
    cells: dict[str, list[str]]

    @model_validator(mode="after")
    def _is_full(self) -> "Factorial":
        found = sorted(tuple(levels) for levels in self.cells.values())
        if found != sorted(product(*self.factors.values())):
            raise ValueError("cells must name one variant for every combination of the levels of all factors")
        return self


class Contrast(Frozen):
    """The effect of `left` over `right`, two variants of one arm, on the primary metric.

    A side is a variant, or `best:FAMILY`: the variant of that family of the arm that is best on select. Verdicts are
    adjusted for all contrasts of their arm.
    """

    question: Topic
    arm: Compared = "main"
    left: str
    right: str
