"""The statistics that are fixed beforehand, and the contrasts that are declared."""

from typing import Literal

from pydantic import Field

from study.params.base import Frozen


class Statistics(Frozen):
    """`margin` is in units of the primary metric, recall@10."""

    resamples: int = Field(ge=100)
    margin: float = Field(gt=0)
    alpha: float = Field(gt=0, lt=0.5)


class Contrast(Frozen):
    """The effect of `left` over `right` on the primary metric.

    A side is a variant, or `best:GROUP`: the variant of that group that is best on select.
    """

    question: Literal["counting", "trees", "sequence", "representation", "objective", "loss"]
    left: str
    right: str
