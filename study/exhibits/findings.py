"""The page Findings: the answer first, every sentence computed."""

import plotly.graph_objects as go

from study.exhibits import contrasts
from study.exhibits.data import COMPLETE_JOURNEY
from study.exhibits.figures import GREY, draw, family_style, inert, row_height
from study.exhibits.markup import Html, bullets, code, escape, joined, listing, paragraphs
from study.exhibits.prose import (
    PRIMARY,
    count,
    family,
    number,
    percent,
    plural,
    seconds,
    sentence,
    verdict_sentence,
    within,
)
from study.exhibits.results import Contrast, Results, Row
from study.exhibits.tables import Cell, decimal, estimate, name, table, words

COUNTING = "counting"
BEST_COUNTING = "best:counting"
SEQUENCE = "sequence"


def challengers(results: Results) -> list[Contrast]:
    """The contrasts of something with the best counting rule."""
    return [contrast for contrast in results.contrasts if contrast.right == BEST_COUNTING]


def answer(results: Results) -> Html:
    """Does anything beat counting, by how much, at what cost?"""
    against = challengers(results)
    if not against:
        return paragraphs(
            ["No contrast with the best counting rule is declared, so these results cannot say."], "answer"
        )
    rule = code(against[0].right_variant)
    winners = [contrast for contrast in against if contrast.verdict == "better"]
    open_ = [contrast for contrast in against if contrast.verdict == "undetermined"]
    if winners:
        who = listing([f"{code(c.left_variant)} (by {number(c.effect)})" for c in winners])
        small = all(c.effect < results.power.margin for c in winners)
        yes = f"Yes, but by less than the margin of {results.power.margin:g}" if small else "Yes"
        lead = f"{yes}: {who} {'beats' if len(winners) == 1 else 'beat'} the best counting rule, {rule}."
    elif open_:
        lead = f"Not shown: nothing is shown to beat the best counting rule, {rule}, but not every contrast is settled."
    else:
        lead = f"No: nothing beats the best counting rule, {rule}, by more than the margin."
    return joined([
        paragraphs([f"<strong>Does anything beat counting?</strong> {lead}"], "answer"),
        bullets(_challenge(results, contrast) for contrast in against),
        paragraphs([_champion(results), _source(results)]),
    ])  # fmt: skip


def _challenge(results: Results, contrast: Contrast) -> str:
    spent, rule = (results.cost[variant] for variant in (contrast.left_variant, contrast.right_variant))
    cost = (
        f"Its search took {seconds(spent.tune_seconds)} and a refit {seconds(spent.refit_seconds)}, "
        f"against {seconds(rule.tune_seconds)} and {seconds(rule.refit_seconds)} for the counting rule."
    )
    lost = contrast.verdict == "worse" and results.row(contrast.left_variant).family == SEQUENCE
    finding = f" {_training(results, contrast.left_variant)}" if lost else ""
    return f"{sentence(verdict_sentence(contrast, results.power.margin))} {cost}{finding}"


def _training(results: Results, variant: str) -> str:
    search = results.search(variant)
    still = (
        "its best round was the last that the budget allowed, so more training might narrow the gap"
        if results.row(variant).unfinished
        else f"it was best on stop after round {count(search.rounds)} of {count(search.last_round)}, so it had stopped "
        "improving within its budget"
    )
    return f"That a Transformer loses to counting here is a finding: {still} (curves in <em>Tuning</em>)."


def _champion(results: Results) -> str:
    best = results.leaderboard[0]
    return (
        f"Of all {plural(len(results.leaderboard), 'variant')}, {code(best.variant)} ({escape(best.family)}) is best on "
        f"select; on test its {PRIMARY} is {within(best.estimates[PRIMARY])}."
    )


def _source(results: Results) -> str:
    manifest = results.manifest
    return (
        f"Snapshot {code(manifest.snapshot)}, revision {code(manifest.revision[:12])}, budget {code(manifest.budget)}, "
        f"{plural(results.power.queries, 'query')} of {plural(results.power.users, 'user')}."
    )


def standing(results: Results) -> Html:
    """Test recall@10 of every variant, with the best counting rule as a line."""
    order = sorted(results.leaderboard, key=lambda row: row.estimates[PRIMARY].estimate)
    families = dict.fromkeys(row.family for row in results.leaderboard)
    traces = [_dots(name_, [row for row in order if row.family == name_]) for name_ in families]
    first = results.best_of_each().get(COUNTING)
    shapes = [] if first is None else [_line(first.estimates[PRIMARY].estimate)]
    reference = "" if first is None else f"; dashed: {first.variant}, the counting rule that is best on select"
    top = order[-1]
    caption = (
        f"Test {PRIMARY} with {percent(1 - results.params.statistics.alpha)} intervals of "
        f"{plural(len(order), 'variant')}, from {order[0].variant} ({number(order[0].estimates[PRIMARY].estimate)}) to "
        f"{top.variant} ({number(top.estimates[PRIMARY].estimate)}){reference}."
    )
    return draw(
        traces,
        caption,
        height=row_height(len(order)),
        showlegend=True,
        shapes=shapes,
        xaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".2~f", "nticks": 6},
        yaxis={"categoryorder": "array", "categoryarray": [inert(row.variant) for row in order]},
    )


