"""Whether anything beats the best counting rule, in one clause."""

from collections.abc import Sequence

from study.exhibits import anew, choose, other_measures, scope
from study.exhibits.markup import code, listing
from study.exhibits.prose import aside, cannot_say, count, number, signed
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.settled import settled
from study.metrics.screening import PRIMARY as WHO_PRIMARY
from study.params.statistics import PRIMARY

COUNTS = "own counts, dates and popularity alone, weights learned"
SIDES = "a model that reads the history", "one of own counts, dates and popularity alone"
NO_CONTRAST = cannot_say("no contrast of this run is with the best counting rule")


def verdict_on_counting(results: Results, against: Sequence[Contrast]) -> str:
    """Yes or no, and who beats the best counting rule, with what that has itself."""
    if not against:
        return NO_CONTRAST
    margin, rule, winners = results.margin, best_rule(results, against), choose.winners(against)
    if winners:
        doubts = other_measures.no_gains(results, winners)
        told = [f"{code(one.left_variant)}{_aside(results, one, doubts.get(one.name, ''))}" for one in winners]
        who = listing(told)
        return f"{_yes(winners, margin)}: {who} {'beats' if len(winners) == 1 else 'beat'} {rule}"
    if any(contrast.verdict == "undetermined" for contrast in against):
        return f"not shown: {_open(against, rule)}"
    if all(contrast.verdict == "worse" for contrast in against):
        return f"no: all that was compared with {rule} is worse"
    return f"no: of all that was compared with {rule}, nothing beats it by more than the margin of {margin:g}"


def _open(against: Sequence[Contrast], rule: str) -> str:
    """That nothing is shown to beat the rule, where some contrast is undetermined, or every one."""
    if len(against) == 1:
        return f"the contrast of {code(against[0].left_variant)}, which alone was compared with {rule}, is undetermined"
    if all(contrast.verdict == "undetermined" for contrast in against):
        return f"of the {count(len(against))} that were compared with {rule}, none is shown better or worse"
    return f"nothing that was compared with {rule} is shown to beat it, but not every contrast is settled"


def best_rule(results: Results, against: Sequence[Contrast]) -> str:
    """The best counting rule, with what it has itself."""
    name, metric = against[0].right_variant, WHO_PRIMARY if results.arm == "who" else PRIMARY
    return f"the best counting rule, {code(name)} ({metric} {number(results.row(name).estimates[metric].estimate)})"


def over_counts(results: Results) -> str:
    """What reading the history adds to the user's own counts, a clause; nothing where no contrast says so."""
    found = choose.over_blind(results)
    if not found:
        return ""
    trained = scope.trained(results, found)
    open_ = f"not answered between {SIDES[0]} and {SIDES[1]}, {scope.UNTRAINED}"
    claim = settled(trained, *SIDES, results.margin) if trained else open_
    return f"{scope.held(results, trained or found, 'head')}, {claim}"


def expected_alike(results: Results, contrasts: Sequence[Contrast]) -> str:
    """That an equivalence says little where one that reads no history at all is equivalent too, a clause; or nothing.

    Of the heads of contrasts that are equivalent, where every contrast with such a variant is so.
    """
    alike = [contrast for contrast in contrasts if contrast.verdict == "equivalent"]
    heads = {choose.parts_of(results, variant).get("head") for contrast in alike for variant in contrast.variants}
    blind = [one for one in choose.over_blind(results) if choose.parts_of(results, one.left_variant)["head"] in heads]
    if not blind or any(one.verdict != "equivalent" for one in blind):
        return ""
    return (
        f"{scope.held(results, blind, 'head')}, an equivalence was to be expected, since one of own counts, dates and "
        "popularity alone is equivalent to a model that reads the history, too"
    )


def _aside(results: Results, contrast: Contrast, doubt: str) -> str:
    """What a winner is if it reads no history, what another run says otherwise, and that a contrast is no plan."""
    is_blind = choose.declared(choose.parts_of(results, contrast.left_variant)).get("is_blind")
    return aside(contrast, COUNTS if is_blind else "", doubt, anew.doubts(results, contrast))


def _yes(winners: Sequence[Contrast], margin: float) -> str:
    """Yes, and by how much where no winner is shown to gain the margin."""
    if any(contrast.low >= margin for contrast in winners):
        return "yes"
    least, most = (number(pick(contrast.effect for contrast in winners)) for pick in (min, max))
    low, high = min(contrast.low for contrast in winners), max(contrast.high for contrast in winners)
    their = "interval" if len(winners) == 1 else "intervals from"
    gain = f"an estimated {least if least == most else f'{least} to {most}'} ({their} {signed(low)} to {signed(high)})"
    return f"yes, by {gain}{size(winners, margin)}"


def size(winners: Sequence[Contrast], margin: float) -> str:
    """How what the winners gain lies to the margin; nothing where one is shown to gain more."""
    if any(contrast.low >= margin for contrast in winners):
        return ""
    if all(contrast.high < margin for contrast in winners):
        return f", which is less than the margin of {margin:g}"
    return f", though not shown to be by more than the margin of {margin:g}"
