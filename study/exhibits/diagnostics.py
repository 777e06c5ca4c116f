"""The page Is it the data?: what each change of the data has cost the best variant of each family."""

from collections.abc import Sequence

import plotly.graph_objects as go

from study.exhibits import choose, far_past, room, source
from study.exhibits.changes import UNCHANGED, telling
from study.exhibits.diagnosis_records import Diagnostics
from study.exhibits.effects import effect_marks, margin_band
from study.exhibits.enough import gains
from study.exhibits.figures import draw, family_style, inert, row_height
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import (
    count,
    family,
    percent,
    plural,
    probability,
    raised,
    signed,
    to_margin,
)
from study.exhibits.records import Contrast, Diagnosis
from study.exhibits.results import Results
from study.exhibits.tables import brackets, estimate, name, table, words
from study.params.budget import Size
from study.params.statistics import PRIMARY

CHANCE = "chance"
LEAVING_COUNTS = ("attributes", "noise")
"""The topics whose changes take nothing from the user's own counts."""
READING_COUNTS = ("aggregates", "hybrid")
"""The families that read them as features."""
METRICS = {PRIMARY: PRIMARY, "auroc": "AUROC"}
TOPICS = {
    "order": "Order of the moments",
    "time": "Time",
    "recent": "The far past, cut off when a query is scored",
    "attributes": "Attributes",
    "noise": "Noise",
    "users": "Number of users",
}
"""What the topics are called, in the order of the page; one that is not named here comes last, by its own name."""


def answer(results: Results) -> Html:
    """For each topic what it does to each family."""
    found, margin = results.diagnostics, results.margin
    if found is None or not found.contrasts:
        return paragraphs(["The leak alarm alone was asked for."]) if found else source.NOTHING
    variants = {c.family: c.left_variant for c in found.contrasts}
    told = [f"{code(variant)} of the {family(group)}" for group, variant in variants.items()]
    lead = (
        f"Asked are the variants that are best on select, {listing(told)}, with their chosen settings and no new "
        f"search. A change is harmful or helpful by its verdict, adjusted over "
        f"{plural(len(found.contrasts), 'contrast')}, and within ±{margin:g} {PRIMARY} it is equivalent. What is "
        "changed at test alone is scored with the very fits of the unchanged side, and what is fitted again starts as "
        "they did; the bootstrap draws the seeds of each side independently all the same, so an interval may be wider "
        "than it need be."
    )
    by_topic = {topic: [c for c in found.contrasts if c.question == topic] for topic in _topics(found.contrasts)}
    items = bullets(_topic(topic, shown, margin) for topic, shown in by_topic.items())
    return joined(
        [
            paragraphs([lead]),
            items,
            paragraphs(
                [
                    *far_past.told(found.contrasts, found.reached),
                    *room.told(results, found.contrasts),
                    *_at_stake(results, found),
                ]
            ),
        ]
    )


def _topics(contrasts: Sequence[Diagnosis]) -> list[str]:
    """Those of the contrasts, in the order of the page."""
    asked = dict.fromkeys(c.question for c in contrasts)
    return [topic for topic in dict.fromkeys([*TOPICS, *asked]) if topic in asked]


def _at_stake(results: Results, found: Diagnostics) -> list[str]:
    """How much a change could take that leaves the user's own counts, a sentence; none without a counting rule."""
    gained = gains(found.contrasts, found.reached)
    if gained is None:
        return []
    text = f"Unchanged, these fits differ from {code(gained.rule)}, a rule that counts: {gained.told(results.margin)}."
    if not _leads(results, found):
        return [text]
    text += (
        " Taking an attribute or adding noise leaves models of aggregates and a repeat-aware head the user's own "
        "counts. Such a model that is above that rule can hardly lose more than its lead by that change, "
        "but for the error of these estimates."
    )
    if near := [code(variant) for variant in hardly_ahead(results, found)]:
        text += (
            f" For {listing(near)} that lead is {lead_size(results, found)}, by estimates that no "
            "contrast tests: there an equivalence was to be expected."
        )
    return [text]


def hardly_ahead(results: Results, found: Diagnostics) -> list[str]:
    """The variants that are left the user's own counts, and lead the rule that counts by less than the margin."""
    return [variant for variant, gain in _leads(results, found).items() if gain < results.margin]


def lead_size(results: Results, found: Diagnostics) -> str:
    """How large the lead of those is, beside the margin."""
    gained = gains(found.contrasts, found.reached)
    return "" if gained is None else gained.of(hardly_ahead(results, found)).size(results.margin)


def _leads(results: Results, found: Diagnostics) -> dict[str, float]:
    """By how much the variants that are left the user's own counts are above the rule that counts, if they are."""
    gained = gains(found.contrasts, found.reached)
    counting = _left_their_counts(results, found.contrasts)
    gains_ = {} if gained is None else gained.by_variant
    return {variant: gain for variant, gain in gains_.items() if gain > 0 and variant in counting}


def _left_their_counts(results: Results, contrasts: Sequence[Diagnosis]) -> set[str]:
    """The variants that know the user's own counts, and were asked for a change that leaves them."""
    asked = {c.left_variant: c.family for c in contrasts if c.question in LEAVING_COUNTS}
    own = {
        name for name, entry in results.params.variants.items() if choose.declared(entry.model_dump()).get("reads_own")
    }
    return {variant for variant, group in asked.items() if group in READING_COUNTS or variant in own}


