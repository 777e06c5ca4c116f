"""The questions of the study, each answered in one sentence that its contrasts compose."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from study.exhibits import choose, enough, scope, source
from study.exhibits.beats import NO_CONTRAST, verdict_on_counting
from study.exhibits.diagnostics import smaller, telling
from study.exhibits.key_action import key_action
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import brief, flipped, number, percent, plural, settled
from study.exhibits.records import PRIMARY, Contrast, Diagnosis
from study.exhibits.results import Results
from study.exhibits.shipping import ship
from study.exhibits.young import of_young_alone, with_young
from study.metrics.screening import PRIMARY as WHO_PRIMARY

COMPOSED = {
    "plain": ("composed", "composed_with_id"),
    "repeat_aware": ("composed_repeat_aware", "composed_with_id_repeat_aware"),
}
"""The heads that make candidates of their attributes, by the one that they are beside an id table."""
COUNTED = " (an id table has no score for young candidates, so their very counts are a part of the gain)"
READERS = {"causal": "causal attention", "bidirectional": "attention to both sides", "gru": "recurrence"}
"""The architectures that read the order of events."""
UNTESTED = "which no contrast tests itself, and the budgets of the two arms differ"
NOTHING = "no contrast about this is declared, so these results cannot say"


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


def _evidence(contrasts: Sequence[Contrast], margin: float) -> str:
    """The contrasts, set apart from what they add up to, a line each."""
    lines = (f'<small class="contrast">{brief(contrast, margin)}</small>' for contrast in contrasts)
    return f'<span class="evidence">{"; ".join(lines)}</span>'


def _together(results: Results, asked: Sequence[Contrast], left: str, right: str) -> str:
    """What the contrasts of the kind left over right settle, then each of them."""
    margin = results.power.margin
    return f"{settled(asked, left, right, margin)}: {_evidence(asked, margin)}" if asked else NOTHING


def _limited(results: Results, asked: Sequence[Contrast], left: str, right: str, *held: str) -> str:
    """The same, limited to the values of the factors `held` that its sides have, and to how far they were trained."""
    if not asked:
        return NOTHING
    margin, trained = results.power.margin, scope.trained(results, asked)
    told = settled(trained, left, right, margin) if trained else f"undetermined between {left} and {right}"
    shared = f", {scope.held(results, asked, *held)}" if held else ""
    shown, rest = (
        [scope.with_negatives(results, contrast) for contrast in some]
        for some in (trained, choose.others(asked, trained))
    )
    lead = f"{told}{shared}{scope.learning(results, trained)}"
    found = f"{lead}: {_evidence(shown, margin)}" if shown else lead
    return f"{found}{_apart(results, rest, scope.UNTRAINED)}"


def _apart(results: Results, contrasts: Sequence[Contrast], where: str) -> str:
    return f"; {where}, {_evidence(contrasts, results.power.margin)}" if contrasts else ""


def _missing(arm: str) -> str:
    return source.not_run(arm).removesuffix(".").replace("The arm", "these results cannot say: the arm", 1)


def beats_counting(results: Results) -> str:
    """Does anything beat counting?"""
    against = choose.against_counting(results)
    further = choose.others(choose.over_counting(results), against)
    lead = lead_over_counting(against, results.power.margin) + scope.turned(results, against)
    return lead + _apart(results, further, "besides")


def lead_over_counting(against: Sequence[Contrast], margin: float) -> str:
    """Yes or no, then every contrast with the best counting rule."""
    return f"{verdict_on_counting(against, margin)}; {_evidence(against, margin)}" if against else NO_CONTRAST


def is_it_the_data(results: Results) -> str:
    """What the log itself allows, and what fewer users would have cost."""
    power = results.power
    best = "" if power.best is None else f", against {number(power.best)} of the variant that is best on select"
    limits = (
        f"a faultless ranking reaches a {PRIMARY} of {number(power.perfect)}{best}, and candidates outside the "
        f"catalogue cost {number(power.ceiling)}"
    )
    if results.diagnoses is None:
        return f"{_missing('diagnostics')}; what the log allows is known: {limits}"
    gained = enough.gains(results.diagnoses, results.reached)
    size = enough.judge(results.diagnoses, gained, power.margin)
    if size is None:
        return f"the diagnostics did not vary the number of users, so these results cannot say; {limits}"
    told = _evidence([as_contrast(found) for found in size.shown], power.margin)
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
    found = "; ".join(_limited(results, told, *sides, "head") for told in choose.by_head(results, alike)) or NOTHING
    found += _apart(results, short, scope.short_histories(results, short))
    found += _apart(results, choose.others(events, alike), "where their objectives differ as well")
    found += scope.across(results, "representation") + scope.best_sequence(results)
    return found + _apart(results, further, "besides")


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
    found = _limited(results, horizon, "the horizon", "the next event", "representation", "head")
    return found + scope.across(results, "objective") + _apart(results, further, "besides")


def over_softmax(results: Results) -> list[Contrast]:
    """The contrasts of another loss with the full softmax, for one and the same question and objective."""
    asked = {"objective": "horizon"}
    sides = {"family": "sequence", **asked}, {"loss": "softmax", **asked}
    found = choose.about(results, *sides, "loss", "catalogue")
    return [c for c in found if choose.parts_of(results, c.left_variant)["loss"] != "softmax"]


def loss(results: Results) -> str:
    """Which loss, on the small and on the large catalogue?"""
    small = over_softmax(results)
    if not small:
        return NOTHING
    told = f"with {plural(results.data.catalogue, 'candidate')}, {_softmax(results, small)}"
    large = results.beside("catalogue")
    if large is None:
        return f"{told}; whether the catalogue's size matters, {_missing('catalogue')}"
    found = over_softmax(large)
    if not found:
        return f"{told}; no loss is contrasted on the larger catalogue"
    if large.question.candidate_columns == results.question.candidate_columns:
        return (
            f"{told}; the arm with the larger catalogue asks for the same candidates here, so its size was not varied"
        )
    larger = f"with {plural(large.data.catalogue, 'candidate')}, {_softmax(large, found)}"
    return f"{told}; {larger}; {_turns(results, small, large, found)}"


def _softmax(results: Results, contrasts: Sequence[Contrast]) -> str:
    return _limited(results, contrasts, "the other losses", "the full softmax") + scope.by_negatives(results, contrasts)


def _turns(results: Results, small: Sequence[Contrast], large: Results, found: Sequence[Contrast]) -> str:
    """Whether the verdict of any loss differs between the catalogues, which no contrast tests."""
    before = {choose.parts_of(results, c.left_variant)["loss"]: c.verdict for c in scope.trained(results, small)}
    after = {choose.parts_of(large, c.left_variant)["loss"]: c.verdict for c in scope.trained(large, found)}
    both = [name for name in before if name in after]
    known = [name for name in both if "undetermined" not in (before[name], after[name])]
    turned = [f"{code(name)} ({before[name]}, then {after[name]})" for name in known if before[name] != after[name]]
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
    return f"{_limited(results, kept, readers, 'an average by age')}; {_shuffled(results)}"


def _shuffled(results: Results) -> str:
    """What shuffling does to the smaller fits of the diagnostics, apart from what the main arm says."""
    if results.diagnoses is None:
        return f"what shuffling the order does, {_missing('diagnostics')}"
    shuffled = [flipped(as_contrast(found)) for found in results.diagnoses if found.change.startswith("order")]
    if not shuffled:
        return "the diagnostics did not shuffle the order"
    sides = "contents on their own dates", "contents on shuffled dates (which takes recency along with order)"
    return f"in {smaller(results)}, {_together(results, shuffled, *sides)}"


def young(results: Results) -> str:
    """Can candidates that training never saw be ranked? The contrasts are about all candidates."""
    found = results.beside("young")
    if found is None:
        return _missing("young")
    plain, aware = (choose.about(found, {"head": heads}, {"head": table}) for table, heads in COMPOSED.items())
    sides = "candidates composed from their attributes", "an id table alone"
    lead = f"over all candidates, known and young together, {_limited(found, plain, *sides)}"
    lead += f"; told the user's own counts as well, {_limited(found, aware, *sides)}{COUNTED}" if aware else ""
    against = choose.against_counting(found)
    lead += f"; against counting, {_evidence(against, found.power.margin)}" if against else ""
    lead += scope.turned(found, against)
    rows = with_young(found)
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
    told = lead_over_counting(choose.against_counting(found), margin)
    share = percent(reached.estimate)
    reach = f"has {share} of those who act among its top 5 % of users"
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
