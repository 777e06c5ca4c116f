"""What to ship, and what it costs: the contrasts choose, the measured cost breaks ties."""

from collections.abc import Mapping, Sequence

from study.exhibits import anew, choose, other_measures
from study.exhibits.answer import Answer, of, semicolons
from study.exhibits.clauses import example, hedged
from study.exhibits.markup import code, listing
from study.exhibits.prose import brief, count, flipped, number, percent, seconds, signed, within
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.params.roster import ComposedEntry
from study.params.statistics import BEST, PRIMARY, Outcome

CLEARLY = 0.8
"""What share of a refit's seconds is a saving: less than that is within what the load of a machine changes."""
NEAR = 0.1
"""How near to that share another load of the machine may bring a saving across it."""
LATE = ", a rule that was made when test had been scored"
"""Of that share, on the log that the study was made with."""


def shipped(results: Results) -> tuple[str, Contrast | None]:
    """The variant to ship, and the contrast that says why.

    The best on select of all that are shown to be better than the best counting rule. Another of these that a declared
    contrast calls better takes its place, and then a clearly cheaper one of these that a declared contrast calls
    equivalent. Where nothing is shown to be better than it, the counting rule.
    """
    against = choose.against_counting(results)
    winners = choose.winners(against)
    if not winners:
        best = results.best_of_each().get("counting")
        rule = against[0].right_variant if against else best.variant if best else results.leaderboard[0].variant
        return rule, None
    chosen = choose.best_on_select(results, winners)
    shown = {contrast.left_variant for contrast in winners}
    rivals = shown - {chosen.left_variant}
    while better := [c for c in _toward(results, chosen, "better") if c.left_variant in rivals]:
        chosen = choose.best_on_select(results, better)
        rivals -= {chosen.left_variant}
    cheaper = [c for c in _alike(results, chosen) if c.left_variant in shown]
    if cheaper:
        chosen = min(cheaper, key=lambda contrast: results.cost[contrast.left_variant].refit_seconds)
    return chosen.left_variant, chosen


def _toward(results: Results, chosen: Contrast, verdict: Outcome) -> list[Contrast]:
    """The contrasts of another variant over the left one of `chosen`, told so, that have this verdict."""
    variant = chosen.left_variant
    told = [flipped(c) if c.left_variant == variant else c for c in results.contrasts]
    return [c for c in told if c.right_variant == variant != c.left_variant and c.verdict == verdict]


def _saves(results: Results, contrast: Contrast) -> bool:
    return _part_of_seconds(results, contrast) <= CLEARLY


def ship(results: Results) -> Answer:
    """What to ship, at what cost?"""
    variant, reason = shipped(results)
    spent = results.cost[variant]
    cost = (
        f"its search took {seconds(spent.tune_seconds)}, a refit takes {seconds(spent.refit_seconds)} and "
        f"{count(spent.peak_mb)} MB on the machine of this run{beside_other_work(results)}"
    )
    recall = f"{PRIMARY} {within(results.row(variant).test)}"
    if reason is None:
        why = "since nothing that was compared with the best counting rule is shown to be better"
        if not choose.against_counting(results):
            why = f"best on select{_among(results)}, since no contrast is with the best counting rule"
        return of(f"{code(variant)} ({recall}), {why}; {cost}")
    margin = results.margin
    told = (
        f"{code(variant)} ({recall}), {_why(results, reason)}: {brief(reason, margin)}{hedged(results)(reason)}; {cost}"
    )
    instead = _instead(results, variant, margin)
    lead = semicolons(told, instead, *_not_compared(results, reason))
    either = "; either may be shipped" * _may_turn(results, reason)
    refit = f"a refit takes {seconds(spent.refit_seconds)} and {count(spent.peak_mb)} MB"
    why = f"{_reason(results, reason)} ({example(reason)}{either})"
    what = f"{code(variant)} ({PRIMARY} {number(results.row(variant).recall)}), {why}"
    short = semicolons(what, refit, _sooner(results, reason), instead)
    others = [*_in_turn(results, reason), *_hardly_cheaper(results, reason), *_not_shown_worse(results, reason)]
    others.append(other_measures.by_ndcg(results, _instead_of(results, reason)))
    return of(lead, *others, short=short, rests_on=[reason], margin=margin)