def _topic(topic: str, shown: Sequence[Diagnosis], margin: float) -> str:
    label = TOPICS.get(topic, raised(topic.replace("_", " ")))
    groups = dict.fromkeys(c.family for c in shown)
    parts = [f"{family(group)}: {_clause([c for c in shown if c.family == group], margin)}" for group in groups]
    return f"<strong>{label}.</strong> {'; '.join(parts)}."


def _hit(contrast: Diagnosis, margin: float) -> str:
    return f"{telling(contrast.change)} ({signed(contrast.effect)}{to_margin(contrast, margin)})"


def _clause(shown: Sequence[Diagnosis], margin: float) -> str:
    """What the changes of one topic do to one family: harm and help by name, the rest by number."""
    parts = []
    for verdict, word in (("worse", "harmful"), ("better", "helpful")):
        hit = [_hit(c, margin) for c in shown if c.verdict == verdict]
        parts += [f"{word}: {listing(hit)}"] if hit else []
    for verdict in ("equivalent", "undetermined"):
        rest = [telling(c.change) for c in shown if c.verdict == verdict]
        parts += [f"{verdict}: {listing(rest)}"] if rest else []
    return ", ".join(parts)


def as_contrast(found: Diagnosis) -> Contrast:
    """The diagnosis with a left side that names the change, so that it reads like any other contrast."""
    is_named = found.left_variant != found.right_variant
    told = f"{found.left_variant}, {telling(found.change, str)}"
    return found if is_named else found.model_copy(update={"left_variant": told})


def forest(results: Results) -> Html:
    """Effects with the interval that each verdict used, by change and family; the margin is shaded."""
    found, margin = results.diagnostics, results.margin
    if found is None or not found.contrasts:
        return Html("")
    rows = list(dict.fromkeys(c.change for c in found.contrasts))
    groups = list(dict.fromkeys(c.family for c in found.contrasts))
    by_group = [[c for c in found.contrasts if c.family == group] for group in groups]
    traces = [_marks(shown, (i - (len(groups) - 1) / 2) * 0.7 / len(groups), rows) for i, shown in enumerate(by_group)]
    caption = (
        f"Difference in {PRIMARY} from the unchanged fit for {plural(len(found.contrasts), 'contrast')}, with the "
        f"interval that its verdict used; the margin of ±{margin:g} is shaded"
    )
    ticks = {"tickvals": list(range(len(rows))), "ticktext": [inert(row) for row in rows], "autorange": "reversed"}
    return draw(
        traces,
        caption,
        height=row_height(2 * len(rows)),
        showlegend=True,
        xaxis={"title": {"text": f"difference in {PRIMARY}"}, "tickformat": "+.4~f", "nticks": 6},
        yaxis=ticks,
        shapes=margin_band(margin),
    )


def _marks(shown: Sequence[Diagnosis], offset: float, rows: list[str]) -> go.Scatter:
    """The contrasts of one family, `offset` of a row below its middle."""
    texts = [
        f"<b>{inert(c.left_variant)}, {inert(c.change)}</b><br>{signed(c.effect)} [{signed(c.low)}, "
        f"{signed(c.high)}]<br>difference: {probability(c.p_difference)}; equivalence: "
        f"{probability(c.p_equivalence)}<br>{c.verdict}"
        for c in shown
    ]
    places, group = [rows.index(c.change) + offset for c in shown], shown[0].family
    return effect_marks(shown, places, texts, style=family_style(group), name=inert(group))


def origin(results: Results) -> Html:
    """Revision, budget and seeds behind the numbers; says so where the arm has not been run."""
    found = results.diagnostics
    if found is None:
        return paragraphs([source.not_run("diagnostics")])
    seeds = plural(results.params.budgets.of(found.manifest.budget).diagnostics.seeds, "seed")
    told = source.origin("diagnostics", found.manifest)
    return paragraphs([f"{told}: {seeds} per change, and as many of the unchanged fit."], "source")


def smaller(results: Results, found: Diagnostics) -> str:
    """The fits of this arm and how much smaller they are, for where they stand beside those of the main arm."""
    share = percent(_share(results.params.budgets.of(found.manifest.budget)))
    return f"fits of the diagnostics, whose budget is {share} of that of the main arm"


def _share(spent: Size) -> float:
    """Of the events of a round of the main arm, those of a round of this arm."""
    return spent.diagnostics.positions / spent.main.positions


def scale(results: Results) -> Html:
    """How much smaller the fits of this arm are than those of the main arm, and how much they reach of it."""
    found = results.diagnostics
    if found is None:
        return Html("")
    spent = results.params.budgets.of(found.manifest.budget)
    own = spent.diagnostics.positions
    lead = (
        f"A round of these fits has {count(own)} events, {percent(_share(spent))} of those of the main arm, and "
        "aggregates learn from that share of its training queries. A change is compared with the unchanged fit of the "
        "same size. Under permuted labels alone a round has as many events as in the variant's own arm."
    )
    known = {row.variant: row.test for row in results.leaderboard}
    rows = [
        [name(one.variant), words(one.family), estimate(one), estimate(known[one.variant])]
        for one in found.reached
        if one.change == UNCHANGED and one.variant in known
    ]
    told = brackets(results.params.statistics.alpha)
    caption = f"{PRIMARY} on test of the unchanged fits, and of the same variants in the main arm; {told}"
    head = ["variant", "stands for", "unchanged, here", "in the main arm"]
    return joined([paragraphs([lead]), *([table(head, rows, caption)] if rows else [])])
