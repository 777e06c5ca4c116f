"""The effect of a factor at each level of another one with which it interacts: its main effect averages unlike ones."""

import polars as pl

from study.exhibits.markup import code
from study.exhibits.prose import ranging, to_margin
from study.exhibits.records import Effect
from study.exhibits.results import Results
from study.metrics.few_seeds import judge_means_by_student
from study.params.statistics import PRIMARY

Pair = tuple[str, str]
LATE = ", asked when test had been scored"
"""Of the log that the study was made with."""


def interactions(results: Results, factor: str) -> list[Effect]:
    """The settled interactions of two factors of which one is this."""
    pairs = [effect for effect in results.factorial if len(effect.factors) == 2 and factor in effect.factors]
    return [effect for effect in pairs if effect.verdict in ("better", "worse")]


def told(results: Results, factor: str) -> str:
    """What the upper level is worth at each level of the factors that it interacts with, a clause; or nothing.

    Judged by t, all of them as one family.
    """
    groups = {
        (other, level): _pairs(results, factor, other, level)
        for effect in interactions(results, factor)
        for other in effect.factors
        if other != factor
        for level in results.params.factorial.factors[other]
    }
    if not groups or not results.publishes_queries:
        return ""
    cells = [cell for pairs in groups.values() for pair in pairs for cell in pair]
    found = judge_means_by_student(
        results.queries([PRIMARY]).filter(pl.col("variant").is_in(cells)),
        list(groups.values()),
        PRIMARY,
        margin=results.margin,
        alpha=results.params.statistics.alpha,
    )
    told = [
        f"with {code(level)} {ranging(one)}, {one.verdict}{to_margin(one, results.margin)}"
        for (_, level), one in zip(groups, found, strict=True)
    ]
    late = LATE * results.data.is_own
    return f"apart, by t{late}: {'; '.join(told)}"


def sentences(results: Results) -> list[str]:
    """What is told of every factor that interacts with another one, a sentence each."""
    factors = results.params.factorial.factors
    found = {factor: told(results, factor) for factor in factors}
    return [
        f"What {code(upper)} gains over {code(lower)} where it interacts with another factor, {clause}."
        for factor, clause in found.items()
        for lower, upper in [factors[factor]]
        if clause
    ]


def _pairs(results: Results, factor: str, other: str, level: str) -> list[Pair]:
    """The cells of the upper level and of the lower one that are alike in all else, at a level of another factor."""
    plan = results.params.factorial
    place, held = (list(plan.factors).index(name) for name in (factor, other))
    lower, upper = plan.factors[factor]
    cells = {tuple(levels): cell for cell, levels in plan.cells.items() if levels[held] == level}
    below = {at: cell for at, cell in cells.items() if at[place] == lower}
    return [(cells[*at[:place], upper, *at[place + 1 :]], cell) for at, cell in below.items()]
