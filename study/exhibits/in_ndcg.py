"""What contrasts in recall are worth in nDCG, which also asks how far up the relevant candidates stand: estimates."""

from collections.abc import Sequence

from study.exhibits.markup import code, listing
from study.exhibits.prose import signed
from study.exhibits.records import Contrast
from study.exhibits.results import Results

METRIC, TOLD = "ndcg@10", "nDCG@10"


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
        "estimates, which no contrast tests"
    )


def is_no_gain(results: Results, contrast: Contrast) -> str:
    """That a winner does not lead in nDCG by the estimate, where it does not; or nothing."""
    value = effect(results, contrast)
    return f"not ahead in {TOLD}" if value is not None and value <= 0 else ""
