"""The statistics that are fixed beforehand, and the contrasts that are declared."""

from typing import Literal

from pydantic import Field

from study.params.base import Frozen
from study.params.budget import Arm

BEST = "best:"
Topic = Literal[
    "counting", "trees", "sequence", "representation", "objective", "loss", "architecture", "head", "hybrid",
    "catalogue", "young", "who", "factor",
]  # fmt: skip
"""What a contrast is about: pages group them by it."""


class Statistics(Frozen):
    """`margin` is in units of the primary metric, recall@10."""

    resamples: int = Field(ge=100)
    margin: float = Field(gt=0)
    alpha: float = Field(gt=0, lt=0.5)


class Contrast(Frozen):
    """The effect of `left` over `right`, two variants of one arm, on the primary metric.

    A side is a variant, or `best:GROUP`: the variant of that group of the arm that is best on select. Verdicts are
    adjusted for all contrasts of their arm.
    """

    question: Topic
    arm: Arm = "main"
    left: str
    right: str
