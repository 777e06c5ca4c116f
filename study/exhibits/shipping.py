"""What to ship, and what it costs: the contrasts choose, the measured cost breaks ties."""

from study.exhibits import choose
from study.exhibits.markup import code
from study.exhibits.prose import brief, flipped, number, seconds, within
from study.exhibits.records import PRIMARY, Contrast
from study.exhibits.results import Results


def shipped(results: Results) -> tuple[str, Contrast | None]:
    """The variant to ship, and the contrast that says why.

    The best on select of all that are shown to be better than the best counting rule; a cheaper variant that a
    declared contrast calls equivalent to it takes its place. Where nothing is shown to be better, the counting rule.
    """
    against = choose.against_counting(results)
    winners = [contrast for contrast in against if contrast.verdict == "better"]
    if not winners:
        best = results.best_of_each().get("counting")
        rule = against[0].right_variant if against else best.variant if best else results.leaderboard[0].variant
        return rule, None
    chosen = max(winners, key=lambda contrast: results.row(contrast.left_variant).select)
    dear = chosen.left_variant
    told = (_toward(contrast, dear) for contrast in results.contrasts)
    cheaper = [contrast for contrast in told if contrast is not None and _saves(results, contrast)]
    if cheaper:
        least = min(cheaper, key=lambda contrast: results.cost[contrast.left_variant].refit_seconds)
        return least.left_variant, least
    return dear, chosen


def _toward(contrast: Contrast, variant: str) -> Contrast | None:
    """The contrast told of another variant over this one, where it says that they are equivalent."""
    if contrast.verdict != "equivalent" or contrast.left_variant == contrast.right_variant:
        return None
    if contrast.right_variant == variant:
        return contrast
    return flipped(contrast) if contrast.left_variant == variant else None


def _saves(results: Results, contrast: Contrast) -> bool:
    left, right = (results.cost[v].refit_seconds for v in (contrast.left_variant, contrast.right_variant))
    return left < right


def ship(results: Results) -> str:
    """What to ship, at what cost?"""
    variant, reason = shipped(results)
    spent = results.cost[variant]
    cost = (
        f"its search took {seconds(spent.tune_seconds)}, a refit takes {seconds(spent.refit_seconds)} and "
        f"{number(spent.peak_mb, 0)} MB on the machine of this run"
    )
    recall = f"{PRIMARY} {within(results.row(variant).test)}"
    if reason is None:
        return (
            f"{code(variant)} ({recall}), since nothing that was compared with counting is shown to be better; {cost}"
        )
    why = (
        "the cheaper one of two equivalent variants"
        if reason.verdict == "equivalent"
        else "the best on select of what is shown to beat counting"
    )
    return f"{code(variant)} ({recall}), {why}: {brief(reason, results.power.margin)}; {cost}"
