"""What contrasts in recall are by other measures of the same first ten, in words."""

from collections.abc import Sequence
from dataclasses import replace

from study.exhibits import choose
from study.exhibits.figures import folded
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.measures import MEASURES, NDCG, PRECISION, Lead, Leads, Measure
from study.exhibits.prose import count, over, plural, signed
from study.exhibits.records import Contrast
from study.exhibits.results import Results

SETTLED = ("better", "worse")


def effect(results: Results, contrast: Contrast) -> float | None:
    """Left less right in nDCG, by the leaderboard; None in an arm without that metric."""
    found = [results.row(variant).estimates.get(NDCG.columns[0]) for variant in contrast.variants]
    left, right = (None if one is None else one.estimate for one in found)
    return None if left is None or right is None else left - right


def gains(results: Results, against: Sequence[Contrast]) -> str:
    """By how much what is shown to beat the best counting rule in recall leads it otherwise, a clause; or nothing."""
    winners = choose.winners(against)
    found = {one.name: value for one in winners if (value := effect(results, one)) is not None}
    if not found:
        return ""
    rule = code(winners[0].right_variant)
    told = f"what beats {rule} has {_values(winners, found)} over it, by estimates"
    clauses = [f"in {NDCG.told}, {NDCG.asks}, {told}, {_shown(winners, _told(results, NDCG, winners))}"]
    if counted := _told(results, PRECISION, winners):
        values = _values(winners, {name: lead.effect for name, lead in counted.items()})
        clauses.append(f"in {PRECISION.told}, {PRECISION.asks}, {values}, {_shown(winners, counted)}")
    return "; ".join(clauses)


def _told(results: Results, measure: Measure, contrasts: Sequence[Contrast]) -> Leads:
    """The leads of these contrasts in the direction in which they are told; nothing where it cannot be asked."""
    found = results.leads.get(measure.told, {})
    return {
        one.name: replace(found[one.name], effect=choose.turn(results, one) * found[one.name].effect)
        for one in contrasts
        if one.name in found
    }


def _values(winners: Sequence[Contrast], found: dict[str, float]) -> str:
    return listing([f"{signed(found[one.name])} ({code(one.left_variant)})" for one in winners if one.name in found])


def _shown(winners: Sequence[Contrast], found: Leads) -> str:
    """Which of these leads t shows; that no contrast tests them where it cannot be asked."""
    if not found:
        return "which no contrast tests"
    ahead = [code(one.left_variant) for one in winners if found[one.name].is_ahead]
    if not ahead:
        return "no lead shown by t"
    if len(ahead) == len(winners):
        return "each lead shown by t"
    return f"of which t shows {'that' if len(ahead) == 1 else 'those'} of {listing(ahead)} alone"


def no_gains(results: Results, winners: Sequence[Contrast]) -> dict[str, str]:
    """By contrast, in which measures a winner is not shown to lead by t.

    Where that cannot be asked, that it does not lead in nDCG by the estimate.
    """
    if not results.leads:
        behind = [one for one in winners if (value := effect(results, one)) is not None and value <= 0]
        return {one.name: f"not ahead in {NDCG.told}" for one in behind}
    asked = {measure.told: _told(results, measure, winners) for measure in MEASURES}
    left_open = {one.name: [told for told, found in asked.items() if not found[one.name].is_ahead] for one in winners}
    return {name: f"not shown in {' or '.join(measures)}" for name, measures in left_open.items() if measures}


def otherwise(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """Where another measure shows by t what recall does not, or leaves open what recall shows; or nothing.

    A paragraph for each measure, folded.

    Args:
        contrasts: of this arm, as they are declared.
    """
    told = [_otherwise(results, one, contrasts) for one in MEASURES if results.leads and contrasts]
    return folded("what other measures of the same first ten show", paragraphs(told)) if told else Html("")


def _otherwise(results: Results, measure: Measure, contrasts: Sequence[Contrast]) -> str:
    found = results.leads[measure.told]
    differ = [one for one in contrasts if found[one.name].is_shown]
    kinds = {
        "of those that recall leaves undetermined": [one for one in differ if one.verdict == "undetermined"],
        "of those that are equivalent in recall": [one for one in differ if one.verdict == "equivalent"],
        "the other way than in recall": [one for one in differ if _points_back(one, found[one.name])],
        "it shows none where recall does in": [
            one for one in contrasts if one.verdict in SETTLED and one not in differ
        ],
    }
    clauses = [
        f"{kind} {count(len(shown))}: " + listing([f"{over(one)} ({signed(found[one.name].effect)})" for one in shown])
        for kind, shown in kinds.items()
        if shown
    ]
    of = f"{count(len(differ))} of {plural(len(contrasts), 'contrast')}"
    family = "Holm over all of this arm; asked when test had been scored"
    return f"{'; '.join([f'In {measure.told}, {measure.asks}, t shows a difference in {of} ({family})', *clauses])}."


def _points_back(contrast: Contrast, by: Lead) -> bool:
    return contrast.verdict in SETTLED and by.effect * contrast.effect < 0


def by_ndcg(results: Results, contrasts: Sequence[Contrast]) -> str:
    """Of contrasts that recall shows no difference of, those of which nDCG does by t, a clause; or nothing.

    Args:
        contrasts: of this arm; one may be told the other way round than it is declared.
    """
    found = _told(results, NDCG, contrasts)
    open_ = shown_by_ndcg(results, contrasts)
    told = listing([f"{over(one)} {signed(found[one.name].effect)}" for one in open_])
    return f"in {NDCG.told}, by t, a difference is shown all the same: {told}" if open_ else ""


def doubt(results: Results, winner: Contrast) -> str:
    """In which measures a winner is not shown to lead, behind its name; or nothing."""
    return no_gains(results, [winner]).get(winner.name, "")


def in_short(asked: Sequence[tuple[Results, Sequence[Contrast]]]) -> str:
    """How many those are in several arms, and in how many of them the left side leads, a clause; or nothing."""
    effects = [
        _told(arm, NDCG, contrasts)[one.name].effect
        for arm, contrasts in asked
        for one in shown_by_ndcg(arm, contrasts)
    ]
    left = sum(value > 0 for value in effects)
    told = f"{NDCG.told} shows a difference by t in {count(len(effects))} of these where recall shows none"
    return f"{told}, for the left side in {count(left)}" if effects else ""


def shown_by_ndcg(results: Results, contrasts: Sequence[Contrast]) -> list[Contrast]:
    """Those of which that is so."""
    found = _told(results, NDCG, contrasts)
    return [one for one in contrasts if one.verdict not in SETTLED and one.name in found and found[one.name].is_shown]
