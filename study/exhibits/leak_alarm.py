"""The leak alarm: what variants reach that were fitted to labels permuted among the users of a cut-off."""

from collections.abc import Sequence

from study.exhibits.changes import UNCHANGED
from study.exhibits.diagnosis_records import Diagnostics, Reached, Rung
from study.exhibits.diagnostics import CHANCE, METRICS
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import percent, signed, within
from study.exhibits.results import Results

EVEN = 0.5
"""The AUROC of a draw."""
DEAF = "its interval reaches further below its estimate than half of what a fit to its own labels gains over chance"


def leak_alarm(results: Results) -> Html:
    """Whether a variant that was fitted to permuted labels beats the best ranking that knows nothing of a user.

    One that does is a reason to look, not a verdict (decision 16); the page names what else may raise it.
    """
    found = results.diagnostics
    if found is None:
        return Html("")
    if not found.alarm.variants:
        return paragraphs(["No variant was fitted to permuted labels, so the leak alarm says nothing."])
    told = bullets(_rung(row, found.reached) for row in found.alarm.variants)
    ringing = listing([code(row.variant) for row in found.alarm.variants if row.rings])
    if found.alarm.rings:
        lead = f"<strong>The leak alarm rings</strong> for {ringing}: a reason to look, not a verdict."
        return joined([paragraphs([lead], "prose alarm"), told])
    lead = "<strong>The leak alarm is silent</strong>: no interval lies wholly above zero."
    deaf = [code(variant) for variant in hardly_rings(found)]
    why = f" It could hardly have rung for {listing(deaf)}: {DEAF}." if deaf else ""
    return joined([paragraphs([f"{lead}{why}"]), told])


def hardly_rings(found: Diagnostics) -> list[str]:
    """The silent variants that screen users whose interval is so wide that half of what is learned would not ring."""
    honest = {one.family: one.estimate for one in found.reached if one.change == UNCHANGED}
    return [
        row.variant
        for row in found.alarm.variants
        if row.against == CHANCE and not row.rings
        if row.effect - row.low > ((honest[row.family] or EVEN) - EVEN) / 2
    ]


def _rung(row: Rung, reached: Sequence[Reached]) -> str:
    by_change = {one.change: one for one in reached if one.family == row.family}
    honest, metric = by_change[UNCHANGED], METRICS[by_change[UNCHANGED].metric]
    against = "chance" if row.against == CHANCE else code(row.against)
    return (
        f"{code(row.variant)} over {against} {signed(row.effect)} {metric}, {percent(row.level, 2)} interval "
        f"{signed(row.low)} to {signed(row.high)} (with an interval as wide it would ring above "
        f"{signed(row.effect - row.low)}); fitted to its own labels, at the size of the other changes, it reaches "
        f"{within(honest)}"
    )
