"""Main effects and interactions of a full factorial of two levels, from the resamples of its cells."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import combinations
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.metrics.bootstrap import Draws
from study.metrics.verdicts import judge
from study.params.statistics import Factorial, Statistics

Row = dict[str, Any]
Floats = NDArray[np.float64]


def factorial_effects(plan: Factorial, draws: Draws, settings: Statistics) -> list[Row]:
    """Every main effect, then every interaction, with interval and verdict; a family of its own under Holm.

    A main effect is the mean of the cells at the upper level of the factor less the mean at the lower one. An
    interaction of two factors is how much the effect of the one grows when the other goes from its lower to its upper
    level, over the remaining factors; one of three, how much the interaction of two grows with the third. These are
    two and four times what Box, Hunter and Hunter call by these names (Statistics for Experimenters, 2nd ed., 2005,
    chapter 5), who halve them to give all one standard error where cells are independent: here the size is what is
    read, and held against the margin, at the price of a greater error.

    Args:
        plan: factors, their levels, and the levels of each cell.
        draws: of the primary metric; every cell is one of its variants.
        settings: margin and alpha.

    Returns:
        Rows `name`, `factors`, `levels` (lower and upper of each factor) and what `Verdict` has.
    """
    cells = list(plan.cells)
    at = [draws.variants.index(cell) for cell in cells]
    chosen = list(_subsets(list(plan.factors)))
    signs = np.array([[_sign(plan, cell, names) for names in chosen] for cell in cells])
    weights = signs * [2 ** len(names) for names in chosen] / len(cells)
    effects: Floats = draws.estimates[at] @ weights
    resampled = draws.values[:, at] @ weights
    verdicts = judge(
        effects.tolist(),
        resampled,
        users=draws.users,
        margin=settings.margin,
        alpha=settings.alpha,
        most=[2.0 ** (len(names) - 1) for names in chosen],
    )
    return [
        {
            "name": " x ".join(factors),
            "factors": list(factors),
            "levels": [list(plan.factors[factor]) for factor in factors],
            **asdict(verdict),
        }
        for factors, verdict in zip(chosen, verdicts, strict=True)
    ]


def _subsets(factors: list[str]) -> Iterator[tuple[str, ...]]:
    """Each factor, then each pair of them, and so on."""
    for size in range(1, len(factors) + 1):
        yield from combinations(factors, size)


def _sign(plan: Factorial, cell: str, factors: tuple[str, ...]) -> float:
    """The product over the factors of +1 where the cell is at the upper level and -1 where it is at the lower one."""
    levels = dict(zip(plan.factors, plan.cells[cell], strict=True))
    return float(prod(1 if levels[factor] == plan.factors[factor][1] else -1 for factor in factors))
