"""How far contrasts reach: what their sides share, and how many were unfinished."""

from collections.abc import Sequence

from study.exhibits import choose
from study.exhibits.key_action import ALL_KEY, is_among_others, share_of
from study.exhibits.marks import MARKS, NEARLY
from study.exhibits.markup import code, listing
from study.exhibits.prose import brief, count, named, over, percent, plural, worded
from study.exhibits.records import Contrast, variants_of
from study.exhibits.results import SEQUENCE, Results


def held(results: Results, contrasts: Sequence[Contrast], *factors: str) -> str:
    """The values that these factors have on all the sides: "with representation sum and head plain"."""
    entries = [choose.parts_of(results, variant) for variant in variants_of(contrasts)]
    values = {factor: dict.fromkeys(code(worded(entry[factor])) for entry in entries) for factor in factors}
    return "with " + listing([f"{factor} {' or '.join(found)}" for factor, found in values.items()])


MOST_USERS = "0.95"
"""The quantile of the events of a user that stands for the longest history: one in twenty is longer."""
OF_FLAT = "that of the flat side"
BOTH_TRAINED = "whose sides are both clearly above popularity on select"
UNTRAINED = "with a side that is not clearly above popularity on select, so that the contrast says little"


def trained(results: Results, contrasts: Sequence[Contrast]) -> list[Contrast]:
    """The contrasts whose sides have both learned more than popularity knows."""
    return [c for c in contrasts if not any(map(results.at_popularity, c.variants))]


def lefts(results: Results, contrasts: Sequence[Contrast], factor: str) -> list[str]:
    """The values that a factor has on the left sides, each once."""
    found = (choose.parts_of(results, c.left_variant).get(factor) for c in contrasts)
    return list(dict.fromkeys(value for value in found if value is not None))


def rights(results: Results, contrasts: Sequence[Contrast], factor: str) -> list[str]:
    """The same of the right sides."""
    return list(dict.fromkeys(choose.parts_of(results, c.right_variant)[factor] for c in contrasts))


def turned(results: Results, contrasts: Sequence[Contrast]) -> str:
    """The contrasts with a difference on test whose sides stand the other way round on select; or nothing."""
    found = [
        f"{code(c.left_variant)} is {'behind' if c.verdict == 'better' else 'ahead of'} {code(c.right_variant)}"
        for c in contrasts
        if c.verdict in ("better", "worse")
        and c.effect * (results.row(c.left_variant).select - results.row(c.right_variant).select) < 0
    ]
    return f"on select, {listing(found)}" if found else ""


def learning(results: Results, contrasts: Sequence[Contrast]) -> str:
    """How many sides had their best round last, or next to last, or are not clearly above popularity; or nothing.

    One that was best next to last is told beside such a side alone: its refit is a round shorter than that one's.
    """
    sides = variants_of(contrasts)
    marks = [mark for variant in sides for mark in results.marks(variant)]
    kinds = [mark for mark in MARKS if mark in marks]
    told = [f"{count(n)} {_was(mark, n)} {mark}" for mark in kinds if (n := marks.count(mark))]
    if not set(kinds) - {NEARLY}:
        return ""
    if len(kinds) == 1 and len(sides) == len(marks):
        return f"{'both' if len(sides) == 2 else f'all {count(len(sides))}'} models compared are {kinds[0]}"
    return f"of the {count(len(sides))} models compared, {listing(told)}"


def _was(mark: str, number: int) -> str:
    if mark == NEARLY:
        return "was" if number == 1 else "were"
    return "is" if number == 1 else "are"


def after_one_round(results: Results) -> list[str]:
    """The sequence variants whose first round was their best, a sentence; nothing without one."""
    rows = [row for row in results.leaderboard if row.family == SEQUENCE]
    found = [code(row.variant) for row in rows if results.search(row.variant).rounds == 1]
    if not found:
        return []
    started, with_ = ("they start", "their contrasts") if len(found) > 1 else ("it starts", "its contrasts")
    is_compared = any(code(variant) in found for variant in variants_of(results.contrasts))
    return [
        f"<strong>Best after the first round, in the arm {code(results.arm)}.</strong> {listing(found)}: what was "
        f"kept is little more than what {started} with{f', and {with_} say little of longer training' * is_compared}."
    ]


