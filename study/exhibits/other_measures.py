"""What contrasts in recall are worth in nDCG, which also asks how far up the relevant candidates stand."""

from collections.abc import Sequence

import polars as pl

from study.exhibits.markup import code, listing
from study.exhibits.prose import signed
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.metrics.few_seeds import judge_by_student

METRIC, TOLD = "ndcg@10", "nDCG@10"
FEWEST = 2
"""Users without whom there is no spread among them."""


def effect(results: Results, contrast: Contrast) -> float | None:
    """Left less right, by the leaderboard; None in an arm without that metric."""
    found = [results.row(variant).estimates.get(METRIC) for variant in contrast.variants]
    left, right = (None if one is None else one.estimate for one in found)
    return None if left is None or right is None else left - right


def gains(results: Results, against: Sequence[Contrast]) -> str:
    """By how much what is shown to beat the best counting rule in recall leads it in nDCG, a clause; or nothing."""
    winners = [contrast for contrast in against if contrast.verdict == "better"]
    found = {one.left_variant: value for one in winners if (value := effect(results, one)) is not None}
    if not found:
        return ""
    told = listing([f"{signed(value)} ({code(variant)})" for variant, value in found.items()])
    rule = code(winners[0].right_variant)
    return (
        f"in {TOLD}, which also asks how far up the relevant ones stand, what beats {rule} has {told} over it, by "
        f"estimates, which no contrast tests{_by_t(shown_by_t(results, winners), winners)}"
    )


def _by_t(shown: set[str] | None, winners: Sequence[Contrast]) -> str:
    """Which of these leads t shows; nothing where it cannot be asked."""
    if shown is None:
        return ""
    if not shown:
        return "; by t none of these leads is shown"
    if len(shown) == len(winners):
        return "; by t each of these leads is shown"
    which = listing([code(one.left_variant) for one in winners if one.name in shown])
    lead, is_ = ("lead", "is") if len(shown) == 1 else ("leads", "are")
    return f"; by t the {lead} of {which} alone {is_} shown"


def shown_by_t(results: Results, winners: Sequence[Contrast]) -> set[str] | None:
    """The contrasts whose left side is shown to lead in nDCG, by t, Holm over these; exploratory.

    None where it cannot be asked: without queries, or of a single user.
    """
    if not winners or not results.publishes_queries:
        return None
    sides = [variant for one in winners for variant in one.variants]
    rows = results.queries([METRIC]).filter(pl.col("variant").is_in(sides))
    if rows["user_id"].n_unique() < FEWEST:
        return None
    alpha, pairs = results.params.statistics.alpha, [one.variants for one in winners]
    found = judge_by_student(rows, pairs, METRIC, margin=results.margin, alpha=alpha)
    leads = [(one.name, (effect(results, one) or 0.0) > 0) for one in winners]
    return {name for (name, is_ahead), by in zip(leads, found, strict=True) if is_ahead and by.p_difference < alpha}


def is_no_gain(results: Results, contrast: Contrast, shown: set[str] | None) -> str:
    """That a winner is not shown to lead in nDCG by t or, where that cannot be asked, does not by the estimate."""
    value = effect(results, contrast)
    if value is None:
        return ""
    if shown is not None:
        return "" if contrast.name in shown else f"not shown in {TOLD}"
    return f"not ahead in {TOLD}" if value <= 0 else ""
