"""Whether anything beats counting: the answer of Findings, and its headline."""

from collections.abc import Sequence

from study.exhibits import anew, choose, few_seeds, new_to_users, other_measures, scope, scorings
from study.exhibits.answer import Answer, Told, of, semicolons
from study.exhibits.beats import NO_CONTRAST, best_rule, over_counts, size, verdict_on_counting
from study.exhibits.clauses import apart, evidence, example, examples, hedged, of_the_history, otherwise
from study.exhibits.markup import code, listing
from study.exhibits.prose import bracketed, count, late, plural, signed
from study.exhibits.records import Contrast
from study.exhibits.results import SEQUENCE, Results
from study.exhibits.size_of_catalogue import is_no_larger


def headline(results: Results) -> list[str]:
    """Who beats counting, sequence models and the history among them, and who took part later, a clause each."""
    against = choose.against_counting(results)
    later = scorings.added_later(results, [one.left_variant for one in choose.winners(against)])
    history = f"{over_counts(results)}{_all_late(choose.over_blind(results))}{_history_elsewhere(results)}"
    told = verdict_on_counting(results, against), _no_sequence(results, against), history, later
    return [clause for clause in told if clause]


def _no_sequence(results: Results, against: Sequence[Contrast]) -> str:
    """That of the sequence models none is shown to beat the rule, where something else is; or nothing."""
    asked = [one for one in against if results.row(one.left_variant).family == SEQUENCE]
    others = choose.winners(against)
    if not asked or not others or any(one in others for one in asked):
        return ""
    if len(asked) == 1:
        only = code(asked[0].left_variant)
        return f"{only}, the only sequence model compared with that rule, is not shown to beat it"
    return f"of the {count(len(asked))} sequence models that were compared with that rule, none is shown to beat it"


def _history_elsewhere(results: Results) -> str:
    """In which other arms every contrast shows a difference by the history, and none here does; or nothing.

    That these are no plan is said of the contrasts of this arm, or else here.
    """
    own = choose.over_blind(results)
    here = {contrast.verdict for contrast in own}
    told = []
    for arm in [] if results.is_limited or not here else results.every()[1:]:
        found = choose.over_blind(arm)
        verdicts = {contrast.verdict for contrast in found}
        if len(verdicts) == 1 and verdicts <= set(other_measures.SETTLED) - here:
            late_ = "" if _all_late(own) else _all_late(found)
            effects = listing([signed(contrast.effect) for contrast in found])
            shown = f"{found[0].verdict} with the history in the arm {code(arm.arm)}, {effects}{late_}"
            told += [shown, otherwise(arm, found)]
    return f" ({semicolons(*told)})" if told else ""


def _all_late(contrasts: Sequence[Contrast]) -> str:
    """That none of the contrasts is a plan made beforehand; nothing where one is, or where there are none."""
    return late(contrasts[0]) if contrasts and all(contrast.after_test for contrast in contrasts) else ""


def beats_counting(results: Results) -> Answer:
    """Does anything beat counting?"""
    against = choose.against_counting(results)
    further = choose.others(choose.over_counting(results), against)
    told, history = lead_over_counting(results, against), of_the_history(results)
    metrics = other_measures.gains(results, against), new_to_users.found_less(results)
    lead = semicolons(told.whole, scope.turned(results, against), history.whole, *metrics)
    later = scorings.added_later(results, [one.left_variant for one in choose.winners(against)])
    beside = apart(results, further, "besides"), _on_the_larger_catalogue(results), _elsewhere_not_shown(results)
    rests_on = [*against, *choose.others(choose.over_blind(results), against)]
    short = semicolons(told.short, history.short, new_to_users.in_short(results))
    return of(lead, later, *beside, short=short, rests_on=rests_on, margin=results.margin)


def _on_the_larger_catalogue(results: Results) -> str:
    """The same of another arm; nothing where snapshots are held together, whose headlines are those of one arm."""
    large = None if results.is_limited else results.beside("catalogue")
    if large is None:
        return ""
    against = choose.against_counting(large)
    where = f"in the arm catalogue, with {plural(large.data.catalogue, 'candidate')}"
    where += ", the same as here" * is_no_larger(results, large)
    history = of_the_history(large).whole
    return semicolons(
        apart(large, against, where),
        scope.turned(large, against),
        f"there, {history}" if history else "",
        other_measures.gains(large, against),
        other_measures.by_ndcg(large, against),
    )


def _elsewhere_not_shown(results: Results) -> str:
    """The arms with a question of their own in which nothing is shown to beat counting; likewise."""
    arms = () if results.is_limited else (results.beside("young"), results.beside("who"))
    asked = [(arm, choose.against_counting(arm)) for arm in arms if arm is not None]
    found = [(arm, against) for arm, against in asked if against and not choose.winners(against)]
    silent = [code(arm.arm) for arm, _ in found]
    where = f"{'arm' if len(silent) == 1 else 'arms'} {listing(silent)}"
    something = [code(arm.arm) for arm, against in found if anew.is_better_anew(arm, against)]
    but = f" (but something is where {listing(something)} was run anew)" if something else ""
    return f"in the {where} nothing is shown to beat the best counting rule{but}, see there" if silent else ""


def lead_over_counting(results: Results, against: Sequence[Contrast]) -> Told:
    """Yes or no, then every contrast with the best counting rule."""
    if not against:
        return Told.alike(NO_CONTRAST)
    lead = f"{verdict_on_counting(results, against)}{few_seeds.by_t(results, choose.winners(against))}"
    whole = f"{lead}; {evidence(against, results.margin, hedged(results))}"
    if choose.winners(against):
        return Told(whole, _how_many_beat_it(results, against))
    ranked = sorted(against, key=lambda contrast: -results.row(contrast.left_variant).select)
    return Told(whole, bracketed(lead, examples(ranked)))


def _how_many_beat_it(results: Results, against: Sequence[Contrast]) -> str:
    """How many are shown to beat the best counting rule, and the one of them that is best on select."""
    winners, rule = choose.winners(against), best_rule(results, against)
    best = choose.best_on_select(results, winners)
    chosen = "" if len(winners) == 1 else "the best of them on select: "
    shown = f"{chosen}{example(best)}{few_seeds.by_t(results, [best])}"
    if len(against) == 1:
        told = f"{code(best.left_variant)}, which alone was compared, beats {rule}{_doubts(results, winners)}"
    else:
        is_all = len(winners) == len(against)
        who = f"all {count(len(winners))}" if is_all else f"{count(len(winners))} of {count(len(against))}"
        beat = "beats" if len(winners) == 1 else "beat"
        told = f"{who} that were compared {beat} {rule}{_doubts(results, winners)}"
    return bracketed(f"yes{size(winners, results.margin)}: {told}", shown)


def _doubts(results: Results, winners: Sequence[Contrast]) -> str:
    """How many winners lead in no other measure, or are told otherwise by other runs; or nothing."""
    measures = list(other_measures.no_gains(results, winners).values())
    which = measures[0] if len(set(measures)) == 1 else "not shown in another measure"
    runs = sum(bool(anew.doubts(results, one)) for one in winners)
    counted = [(len(measures), which), (runs, "not shown in other runs")]
    whose = [f"{f'{count(n)} of them ' * (len(winners) > 1)}{told}" for n, told in counted if n]
    return f", {listing(whose)}" if whose else ""
