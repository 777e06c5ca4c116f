"""The questions of the study, each answered in one sentence that its contrasts compose."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from study.exhibits import (
    across,
    choose,
    counting_answer,
    edges,
    enough,
    few_seeds,
    other_changes,
    other_measures,
    plan,
    scope,
    token_clause,
    two_changes,
)
from study.exhibits.answer import TURN, Answer, in_turn, of, semicolons, shown
from study.exhibits.beats import expected_alike
from study.exhibits.clauses import NOTHING, apart, evidence, examples, limited, of_the_history
from study.exhibits.diagnostics import as_contrast, smaller
from study.exhibits.key_action import key_action
from study.exhibits.losses import loss
from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.order import order
from study.exhibits.power_of_who import hardly_shown, unlikely_shown
from study.exhibits.prose import bracketed, cannot_say, named, number, percent, plural, sentence, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results
from study.exhibits.shipping import ship
from study.exhibits.source import missing, taste
from study.exhibits.who import windows_of
from study.exhibits.young_answer import young
from study.metrics.screening import PRIMARY as WHO_PRIMARY
from study.params.statistics import PRIMARY

LONGER = "where their histories differ as well, which may make or hide a difference"
UNLIKE = "where their objectives differ as well"


@dataclass(frozen=True)
class Question:
    """A question, the answer from the results of the main arm, and the page that has what lies behind it."""

    asked: str
    answer: Callable[[Results], Answer]
    page: str
    title: str


def answered(question: Question, results: Results) -> str:
    """The answer as one sentence, with a link to its page, over what stands beside it."""
    link = f'<a href="{question.page}.html">{question.title}</a>'
    return shown(completed(question.answer(results), results), question.asked, link)


def completed(answer: Answer, results: Results) -> Answer:
    """With what other measures say of the contrasts that settle it, and which of their sides chose an edge."""
    names = {one.name for one in answer.rests_on}
    asked = [
        (arm, [one for one in answer.rests_on if one.name in own])
        for arm, contrasts in few_seeds.of_arms(results)
        if (own := names & {one.name for one in contrasts})
    ]
    told = [other_measures.by_ndcg(arm, contrasts) for arm, contrasts in asked]
    at_edges = [clause for arm, contrasts in asked if (clause := edges.of_sides(arm, contrasts))]
    lead, short = semicolons(answer.lead, *told), semicolons(answer.short, other_measures.in_short(asked))
    return replace(answer, lead=lead, short=short, beside=[*answer.beside, *at_edges])


def headline(results: Results) -> Html:
    """The first question with the shortest answer to it, and how much of test it rests on."""
    power = results.power
    of_test = f"{plural(power.queries, 'query')} of {plural(power.users, 'user')}"
    asked = f"on test here: {of_test}{taste(results.manifest)}"
    told = f" {TURN}".join(map(sentence, [*counting_answer.headline(results), asked]))
    return paragraphs([f"<strong>{QUESTIONS[0].asked}</strong> {told}"], "prose headline")


def answers(results: Results) -> Html:
    """All questions, in the order in which a team asks them."""
    items = "".join(f"<li>{answered(question, results)}</li>" for question in QUESTIONS)
    return Html(f'<ol class="prose answers">{items}</ol>')


def is_it_the_data(results: Results) -> Answer:
    """What the log itself allows, and what fewer users would have cost."""
    power = results.power
    best = "" if power.best is None else f", against {number(power.best)} of the variant that is best on select"
    unseen = (
        f"candidates outside the catalogue are on average {percent(power.ceiling, 2)} of what is relevant to a query"
    )
    limits = (
        f"a faultless ranking reaches a {PRIMARY} of {number(power.perfect)}{best}, and "
        f"{unseen if power.ceiling > 0 else 'no relevant candidate lies outside the catalogue'}"
    )
    diagnosed = results.diagnostics
    if diagnosed is None:
        return of(missing("diagnostics"), f"what the log allows is known: {limits}")
    gained = enough.gains(diagnosed.contrasts, diagnosed.reached)
    size = enough.judge(diagnosed.contrasts, gained, results.margin)
    if size is None:
        silent = cannot_say("the diagnostics did not vary the number of users")
        return of(silent, limits, *other_changes.told(results))
    shown = [as_contrast(found) for found in size.shown]
    lead = f"{size.lead} (in {smaller(results, diagnosed)}): {evidence(shown, results.margin)}"
    short = bracketed(f"{size.lead}, in {smaller(results, diagnosed)}", examples(shown))
    further = *size.limits, limits, *other_changes.told(results)
    return of(lead, *further, short=short, rests_on=shown, margin=results.margin)


def representation(results: Results) -> Answer:
    """One position per event, or one per attribute?"""
    asked = choose.about(results, {"layout": "event"}, {"layout": "token"}, "representation")
    short = [contrast for contrast in asked if choose.is_short(results, contrast.left_variant)]
    events = choose.others(asked, short)
    worth = choose.over_candidates(results)
    further = choose.others(results.about("representation"), [*asked, *worth])
    lefts = listing([code(layout) for layout in scope.lefts(results, asked, "representation")])
    sides, held = (f"one position per event ({lefts})", "flattened tokens"), ("objective", "head")
    alike = [contrast for contrast in events if not scope.unlike_objectives(results, contrast)]
    longer = [contrast for contrast in alike if scope.unlike_histories(results, contrast)]
    cleared, as_short = choose.others(alike, longer), scope.short_histories(results, short)
    unsaid = _of_other_heads(results, longer, [*cleared, *short])
    confounded = apart(results, choose.others(longer, unsaid), LONGER)
    judged = limited(results, short, *sides, *held).led_by(as_short)
    settled = in_turn(
        *(limited(results, told, *sides, *held) for told in choose.by_head(results, cleared)),
        *([judged] if short and longer else []),
        *([limited(results, unsaid, *sides, *held).led_by(LONGER)] if unsaid else []),
    )
    expected = expected_alike(results, [*cleared, *unsaid])
    lead = semicolons(settled.whole, expected)
    control = judged.whole if longer and short else apart(results, short, as_short)
    leading = [*cleared, *(short if longer else []), *unsaid]
    heads = choose.about(results, {"reads_own": True}, {"reads_own": False}, "head")
    shared = " or ".join(map(worded, scope.lefts(results, heads, "representation")))
    counts = f"for a head that is told the user's own counts, with the representation {shared}"
    return of(
        lead or confounded or control or NOTHING,
        limited(results, worth, "all attributes of an event", "its candidate alone", "head").whole if worth else "",
        "" if longer or not lead else control,
        confounded if lead else "",
        apart(results, choose.others(events, alike), UNLIKE, more=two_changes.apart(results)),
        scope.other_histories(results, alike),
        across.told(results, "representation"),
        scope.best_sequence(results),
        token_clause.told(results),
        *_besides(results, further),
        apart(results, heads, counts),
        short=semicolons(settled.short, expected) if settled.short else "",
        rests_on=scope.trained(results, leading),
        margin=results.margin,
    )


def _besides(results: Results, further: Sequence[Contrast]) -> list[str]:
    """Further contrasts, those that say little apart."""
    trained = scope.trained(results, further)
    untrained = choose.others(further, trained)
    return [apart(results, trained, "besides"), apart(results, untrained, f"besides, {scope.UNTRAINED}")]


def _of_other_heads(results: Results, longer: Sequence[Contrast], known: Sequence[Contrast]) -> list[Contrast]:
    """Those of unlike histories whose head has no contrast of like ones; none where no head has."""
    answered = scope.lefts(results, known, "head")
    return [c for c in longer if answered and not set(scope.lefts(results, [c], "head")) <= set(answered)]


def objective(results: Results) -> Answer:
    """What should a prefix predict?"""
    plain = {"hides": None, "weighs_key": None, "contrasts_parts": None}
    asked = choose.about(results, {"objective": "horizon", "pretrain": None}, plain, "objective")
    horizon = [contrast for contrast in asked if scope.unlike_objectives(results, contrast)]
    change = plan.changes(results)
    tokens = choose.about(results, {"classes": "candidates"}, {"classes": "tokens", **plain}, "objective")
    tokens = [c for c in choose.others(tokens, horizon) if change(*c.variants) == ["objective"]]
    further = choose.others(results.about("objective"), [*horizon, *tokens])
    held = "representation", "head"
    rivals = _objectives(scope.rights(results, horizon, "objective"))
    lead = [limited(results, horizon, named("horizon"), rivals, *held)] if horizon or not tokens else []
    sides = (_objectives(of_sides(results, tokens, "objective")) for of_sides in (scope.lefts, scope.rights))
    told = in_turn(*lead, *([limited(results, tokens, *sides, *held)] if tokens else []))
    return of(
        semicolons(told.whole, across.told(results, "objective")),
        *_besides(results, further),
        short=told.short,
        rests_on=scope.trained(results, [*horizon, *tokens]),
        margin=results.margin,
    )


def _objectives(found: Sequence[str]) -> str:
    return " or ".join(map(named, found))


def who_will_buy(results: Results) -> Answer:
    """Which users will act, and does anything beat counting at that?"""
    found = results.beside("who")
    if found is None:
        return of(missing("who"))
    best = found.leaderboard[0]
    reached = best.estimates[WHO_PRIMARY]
    against = choose.against_counting(found)
    is_open = any(contrast.verdict == "undetermined" for contrast in against)
    beaten = counting_answer.lead_over_counting(found, against)
    told = semicolons(
        beaten.whole,
        scope.turned(found, against),
        of_the_history(found).whole,
        unlikely_shown(found) if is_open else "",
    )
    tested = windows_of(found)
    most = "" if tested.limit is None else f", where no ranking could have more than {percent(tested.limit)}"
    acting = plural(sum(window.positives for window in tested.windows), "positive")
    has, top = f"has {percent(reached.estimate)} of those who act", f"on test) among its top 5 % of users{most}"
    first = f"{code(best.variant)}, which is best on select,"
    over = semicolons(beaten.short, hardly_shown(found) if is_open else "")
    asked = f"the question is whether {key_action(found.question)}"
    lead = f"{asked}; {first} {has} ({acting} {top}; as to counting, {told}"
    short = f"{asked}; {first} {has} ({acting} {top}; {over}"
    history = choose.others(choose.over_blind(found), against)
    return of(lead, short=short, rests_on=[*against, *history], margin=found.margin)


QUESTIONS = [
    Question("Does anything beat counting?", counting_answer.beats_counting, "leaderboard", "Leaderboard"),
    Question("Is it the data?", is_it_the_data, "diagnostics", "Is it the data?"),
    Question("Which representation?", representation, "representation", "Representation"),
    Question("Which objective?", objective, "objective_and_loss", "Objective and loss"),
    Question("Which loss, and does the catalogue's size matter?", loss, "catalogue", "Catalogue"),
    Question("Does order matter?", order, "architecture", "Architecture and order"),
    Question("What about young candidates?", young, "young", "Young candidates"),
    Question("Who will buy?", who_will_buy, "who", "Who will buy"),
    Question("What to ship, at what cost?", ship, "cost", "Cost"),
]
