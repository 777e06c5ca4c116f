"""The questions of the study, each answered in one sentence that its contrasts compose."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from study.exhibits import choose, enough, scope, source
from study.exhibits.beats import NO_CONTRAST, verdict_on_counting
from study.exhibits.clauses import NOTHING, apart, evidence, limited, together
from study.exhibits.diagnostics import smaller, telling
from study.exhibits.key_action import key_action
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import count, flipped, named, number, percent, plural, signed, worded
from study.exhibits.records import PRIMARY, Contrast, Diagnosis
from study.exhibits.results import Results
from study.exhibits.shipping import ship
from study.exhibits.who import windows_of
from study.exhibits.young import of_young_alone, parts_of_effects, with_young
from study.metrics.screening import PRIMARY as WHO_PRIMARY

COMPOSED = {
    "plain": ("composed", "composed_with_id"),
    "repeat_aware": ("composed_repeat_aware", "composed_with_id_repeat_aware"),
}
"""The heads that make candidates of their attributes, by the one that they are beside an id table."""
COUNTED = " (an id table has no score for young candidates: a part of the gain may come from counting the young ones)"
READERS = {"causal": "causal attention", "bidirectional": "attention to both sides", "gru": "recurrence"}
"""The architectures that read the order of events."""
UNTESTED = "which no contrast tests itself, and the budgets of the two arms differ"


@dataclass(frozen=True)
class Question:
    """A question, the answer from the results of the main arm, and the page that has what lies behind it."""

    asked: str
    answer: Callable[[Results], str]
    page: str
    title: str


def sentence(question: Question, results: Results) -> str:
    """The answer as one sentence, with a link to its page."""
    link = f'<a href="{question.page}.html">{question.title}</a>'
    return f"<strong>{question.asked}</strong> {_raised(lined(question.answer(results)))} ({link})."


def lined(answer: str) -> str:
    """The answer with every semicolon or comma behind contrasts at the end of their line, not before the next one."""
    return re.sub(r"((?:</small>|</span>)+)([;,]) ", r"\2\1 ", answer)


def headline(results: Results) -> Html:
    """The first question with the shortest answer to it."""
    told = verdict_on_counting(choose.against_counting(results), results.power.margin)
    return paragraphs([f"<strong>{QUESTIONS[0].asked}</strong> {_raised(told)}."], "prose headline")


def answers(results: Results) -> Html:
    """All questions, in the order in which a team asks them."""
    items = "".join(f"<li>{sentence(question, results)}</li>" for question in QUESTIONS)
    return Html(f'<ol class="prose answers">{items}</ol>')


def _raised(clause: str) -> str:
    return clause[:1].upper() + clause[1:]


def _missing(arm: str) -> str:
    return source.not_run(arm).removesuffix(".").replace("The arm", "these results cannot say: the arm", 1)


def beats_counting(results: Results) -> str:
    """Does anything beat counting?"""
    against = choose.against_counting(results)
    further = choose.others(choose.over_counting(results), against)
    lead = lead_over_counting(against, results.power.margin) + scope.turned(results, against)
    return lead + apart(results, further, "besides") + _on_the_larger_catalogue(results)


def _on_the_larger_catalogue(results: Results) -> str:
    large = results.beside("catalogue")
    if large is None:
        return ""
    against = choose.against_counting(large)
    where = f"in the arm catalogue, with {plural(large.data.catalogue, 'candidate')}"
    return apart(large, against, where) + scope.turned(large, against)


def lead_over_counting(against: Sequence[Contrast], margin: float) -> str:
    """Yes or no, then every contrast with the best counting rule."""
    return f"{verdict_on_counting(against, margin)}; {evidence(against, margin)}" if against else NO_CONTRAST


def is_it_the_data(results: Results) -> str:
    """What the log itself allows, and what fewer users would have cost."""
    power = results.power
    best = "" if power.best is None else f", against {number(power.best)} of the variant that is best on select"
    limits = (
        f"a faultless ranking reaches a {PRIMARY} of {number(power.perfect)}{best}, and candidates outside the "
        f"catalogue are on average {percent(power.ceiling, 2)} of what is relevant to a query"
    )
    if results.diagnoses is None:
        return f"{_missing('diagnostics')}; what the log allows is known: {limits}"
    gained = enough.gains(results.diagnoses, results.reached)
    size = enough.judge(results.diagnoses, gained, power.margin)
    if size is None:
        return f"the diagnostics did not vary the number of users, so these results cannot say; {limits}"
    told = evidence([as_contrast(found) for found in size.shown], power.margin)
    return f"{size.lead} (in {smaller(results)}): {told}{size.limit}; {limits}"


def as_contrast(found: Diagnosis) -> Contrast:
    """The diagnosis with a left side that names the change, so that it reads like any other contrast."""
    is_named = found.left_variant != found.right_variant
    told = f"{found.left_variant}, {telling(found.change)}"
    return found if is_named else found.model_copy(update={"left_variant": told})


def representation(results: Results) -> str:
    """One position per event, or one per attribute?"""
    layouts = {"representation": ("sum", "concat", "tuple")}, {"representation": "flat"}
    asked = choose.about(results, *layouts, "representation")
    short = [contrast for contrast in asked if choose.is_short(results, contrast.left_variant)]
    events = choose.others(asked, short)
    further = choose.others(results.about("representation"), asked)
    lefts = listing([code(layout) for layout in scope.lefts(results, asked, "representation")])
    sides = f"one position per event ({lefts})", "flattened tokens"
    alike = [contrast for contrast in events if not scope.unlike_objectives(results, contrast)]
    found = "; ".join(limited(results, told, *sides, "head") for told in choose.by_head(results, alike)) or NOTHING
    found += apart(results, short, scope.short_histories(results, short))
    found += apart(results, choose.others(events, alike), "where their objectives differ as well")
    found += scope.across(results, "representation") + scope.best_sequence(results)
    heads = results.about("head")
    shared = " or ".join(map(worded, scope.lefts(results, heads, "representation")))
    counts = f"for a head that is told the user's own counts, with the representation {shared}"
    return found + apart(results, further, "besides") + apart(results, heads, counts)


def objective(results: Results) -> str:
    """What should a prefix predict?"""
    plain = {"pretrain": None}
    horizon = choose.about(
        results,
        {"objective": "horizon", **plain},
        {"objective": ("next_moment", "next_line", "next_token")},
        "objective",
    )
    further = choose.others(results.about("objective"), horizon)
    rivals = " or ".join(map(named, scope.rights(results, horizon, "objective")))
    found = limited(results, horizon, named("horizon"), rivals, "representation", "head")
    return found + scope.across(results, "objective") + apart(results, further, "besides")


def loss(results: Results) -> str:
    """Which loss, on the small and on the large catalogue?"""
    small = choose.over_softmax(results)
    if not small:
        return NOTHING
    told = _softmax(results, small)
    large = results.beside("catalogue")
    if large is None:
        return f"{told}; whether the catalogue's size matters, {_missing('catalogue')}"
    found = choose.over_softmax(large)
    if not found:
        return f"{told}; no loss is contrasted on the larger catalogue"
    if large.question.candidate_columns == results.question.candidate_columns:
        return (
            f"{told}; the arm with the larger catalogue asks for the same candidates here, so its size was not varied"
        )
    return f"{told}; {_softmax(large, found)}; {_turns(_verdicts(results, small), _verdicts(large, found))}"


def _softmax(results: Results, by_objective: dict[str, list[Contrast]]) -> str:
    """What the losses of each objective settle, on the catalogue of these results."""
    candidates, sides = plural(results.data.catalogue, "candidate"), ("the other losses", "the full softmax")
    return "; ".join(
        f"with {candidates} and {named(objective)} as objective, {limited(results, asked, *sides)}"
        f"{scope.by_negatives(results, asked)}"
        for objective, asked in by_objective.items()
    )


def _verdicts(results: Results, by_objective: dict[str, list[Contrast]]) -> dict[tuple[str, str], str]:
    """The verdict of each objective and loss."""
    return {
        (objective, choose.parts_of(results, c.left_variant)["loss"]): c.verdict
        for objective, asked in by_objective.items()
        for c in scope.trained(results, asked)
    }


def _turns(before: dict[tuple[str, str], str], after: dict[tuple[str, str], str]) -> str:
    """Whether the verdict of any loss differs between the catalogues, which no contrast tests."""
    both = [key for key in before if key in after]
    known = [key for key in both if "undetermined" not in (before[key], after[key])]
    changed = [key for key in known if before[key] != after[key]]
    turned = [f"{code(worded(key[1]))} ({before[key]}, then {after[key]})" for key in changed]
    if not both:
        return "no loss was compared on both"
    if not known:
        return "no loss that was compared on both has a settled verdict on both"
    if not turned:
        where = "" if known == both else " where both are settled"
        return f"no verdict changes with the catalogue's size{where}, {UNTESTED}"
    return f"with the catalogue's size the verdict changes for {listing(turned)}, {UNTESTED}"


def order(results: Results) -> str:
    """Does it help to know in which order the events came? Mean pool has no order but weighs events by their age."""
    reads = {"architecture": tuple(READERS)}
    kept: list[Contrast] = choose.about(results, reads, {"architecture": "mean_pool"}, "architecture")
    readers = " or ".join(READERS[one] for one in scope.lefts(results, kept, "architecture"))
    others = choose.about(results, reads, reads, "architecture")
    among = _among_readers(results, [one for one in others if _architectures(results, one) == 2])
    return f"{limited(results, kept, readers, 'an average by age')}{among}; {_shuffled(results)}"


def _architectures(results: Results, contrast: Contrast) -> int:
    """How many there are on its two sides: one of depth or of an objective has the same on both."""
    sides = (contrast.left_variant, contrast.right_variant)
    return len({choose.parts_of(results, side)["architecture"] for side in sides})


def _among_readers(results: Results, contrasts: Sequence[Contrast]) -> str:
    """Which architectures that read the order differ; nothing where none are compared."""
    if not contrasts:
        return ""
    found = [contrast for contrast in contrasts if contrast.verdict in ("better", "worse")]
    compared = f"; of {plural(len(contrasts), 'contrast')} between models that all read it"
    if not found:
        return f"{compared}, none shows a difference"
    show = "shows" if len(found) == 1 else "show"
    lead = f"{compared}, {count(len(found))} {show} a difference{scope.learning(results, found)}"
    return f"{lead}: {evidence(found, results.power.margin)}"


def _shuffled(results: Results) -> str:
    """What shuffling does to the smaller fits of the diagnostics, apart from what the main arm says."""
    if results.diagnoses is None:
        return f"what shuffling the order does, {_missing('diagnostics')}"
    shuffled = [flipped(as_contrast(found)) for found in results.diagnoses if found.change.startswith("order")]
    if not shuffled:
        return "the diagnostics did not shuffle the order"
    sides = "contents on their own dates", "contents on shuffled dates (which takes recency along with order)"
    return f"in {smaller(results)}, {together(results, shuffled, *sides)}"


def young(results: Results) -> str:
    """Can candidates that training never saw be ranked? The contrasts are about all candidates."""
    found = results.beside("young")
    if found is None:
        return _missing("young")
    plain, aware = (choose.about(found, {"head": heads}, {"head": table}) for table, heads in COMPOSED.items())
    sides, rows = ("candidates composed from their attributes", "an id table alone"), with_young(found)
    by_part = parts_of_effects(found) if rows else {}

    def more(contrast: Contrast) -> str:
        parts = by_part.get(contrast.name)
        return f", {signed(parts.known)} of it on known and {signed(parts.young)} on young ones" if parts else ""

    lead = f"over all candidates, known and young together, {limited(found, plain, *sides, more=more)}"
    counted = COUNTED if any(contrast.verdict == "better" for contrast in aware) else ""
    aware_of = f"; told the user's own counts as well, {limited(found, aware, *sides, more=more)}{counted}"
    lead += aware_of if aware else ""
    against = choose.against_counting(found)
    lead += f"; against counting, {evidence(against, found.power.margin, more)}" if against else ""
    lead += scope.turned(found, against)
    if not rows:
        return f"{lead}; no relevant candidate of the test windows is young"
    return f"{lead}; of young candidates alone the recall, which no contrast tests, is {of_young_alone(found, rows)}"


def who_will_buy(results: Results) -> str:
    """Which users will act, and does anything beat counting at that?"""
    found = results.beside("who")
    if found is None:
        return _missing("who")
    best = found.leaderboard[0]
    reached = best.estimates[WHO_PRIMARY]
    margin = found.params.statistics.who_margin
    against = choose.against_counting(found)
    told = lead_over_counting(against, margin) + scope.turned(found, against)
    share = percent(reached.estimate)
    limit = windows_of(found).limit
    most = "" if limit is None else f", where no ranking could have more than {percent(limit)}"
    reach = f"has {share} of those who act among its top 5 % of users{most}"
    asked = f"asked whether {key_action(found.question)}"
    return f"{asked}, {told}; {code(best.variant)}, which is best on select, {reach}"


QUESTIONS = [
    Question("Does anything beat counting?", beats_counting, "leaderboard", "Leaderboard"),
    Question("Is it the data?", is_it_the_data, "diagnostics", "Is it the data?"),
    Question("Which representation?", representation, "representation", "Representation"),
    Question("Which objective?", objective, "objective_and_loss", "Objective and loss"),
    Question("Which loss, and does the catalogue's size matter?", loss, "catalogue", "Catalogue"),
    Question("Does order matter?", order, "architecture", "Architecture and order"),
    Question("What about young candidates?", young, "young", "Young candidates"),
    Question("Who will buy?", who_will_buy, "who", "Who will buy"),
    Question("What to ship, at what cost?", ship, "cost", "Cost"),
]
