"""Whether order matters: the answer that Findings and the page Architecture and order are about."""

from collections.abc import Sequence

from study.exhibits import choose, scope
from study.exhibits.answer import Answer, Told, in_turn, of, semicolons
from study.exhibits.changes import TELLING, is_of_order
from study.exhibits.clauses import evidence, hedged, limited, together
from study.exhibits.diagnostics import as_contrast, smaller
from study.exhibits.markup import code
from study.exhibits.prose import bracketed, count, flipped, plural, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.source import missing

WORDS = {
    "causal": "causal attention",
    "bidirectional": "attention to both sides",
    "gru": "recurrence",
    "mean_pool": "an average by age",
}
"""What architectures do with the order of events, in words; another one is told by its name."""
RETRAINED = f", {TELLING['order-retrained']}"
PERHAPS_RECENCY = "what readers of the order lose may be recency alone, which no contrast tells apart"
UNORDERED = "of models that read ages and no order of events, so that recency is all they lose"


def order(results: Results) -> Answer:
    """Does it help to know in which order the events came? Mean pool has no order but weighs events by their age."""
    reads = {"reads_order": True}
    kept: list[Contrast] = choose.about(results, reads, {"reads_order": False, "is_blind": None}, "architecture")
    readers, blind = (_named(some(results, kept, "architecture")) for some in (scope.lefts, scope.rights))
    others = choose.about(results, reads, reads, "architecture")
    shuffled = _of_shuffling(results)
    control, moved = limited(results, kept, readers, blind, "head"), _shuffled(results, shuffled)
    return of(
        semicolons(control.whole, _elsewhere(results), moved.whole),
        _beside_order(results, kept),
        _among_readers(results, [one for one in others if _architectures(results, one) == 2]),
        short=in_turn(control, moved).short,
        rests_on=[*scope.trained(results, kept), *shuffled],
        margin=results.margin,
    )


def _elsewhere(results: Results) -> str:
    """Where it is told what reading a history is worth to a head that knows the user's own counts; or nothing."""
    found = choose.over_blind(results)
    told = "what reading any history adds, in whatever order, is told under the first question"
    return f"{scope.held(results, found, 'head')}, {told}" if found else ""


def _beside_order(results: Results, contrasts: Sequence[Contrast]) -> str:
    """What an average by age lacks beside the order, a clause; nothing where no contrast is with it."""
    if "mean_pool" not in scope.rights(results, contrasts, "architecture"):
        return ""
    return (
        f"{WORDS['mean_pool']} weighs no event by what it is and keeps none beside the average, so such a contrast is "
        "not of the order alone"
    )


def _named(architectures: Sequence[str]) -> str:
    """Architectures in words."""
    return " or ".join(WORDS.get(one, f"the architecture {code(worded(one))}") for one in architectures)


def _architectures(results: Results, contrast: Contrast) -> int:
    """How many there are on its two sides: one of depth or of an objective has the same on both."""
    return len({choose.parts_of(results, side)["architecture"] for side in contrast.variants})


def _among_readers(results: Results, contrasts: Sequence[Contrast]) -> str:
    """Which architectures that read the order differ; nothing where none are compared."""
    if not contrasts:
        return ""
    found = [contrast for contrast in contrasts if contrast.verdict in ("better", "worse")]
    compared = f"of {plural(len(contrasts), 'contrast')} between unlike architectures that read the order of events"
    differ = f"{count(len(found))} {'show' if len(found) > 1 else 'shows'} a difference"
    is_open = all(contrast.verdict == "undetermined" for contrast in contrasts)
    none = "none is settled" if is_open else "none shows a difference beyond the margin"
    shown = differ if found else none
    lead = bracketed(f"{compared}, {shown}", scope.learning(results, contrasts))
    return f"{lead}: {evidence(contrasts, results.margin, hedged(results))}"


def _of_shuffling(results: Results) -> list[Contrast]:
    """The fits of the diagnostics as they were over those whose order was shuffled."""
    found = results.diagnostics
    return [flipped(as_contrast(one)) for one in (found.contrasts if found else []) if is_of_order(one.change)]


def _shuffled(results: Results, shuffled: Sequence[Contrast]) -> Told:
    """What shuffling does to the smaller fits of the diagnostics, apart from what the main arm says."""
    if results.diagnostics is None:
        return Told.alike(f"what shuffling the order does, {missing('diagnostics')}")
    if not shuffled:
        return Told.alike("the diagnostics did not shuffle the order")
    sides = "histories as they were", "histories whose moments exchanged their dates (recency is lost along with order)"
    readers = [one for one in shuffled if _reads_order(results, one.left_variant)]
    ages = choose.others(shuffled, readers)
    told = [_in_sight(results, readers, *sides)] if readers else []
    if ages:
        told.append(_in_sight(results, ages, "dates as they were", "exchanged dates").led_by(UNORDERED))
    if all(any(one.verdict == "better" for one in some) for some in (readers, ages)):
        told.append(Told.alike(PERHAPS_RECENCY))
    return in_turn(*told).led_by(f"in {smaller(results, results.diagnostics)}")


def _in_sight(results: Results, shuffled: Sequence[Contrast], left: str, right: str) -> Told:
    """All of them, and in short those alone that were trained so, where any was.

    A model that was trained on an order and finds another one at test alone may lose by the surprise.
    """
    retrained = [one for one in shuffled if one.right_variant.endswith(RETRAINED)]
    every, trained_so = (together(results, some, left, right) for some in (shuffled, retrained or shuffled))
    return Told(every.whole, trained_so.short)


def _reads_order(results: Results, variant: str) -> bool:
    """Whether a variant, or the base of a hybrid, reads in which order events came; aggregates do not."""
    entry = choose.parts_of(results, variant)
    base = entry.get("base")
    return bool(
        choose.declared(choose.parts_of(results, results.stands_for(base)) if base else entry).get("reads_order")
    )