def _dots(family_: str, rows: list[Row]) -> go.Scatter:
    colour, symbol = family_style(family_)
    shown = [row.estimates[PRIMARY] for row in rows]
    return go.Scatter(
        x=[e.estimate for e in shown],
        y=[inert(row.variant) for row in rows],
        error_x={
            "array": [(e.high if e.high is not None else e.estimate) - e.estimate for e in shown],
            "arrayminus": [e.estimate - (e.low if e.low is not None else e.estimate) for e in shown],
            "symmetric": False,
            "color": colour,
            "thickness": 1.6,
        },
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9},
        name=inert(family_),
        text=[f"{within(e)}<br>select {number(row.select)}" for e, row in zip(shown, rows, strict=True)],
        hovertemplate="<b>%{y}</b><br>%{text}<extra></extra>",
    )


def _line(value: float) -> dict[str, object]:
    line = {"color": GREY, "width": 1.5, "dash": "dash"}
    return {"type": "line", "yref": "paper", "x0": value, "x1": value, "y0": 0, "y1": 1, "line": line, "layer": "below"}


def price(results: Results) -> Html:
    """The best of each family and what it took."""
    rows = []
    for row in results.best_of_each().values():
        cost = results.cost[row.variant]
        took = (cost.tune_seconds, cost.refit_seconds)
        rows.append([
            words(row.family),
            name(row.variant),
            decimal(row.select),
            estimate(row.estimates[PRIMARY]),
            *(Cell(seconds(value), value) for value in took),
        ])  # fmt: skip
    head = ["family", "best on select", "select", "test", "search", "refit, per seed"]
    return table(
        head, rows, f"{PRIMARY} of the best variant of each family, and what it cost on the machine of this run"
    )


def contrast_sentences(results: Results) -> Html:
    """Every declared contrast, one sentence per family of contrasts."""
    return contrasts.sentences(results, results.contrasts)


def resolution(results: Results) -> Html:
    """How much this log could show at all."""
    return bullets([*_detectable(results), *_headroom(results), _repeats(results)])


def _detectable(results: Results) -> list[str]:
    power = results.power
    if power.detectable is None:
        return []
    fine = power.detectable <= power.margin
    return [
        f"With {plural(power.queries, 'query')} of {plural(power.users, 'user')}, the smallest difference between two variants "
        f"that this log shows with a power of 80 % is {number(power.detectable)} {PRIMARY} (median over the declared "
        f"contrasts, before Holm's adjustment): {'finer' if fine else 'coarser'} than the margin of {power.margin:g}"
        + (", so what matters can be seen." if fine else ", so a difference that matters may stay undetermined.")
    ]


def _headroom(results: Results) -> list[str]:
    power = results.power
    unseen = (
        f"Relevant candidates outside the catalogue cost every variant {number(power.ceiling)} of recall"
        if power.ceiling > 0
        else "No relevant candidate lies outside the catalogue"
    )
    perfect = (
        f"{unseen}; since a query can have more relevant candidates than places, a faultless ranking reaches a {PRIMARY} "
        f"of {number(power.perfect)}."
    )
    if power.counting is None:
        return [perfect]
    room = power.perfect - power.counting
    gained = "" if power.best is None or power.best <= power.counting else (
        f"; the variant that is best on select takes {number(power.best - power.counting)} of it, "
        f"{percent((power.best - power.counting) / room)}"
    )  # fmt: skip
    return [
        perfect,
        f"Counting reaches {number(power.counting)}: the headroom above it is {number(room)}{gained}. Nobody knows how "
        "much of it can be predicted from the past.",
    ]


def _repeats(results: Results) -> str:
    share = results.power.repeat_share
    lead = f"{percent(share)} of what users act on in a test window they had acted on before"
    if share > 0.5:
        log = "a grocery log" if results.data.source == COMPLETE_JOURNEY else "this log"
        return (
            f"{lead}: {log} repeats itself, as a click log may not, and that favours rules that count. "
            "Another log may reverse these findings."
        )
    return f"{lead}, so most of it is new to them: counting what a user did before cannot reach the larger part."


def caveats(results: Results) -> Html:
    """What all of this is conditional on."""
    budget = getattr(results.params.budgets, results.manifest.budget)
    tuned = [row for row in results.leaderboard if row.tuned]
    unfinished = [code(row.variant) for row in results.leaderboard if row.unfinished]
    actions = " and ".join(
        f"{escape(column)} is {escape(' or '.join(allowed))}"
        for column, allowed in results.params.question.key_action.items()
    )
    items = [
        f"<strong>One search per variant.</strong> Each of the {plural(len(tuned), 'tuned variant')} had one search of "
        f"{plural(budget.trials, 'trial')}; the intervals cover users and seeds, not the luck of another search.",
        f"<strong>One log.</strong> Everything holds for {code(results.manifest.snapshot)} and its "
        f"{plural(results.params.question.windows.test, 'test window')}, until it is repeated on another snapshot.",
        f"<strong>Only users who act.</strong> A query exists where a user takes the key action ({actions}) within "
        f"{plural(results.params.question.horizon_days, 'day')}; all numbers are conditional on that, and say nothing "
        "of who will act.",
    ]
    if unfinished:
        items.append(
            f"<strong>Unfinished.</strong> {listing(unfinished)} had {'its' if len(unfinished) == 1 else 'their'} best "
            "round at the end of the budget; more training might help, and the same budget for all is what is compared."
        )
    return bullets(items)


def families(results: Results) -> Html:
    """What the families are, by the number of their variants."""
    members: dict[str, int] = {}
    for row in results.leaderboard:
        members[row.family] = members.get(row.family, 0) + 1
    return paragraphs([
        f"{listing([f'{count(amount)} {escape(family(name_))}' for name_, amount in members.items()])} took part. "
        "The declared contrasts say the following; every interval is the one that its verdict used."
    ])  # fmt: skip
