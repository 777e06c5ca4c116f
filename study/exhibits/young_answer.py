"""Whether candidates that training never saw can be ranked: the answer of Findings."""

from collections.abc import Sequence

from study.exhibits import anew, choose, scope
from study.exhibits.answer import Answer, Told, in_turn, of, semicolons
from study.exhibits.clauses import NOTHING, apart, evidence, hedged, limited, of_the_history
from study.exhibits.few_seeds import BY_T
from study.exhibits.markup import code, listing
from study.exhibits.prose import DASH, number, signed, worded
from study.exhibits.records import Contrast, Row
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import pairs_of
from study.exhibits.source import missing
from study.exhibits.young import (
    composed,
    judged_on_young,
    of_young,
    of_young_alone,
    parts_of_effect,
    parts_of_recall,
    told_on_young,
    with_young,
)
from study.params.statistics import PRIMARY

COUNTED = (
    " (an id table gives a young candidate no score, not even for the user's own counts: what is gained on young ones "
    "may be these counts, and is not shown to be what attributes are worth)"
)
MAY_BE_COUNTS = "what is gained on young ones may be these counts, of which an id table has none for them"
"""The same in short."""
UNTESTED = "by recalls that no declared contrast compares"
ID_TABLE = "an id table alone"
COUNTING = "candidates composed from their attributes against a counting rule, which needs none to count a young one"


def young(results: Results) -> Answer:
    """Can candidates that training never saw be ranked? The contrasts are about all candidates."""
    found = results.beside("young")
    if found is None:
        return of(missing("young"))
    plain, aware = (
        choose.about(found, {"composes": True, "reads_own": own}, {"composes": False, "reads_own": own})
        for own in (False, True)
    )
    rows = with_young(found)
    recalls = parts_of_recall(found) if rows else {}
    by_t = judged_on_young(found) if rows else {}

    def parts(contrast: Contrast) -> str:
        if not recalls:
            return ""
        of_it = parts_of_effect(recalls, contrast)
        return f", {signed(of_it.known)} of it on known and {signed(of_it.young)} on young ones"

    def more(contrast: Contrast) -> str:
        if not recalls:
            return ""
        told = told_on_young(found, contrast, by_t[contrast.name], parts_of_effect(recalls, contrast).young)
        return f"{parts(contrast)}{'' if told == DASH else f', of the latter{BY_T}: {told}'}"

    def judged(asked: Sequence[Contrast]) -> Told:
        sides = [
            limited(found, one, _composed(found, one), ID_TABLE, more=more) for one in choose.by_head(found, asked)
        ]
        short = limited(found, asked, "candidates composed from their attributes", ID_TABLE, more=parts).short
        return Told(in_turn(*sides).whole, short) if sides else Told.alike(NOTHING)

    lead = judged(plain).led_by("over all candidates, known and young together, without the user's own counts")
    counted = COUNTED if any(contrast.verdict == "better" for contrast in aware) else ""
    aware_of = judged(aware).led_by("told the user's own counts as well")
    against = choose.against_counting(found)
    over_rules = choose.others(choose.about(found, {"composes": True}, {"family": "counting"}), against)
    counting = apart(found, over_rules, COUNTING, more=more)
    over = f"against counting, {evidence(against, found.margin, hedged(found, more))}" if against else ""
    alone = "no relevant candidate of the test windows is young"
    if rows:
        drawn = "which no contrast tests, and which hangs on the candidates that are held back"
        alone = f"of young candidates alone the recall, {drawn}, is {of_young_alone(found, rows)}"
    told, again = in_turn(lead, aware_of) if aware else lead, _run_anew(found)
    return of(
        semicolons(f"{told.whole}{counted}", counting, alone, again),
        semicolons(over, scope.turned(found, against), of_the_history(found, more).whole),
        short=semicolons(
            told.short,
            MAY_BE_COUNTS if counted else "",
            f"{UNTESTED}, {_most_found(found, rows)}" if rows else alone,
            again,
        ),
        rests_on=scope.trained(found, [*plain, *aware]),
        margin=found.margin,
    )


def _composed(results: Results, contrasts: Sequence[Contrast]) -> str:
    """What stands on the left sides, which have one head."""
    head = choose.parts_of(results, contrasts[0].left_variant)["head"]
    return f"candidates composed from their attributes (with head {code(worded(head))})"


def _most_found(results: Results, rows: Sequence[Row]) -> str:
    """Which variant finds most young candidates on test, which of composed ones, and which counting rule, a clause."""
    ranked = sorted(rows, key=of_young, reverse=True)
    if not of_young(ranked[0]):
        return "no variant finds a young candidate on test"
    kinds = {
        "of those composed from attributes": composed(results, ranked),
        "of the counting rules": [row for row in ranked if row.family == "counting"],
    }
    told = [f"{code(ranked[0].variant)} finds most young candidates on test ({PRIMARY} {number(of_young(ranked[0]))})"]
    told += [
        f"{code(made[0].variant)} {kind} ({number(of_young(made[0]))})"
        for kind, made in kinds.items()
        if made and made[0] is not ranked[0]
    ]
    return listing(told)


def _run_anew(results: Results) -> str:
    """The same of other runs on the same events, whose young candidates may be other ones; nothing without one."""
    return semicolons(
        *(
            f"{anew.lead(pair)}, {_most_found(pair.there, rows)}"
            for pair in pairs_of(results)
            if pair.is_one_log and (rows := with_young(pair.there))
        )
    )