def only_key_actions_counted(results: Results) -> list[str]:
    """That no rule counts events other than key actions where a log has many, a sentence; or nothing."""
    if not is_among_others(results.question, results.data.event_types):
        return []
    return [
        "<strong>Counts of key actions alone.</strong> No counting rule that ranks candidates here reads the other "
        "events of this log. If they name candidates, as a view of a product does, a rule that counts them too may "
        "rank better than every one here, and what is said to beat counting is not shown to beat such a rule."
    ]


def hardly_weighed(results: Results) -> list[str]:
    """That weights of key actions change nothing where nearly all events are key actions, a sentence; or nothing."""
    names = [
        code(variant)
        for variant, entry in results.params.entries(results.arm).items()
        if choose.declared(entry.model_dump()).get("weighs_key")
    ]
    share = share_of(results.question, results.data.event_types)
    if not names or share is None or share < ALL_KEY:
        return []
    differ = "differs from its rival" if len(names) == 1 else "differ from their rivals"
    return [
        f"<strong>Nothing to weigh.</strong> {percent(share, 2)} of the events are key actions, so a weight on them "
        f"weights nearly everything: {listing(names)} {differ} in little but another search."
    ]


def tokens_of_event(results: Results) -> float:
    """How many tokens an event of the log is on average: its type, and a token per attribute that it has."""
    return 1 + sum(1 - attribute.missing for attribute in results.data.attributes.values())


def events_seen(results: Results, entry: choose.Parts) -> int:
    """How many events of a history a sequence variant sees, of a flat one on average."""
    context: int = entry["context"]
    return round(context / tokens_of_event(results)) if choose.is_of_tokens(entry) else context


def longest(results: Results) -> float:
    """How many events hardly any history has more than: a context beyond that adds nothing."""
    return results.data.events_per_user[MOST_USERS]


def history(results: Results, entry: choose.Parts) -> str:
    """How much of a history a sequence variant sees."""
    events = plural(events_seen(results, entry), "event")
    return f"{plural(entry['context'], 'token')} (about {events})" if choose.is_of_tokens(entry) else events


def histories(results: Results, contrast: Contrast) -> str:
    """How much of a history each side sees, where that differs: "256 events against 256 tokens (about 26 events)"."""
    entries = [choose.parts_of(results, variant) for variant in contrast.variants]
    reading = [entry for entry in entries if entry.get("context")]
    differ = len({min(events_seen(results, entry), longest(results)) for entry in reading}) > 1
    return " against ".join(history(results, entry) for entry in reading) if differ else ""


def short_histories(results: Results, contrasts: Sequence[Contrast]) -> str:
    """How short the histories of controls with short ones are, against those of flat models."""
    unlike = [seen for contrast in contrasts if (seen := histories(results, contrast))]
    return f"with a shorter history ({listing(unlike)})" if unlike else f"with a history as short as {OF_FLAT}"


def longer_and_shorter(results: Results, contrast: Contrast) -> list[Contrast]:
    """The controls of sides whose histories differ: what a longer one is worth to the representation of the left."""
    representation = choose.parts_of(results, contrast.left_variant).get("representation")
    alike = choose.about(results, {"representation": representation}, {"representation": representation})
    return [c for c in alike if histories(results, c)] if histories(results, contrast) else []


def unlike_histories(results: Results, contrast: Contrast) -> str:
    """What differs, "their histories", unless controls show that these are not what makes the difference; or nothing.

    Each control has to be an equivalence, and what they leave to a history too little to turn the verdict: to make all
    of the effect, or to hide one as large as the margin.
    """
    if not histories(results, contrast):
        return ""
    controls = longer_and_shorter(results, contrast)
    left = max((abs(bound) for control in controls for bound in (control.low, control.high)), default=0.0)
    margin = results.margin
    stands = {
        "better": contrast.low > left,
        "worse": contrast.high < -left,
        "equivalent": max(-contrast.low, contrast.high) + left <= margin,
        "undetermined": True,
    }[contrast.verdict]
    are_equivalent = {control.verdict for control in controls} == {"equivalent"}
    return "" if are_equivalent and stands else "their histories"