def _sooner(results: Results, reason: Contrast) -> str:
    """How many others refit sooner, and what is known of them beside what is shipped, a clause; or nothing."""
    kinds = {
        ("beats counting but was not", "beat counting but were not", "compared with it"): _uncompared(results, reason),
        ("beats counting but is not", "beat counting but are not", "settled against it"): _lefts(
            _unsettled(results, reason)
        ),
        ("is", "are", f"equivalent to it in {PRIMARY}"): _lefts(_alike(results, reason)),
    }
    told = [f"{count(len(who))} {(one, many)[len(who) > 1]} {what}" for (one, many, what), who in kinds.items() if who]
    return f"of what refits sooner than {code(reason.left_variant)}, {listing(told)}" if told else ""


def _lefts(contrasts: Sequence[Contrast]) -> set[str]:
    return {contrast.left_variant for contrast in contrasts}


def _alike(results: Results, reason: Contrast) -> list[Contrast]:
    """The contrasts of what is equivalent to what is shipped and clearly cheaper, with it."""
    return [c for c in _toward(results, reason, "equivalent") if _saves(results, c)]


def _among(results: Results) -> str:
    return " of the counting rules" if "counting" in results.best_of_each() else ""


def _in_turn(results: Results, reason: Contrast) -> list[str]:
    """What is equivalent to what is shipped and cheaper, a clause each, and why it does not take its place.

    What beats counting itself comes first, then what refits sooner. Equivalences add up, to one another and to what the
    winner gains over counting.
    """
    beating = _beating(results)
    alike = {c.left_variant: c for c in _alike(results, reason)}
    spent = {variant: results.cost[variant].refit_seconds for variant in alike}
    turn = "in turn " if reason.verdict == "equivalent" else ""
    return [
        f"{code(v)} is {turn}equivalent to {code(reason.left_variant)}, {signed(alike[v].effect)}, refits in "
        f"{seconds(spent[v])} {_itself(results, beating, v)}"
        for v in sorted(alike, key=lambda v: (v not in beating, spent[v]))
    ]


def _instead_of(results: Results, reason: Contrast) -> list[Contrast]:
    """The contrasts with what is shipped of all that is equivalent to it, or beats counting and is not settled."""
    return [*_toward(results, reason, "equivalent"), *_unsettled(results, reason)]


def _hardly_cheaper(results: Results, reason: Contrast) -> list[str]:
    """What beats counting too, is equivalent to what is shipped and refits hardly sooner, a clause for all; or none."""
    shipped_ = reason.left_variant
    beating = _beating(results)
    asked = [(c, _part_of_seconds(results, c)) for c in _toward(results, reason, "equivalent")]
    found = [(c, part) for c, part in asked if c.left_variant in beating and CLEARLY < part < 1]
    told = [
        f"{code(c.left_variant)} ({signed(c.effect)}, {seconds(results.cost[c.left_variant].refit_seconds)}, "
        f"{percent(part)} of the seconds{_doubt(results, beating[c.left_variant])})"
        for c, part in found
    ]
    if not told:
        return []
    does, is_ = ("beats", "is") if len(told) == 1 else ("beat", "are")
    return [
        f"{listing(told)} {does} counting as well and {is_} equivalent to {code(shipped_)}, where a clear "
        f"saving would take {percent(CLEARLY)} of them, or less{LATE * results.data.is_own}"
        f"{_near(*(part for _, part in found))}"
    ]


def _not_shown_worse(results: Results, reason: Contrast) -> list[str]:
    """What beats counting too, refits sooner and is not settled against what is shipped, a clause for all; or none."""
    beating = _beating(results)
    found = _unsettled(results, reason)
    told = [
        f"{code(c.left_variant)} ({signed(c.effect)}, {seconds(results.cost[c.left_variant].refit_seconds)}"
        f"{_doubt(results, beating[c.left_variant])})"
        for c in found
    ]
    if not told:
        return []
    does, is_ = ("beats", "it is") if len(told) == 1 else ("beat", "they are")
    return [
        f"{listing(told)} {does} counting as well and would refit sooner, and whether {is_} worse than "
        f"{code(reason.left_variant)} stays undetermined"
    ]


def _unsettled(results: Results, reason: Contrast) -> list[Contrast]:
    """Their contrasts with what is shipped."""
    beating, asked = _beating(results), _toward(results, reason, "undetermined")
    return [c for c in asked if _saves(results, c) and c.left_variant in beating]


def _not_compared(results: Results, reason: Contrast) -> list[str]:
    """What beats counting, refits sooner and has no contrast with what is shipped, a clause for all; or none."""
    shipped_ = reason.left_variant
    told = [
        f"{code(v)} ({PRIMARY} {number(results.row(v).recall)}, {seconds(results.cost[v].refit_seconds)}"
        f"{_doubt(results, over)})"
        for v, over in _uncompared(results, reason).items()
    ]
    if not told:
        return []
    does, them = ("beats", "it") if len(told) == 1 else ("beat", "them")
    return [
        f"{listing(told)} {does} counting as well and would refit sooner, but no contrast compares {them} with "
        f"{code(shipped_)} ({PRIMARY} {number(results.row(shipped_).recall)})"
    ]