def other_histories(results: Results, contrasts: Sequence[Contrast]) -> str:
    """By which controls histories that differ do not make the difference, a clause; nothing without one."""
    cleared = [c for c in contrasts if histories(results, c) and not unlike_histories(results, c)]
    controls = list({c.name: c for one in cleared for c in longer_and_shorter(results, one)}.values())
    if not controls:
        return ""
    of_heads, of_objectives = (_shared(results, controls, factor) for factor in ("head", "objective"))
    asked = lefts(results, controls, "objective")
    others = [one for one in lefts(results, cleared, "objective") if one not in asked]
    margin = results.margin
    told = "; ".join(brief(control, margin) for control in controls)
    names = listing([over(c) for c in cleared])
    verdicts = "the verdict" if len(cleared) == 1 else "the verdicts"
    known = f"a longer one is equivalent within ±{margin:g}{of_heads}{of_objectives}, {told}"
    if others:
        unasked = f"if it is worth as little with {' or '.join(map(named, others))}, which was not asked"
        return f"in {names}, histories differ as well: {known}, which is too little to turn {verdicts} {unasked}"
    return f"in {names}, histories differ as well, but too little to turn {verdicts}: {known}"


def _shared(results: Results, contrasts: Sequence[Contrast], factor: str) -> str:
    """The values that a factor has on the left sides: " with the head plain"; nothing where it has none."""
    found = lefts(results, contrasts, factor)
    return f" with the {factor} {listing([code(worded(value)) for value in found])}" if found else ""


def unlike_training(results: Results, contrast: Contrast) -> str:
    """The same of users that are screened: the longer a history, the fewer users the events of a budget are."""
    found = unlike_histories(results, contrast)
    return f"{found} and in how many users they were trained on" if found else ""


def unlike_objectives(results: Results, contrast: Contrast) -> str:
    """What differs, "their objectives"; or nothing."""
    asked = [choose.parts_of(results, v).get("objective") for v in contrast.variants]
    return "their objectives" if len({one for one in asked if one}) > 1 else ""


def negatives(results: Results, variant: str) -> str:
    """With how many negatives the loss of a variant is computed; nothing where its options name none."""
    number = choose.parts_of(results, variant).get("loss_options", {}).get("negatives")
    return "" if number is None else plural(number, "negative")


def with_negatives(results: Results, contrast: Contrast) -> Contrast:
    """The contrast with sides that name their negatives, for reading alone."""
    names = {side: getattr(contrast, side) for side in ("left_variant", "right_variant")}
    told = {side: f"{name} ({found})" for side, name in names.items() if (found := negatives(results, name))}
    return contrast.model_copy(update=told)


def by_negatives(results: Results, contrasts: Sequence[Contrast]) -> str:
    """Whether the losses that are worse, or those that are better, are just those with few negatives, or with many."""
    options = {c.name: choose.parts_of(results, c.left_variant)["loss_options"].get("negatives") for c in contrasts}
    if None in options.values():
        return ""
    for verdict in ("worse", "better"):
        shown = [options[c.name] for c in contrasts if c.verdict == verdict]
        others = [options[c.name] for c in contrasts if c.verdict != verdict]
        if shown and others and max(shown) < min(others):
            few, many = (plural(amount, "negative") for amount in (max(shown), min(others)))
            return f"; all that are {verdict} have at most {few}, all others at least {many}"
        if shown and others and min(shown) > max(others):
            many, few = (plural(amount, "negative") for amount in (min(shown), max(others)))
            return f"; all that are {verdict} have at least {many}, all others at most {few}"
    return ""


def best_sequence(results: Results) -> str:
    """Which representation the sequence model that is best on select has: contrasts of plain heads do not say."""
    best = results.best_of_each().get(SEQUENCE)
    if best is None:
        return ""
    entry = choose.parts_of(results, best.variant)
    told = listing([f"{part} {code(worded(entry[part]))}" for part in ("representation", "head")])
    return f"the sequence model that is best on select, {code(best.variant)}, has {told}"