def _uncompared(results: Results, reason: Contrast) -> dict[str, Contrast]:
    """Those variants, each with its contrast with the best counting rule."""
    shipped_ = reason.left_variant
    known = {shipped_, *(v for c in results.contrasts if shipped_ in c.variants for v in c.variants)}
    limit = CLEARLY * results.cost[shipped_].refit_seconds
    beating = _beating(results).items()
    return {v: over for v, over in beating if v not in known and results.cost[v].refit_seconds <= limit}


def _beating(results: Results) -> dict[str, Contrast]:
    """The variants that are shown to beat the best counting rule, each with its contrast with it."""
    return {c.left_variant: c for c in choose.winners(choose.against_counting(results))}


def _doubt(results: Results, over: Contrast, form: str = "; {}") -> str:
    """That another measure, or another run, does not show what beats the best counting rule to, where one does not."""
    told = [one for one in (other_measures.doubt(results, over), anew.unlike(results, over)) if one]
    return form.format(f"over {code(over.right_variant)}, {', '.join(told)}") if told else ""


def _itself(results: Results, beating: Mapping[str, Contrast], variant: str) -> str:
    """Whether a variant beats counting itself, from its contrast with the best counting rule if that shows it."""
    if (over := beating.get(variant)) is None:
        asked = any(c.left_variant == variant for c in choose.against_counting(results))
        return (
            "but is not shown to beat counting itself"
            if asked
            else "but no contrast is between it and the best counting rule"
        )
    return (
        f"and beats counting itself, by {number(over.effect)}{_doubt(results, over, ' ({})')}, but is not shipped, "
        "since two equivalences in a row may add up to more than the margin"
    )


def _instead(results: Results, variant: str, margin: float) -> str:
    """What the counting rule gives up and costs, where what is shipped is not shown to gain the margin."""
    gain = _beating(results).get(variant)
    if gain is None or gain.low >= margin:
        return ""
    rule = gain.right_variant
    size = "which is less" if gain.high < margin else "not shown to be more"
    return (
        f"{code(rule)} gives up {number(gain.effect)}, {size} than the margin of {margin:g}, and refits in "
        f"{seconds(results.cost[rule].refit_seconds)}"
    )


def _favoured(results: Results, variant: str) -> str:
    """That select chose the members of a composed variant too, where it did; a clause."""
    entry = results.params.variants[variant]
    sources = entry.sources() if isinstance(entry, ComposedEntry) else []
    return " (which chose its members, too)" if any(source.startswith(BEST) for source in sources) else ""


def _how_much_sooner(results: Results, reason: Contrast) -> str:
    """In which part of the seconds, by which rule, and that both may be shipped where that is near its border."""
    late = LATE * results.data.is_own
    part = _part_of_seconds(results, reason)
    took = " of ".join(f"{results.cost[variant].refit_seconds:,.4g} s" for variant in reason.variants)
    rule = f"where {percent(CLEARLY)} or less count as a saving{late}{_near(part)}"
    return f"in {percent(part)} of the seconds, {took}, {rule}"


def _part_of_seconds(results: Results, contrast: Contrast) -> float:
    """Of a refit of the right side that one of the left side takes; all of them where neither takes any."""
    left, right = (results.cost[v].refit_seconds for v in contrast.variants)
    return left / right if right else 1.0


def _near(*parts: float) -> str:
    """That another load of the machine may turn what is shipped, where one of these is near the border."""
    told = "; so near the border another load of the machine may turn it, so that either may be shipped"
    return told * any(map(_is_near, parts))


def _is_near(part: float) -> bool:
    return abs(part - CLEARLY) < NEAR


def _may_turn(results: Results, reason: Contrast) -> bool:
    """Whether what is shipped is so by the seconds of refits, which are near the border."""
    return reason.verdict == "equivalent" and _is_near(_part_of_seconds(results, reason))


def _why(results: Results, reason: Contrast) -> str:
    """The reason, and of a saving how large it is."""
    told = _reason(results, reason)
    return f"{told} ({_how_much_sooner(results, reason)})" if reason.verdict == "equivalent" else told


def _reason(results: Results, reason: Contrast) -> str:
    if reason.verdict == "equivalent":
        return "the one of two equivalent variants that refits sooner"
    if results.row(reason.right_variant).family == "counting":
        return f"the best on select{_favoured(results, reason.left_variant)} of what is shown to beat counting"
    return "the better one of two variants that are shown to beat counting"
