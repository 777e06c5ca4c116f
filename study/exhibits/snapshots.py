"""The page Snapshots: what another snapshot of the log says to the same questions."""

from collections.abc import Callable

import plotly.graph_objects as go

from study.exhibits import agreement, effects_anew
from study.exhibits.changed_answers import changed
from study.exhibits.colours import GREY
from study.exhibits.data import local_day
from study.exhibits.figures import draw, family_style, inert
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import DASH, count, number, percent, plural
from study.exhibits.records import Row
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair, both_hold, comparison, otherwise, pairs
from study.exhibits.snapshot_records import Drift, Ranks
from study.exhibits.source import origin, short
from study.exhibits.tables import Cell, decimal, estimate, name, table, whole, words
from study.params.statistics import PRIMARY

TOP = 5
"""How many of the attributes that drift most are named."""
DIGITS = 3
"""Of a distance."""
LOST = 0.01
"""A change of the share of missing values from which on it is named."""


def which(results: Results) -> Html:
    """Which snapshots are compared, and the runs that are."""
    others = results.params.compare_with
    if not others:
        return paragraphs(
            [
                f"There is no snapshot to compare {code(results.params.snapshot.name)} with: "
                f"{code('compare_with')} names none."
            ]
        )
    return joined([_runs(results, other) for other in others])


def _runs(results: Results, other: str) -> Html:
    found, apart = pairs(results, other), paragraphs(_asked_otherwise(results, other))
    if not found:
        both = f"both {code(other)} and {code(results.params.snapshot.name)}"
        return joined([paragraphs([f"No arm was run on {both} with the same question."]), apart])
    lines = []
    for pair in found:
        there, here = pair.there.manifest, pair.here.manifest
        lines.append(f"{origin(pair.here.arm, here)}; on {code(other)}, revision {code(short(there.revision))}")
    differ = [pair.here.arm for pair in found if pair.there.manifest.budget != pair.here.manifest.budget]
    budgets = f" The budgets differ for {listing(list(map(code, differ)))}, so the runs do, too." if differ else ""
    runs = paragraphs([f"{line}." for line in lines[:-1]] + [f"{lines[-1]}.{budgets}"], "source")
    return joined([runs, apart, paragraphs([told for pair in found for told in _settled_later(pair)])])


def _asked_otherwise(results: Results, other: str) -> list[str]:
    """Of each arm that asked another question there what was another, a sentence each."""
    return [
        f"On {code(other)} the arm {code(here.arm)} asked another question, by {listing(list(map(code, keys)))}: it is "
        "not compared."
        for here in results.every()
        if (keys := otherwise(here, other))
    ]


def _settled_later(pair: Pair) -> list[str]:
    """That the defaults were found on weeks by which the other snapshot is tested, a sentence or none.

    They are those of the whole log that the study was made with.
    """
    cards = (pair.there.data, pair.here.data)
    tested, settled = (min(window.day for window in card.windows if window.span == "test") for card in cards)
    is_whole = pair.here.params.snapshot.until is None
    searches = [search for row in pair.there.leaderboard if (search := pair.there.search(row.variant)).space]
    if not all(card.is_own for card in cards) or not is_whole or tested >= settled or not searches:
        return []
    chosen = sum(search.chosen == 0 for search in searches)
    other, this = map(code, pair.names)
    return [
        f"{other} is tested from {tested} on, and the roster, the contrasts and the defaults of the arm "
        f"{code(pair.here.arm)} were settled on weeks of {this} up to {settled}. So they were settled with its test "
        f"windows in view: {count(chosen)} of {plural(len(searches), 'search')} there chose the defaults. What is "
        "repeated is the comparison, on other labels, not every choice behind it."
    ]


def drift(results: Results) -> Html:
    """How far each attribute moved."""
    return _each(results, _drift)


def _drift(pair: Pair) -> Html:
    found = comparison(pair)
    if found is None:
        return _not_compared(pair)
    other, this = pair.names
    if pair.is_one_log:
        return paragraphs([f"{code(other)} and {code(this)} are runs on the same events: nothing drifted."])
    unlisted = [code(row.attribute) for row in found.drift if row.new is not None and not row.is_listed]
    told = _most_moved(found.drift, pair)
    more = (
        f" Of {listing(unlisted)} the cards list the most frequent values alone: the others count as one value for "
        "the distance, which may be greater, and what neither card lists is neither new nor gone."
        if unlisted
        else ""
    )
    head = ["attribute", "kind", "distance", f"missing, {other}", f"missing, {this}", "new values", "gone values"]
    caption = (
        f"Drift of the events before the test span, from {other} to {this}: the Jensen-Shannon distance of known "
        "values, from 0, equal, to 1, nothing in common; of numbers that of their tenths, which stays below 1; new and "
        "gone: shares of known values that one card lists and the other does not"
    )
    return joined([paragraphs([told + more + _shared(pair)]), table(head, map(_moved, found.drift), caption)])


def _most_moved(drift: list[Drift], pair: Pair) -> str:
    other, this = pair.names
    known = {row.attribute: row.distance for row in drift if row.distance is not None}
    if not known:
        return f"The data card of {code(other)} or of {code(this)} tells no distribution, so no drift is known."
    unknown = [code(row.attribute) for row in drift if row.distance is None]
    more = f" The distance of {listing(unknown)} is not known." if unknown else ""
    lost = [code(row.attribute) for row in drift if abs(row.missing_here - row.missing_there) >= LOST]
    more += f" How often a value is missing changed for {listing(lost)}, which no distance tells." if lost else ""
    far = sorted((name_ for name_ in known if round(known[name_], DIGITS) > 0), key=lambda name_: -known[name_])
    if not far:
        return f"From {code(other)} to {code(this)} no known value of an attribute moved.{more}"
    shown = listing([f"{code(name_)} ({number(known[name_], DIGITS)})" for name_ in far[:TOP]])
    return f"What moved most from {code(other)} to {code(this)}: {shown}.{more}"


def _shared(pair: Pair) -> str:
    """The days that both cards tell of, where there are some: two snapshots of one log have the same events there."""
    cards = zip(pair.names, (pair.there.data, pair.here.data), strict=True)
    days = {name_: (local_day(card.first, card.timezone), local_day(card.last, card.timezone)) for name_, card in cards}
    if (both := both_hold(pair)) is None:
        return ""
    first, last = both
    inner = [code(name_) for name_ in days if days[name_] == (first, last)]
    outer = [code(name_) for name_ in days if days[name_] != (first, last)]
    lead = (
        f"The card of {outer[0]} contains the days of that of {inner[0]}, from {first} to {last}, too"
        if inner and outer
        else f"Both cards contain the days from {first} to {last}"
    )
    return f" {lead}: events that both hold dilute the drift."


def _moved(row: Drift) -> list[Cell]:
    shares = (row.missing_there, row.missing_here, row.new, row.gone)
    return [
        name(row.attribute),
        words(row.kind),
        decimal(row.distance, DIGITS),
        *(Cell(DASH if share is None else percent(share), share) for share in shares),
    ]


def ranks(results: Results) -> Html:
    """Kendall's tau, and both leaderboards side by side."""
    return _each(results, _ranks)


def _ranks(pair: Pair) -> Html:
    found, (other, this) = comparison(pair), pair.names
    best = [_first_of_common(side, pair) for side in (pair.there, pair.here)]
    same = (
        f"{code(best[0])} is best of these on select on both."
        if best[0] == best[1]
        else f"Best of these on select is {code(best[0])} on {code(other)} and {code(best[1])} on {code(this)}."
    )
    same = same if all(best) else ""
    if found is None or found.ranks.estimate is None:
        few = "Too few variants are common to compare their order. "
        tied = "On one of them all common variants have one value, so there is no order to compare. "
        told = "" if found is None else few if len(found.ranks.variants) < 2 else tied
        return joined([paragraphs([told + same]), *([_not_compared(pair)] if found is None else []), _boards(pair)])
    tau = found.ranks
    drawn = "the same users and other seeds" if tau.is_one_log else "users drawn together and seeds apart"
    told = (
        f"Kendall's tau-b between the orders of {plural(len(tau.variants), 'variant')} by test {PRIMARY} is "
        f"{number(tau.estimate)}: 1 is the same order, 0 is chance. Noise alone leaves less than 1: were the "
        f"order one, that of either snapshot, redraws of both, with {drawn}, would agree to {number(tau.low)} to "
        f"{number(tau.high)} in {percent(found.level)} of the draws, so {_noisy(tau)}. {same}"
    )
    return joined([paragraphs([told]), _boards(pair), _scatter(pair)])


def _noisy(tau: Ranks) -> str:
    """What the tau of two snapshots says beside those of one."""
    noise = "seeds" if tau.is_one_log else "users and seeds"
    if (tau.estimate or 0.0) < (tau.low or 0.0):
        return (
            f"the two orders agree less than the noise of {noise} explains; the luck of two searches, one on "
            "each snapshot, is no part of it, nor is what a change of the code between them does to single variants"
        )
    narrowly = ", if narrowly, for it lies at the lower end of these" if tau.estimate == tau.low else ""
    return f"no difference of the two orders beyond noise is shown{narrowly}"


def _first_of_common(side: Results, pair: Pair) -> str:
    """The best variant on select of one of the snapshots among those that both have; nothing where none is common."""
    common = {row.variant for _, row in _common(pair)}
    return next((row.variant for row in side.leaderboard if row.variant in common), "")


def _common(pair: Pair) -> list[tuple[Row, Row]]:
    there = {row.variant: row for row in pair.there.leaderboard}
    return [(there[row.variant], row) for row in pair.here.leaderboard if row.variant in there]


def _boards(pair: Pair) -> Html:
    other, this = pair.names
    ranked = [{row.variant: i for i, row in enumerate(_ordered(side), 1)} for side in zip(*_common(pair), strict=True)]
    if not ranked:
        return paragraphs(["No variant was run on both."])
    rows = [
        [name(a.variant), words(a.family), estimate(a.test), estimate(b.test), *(whole(r[a.variant]) for r in ranked)]
        for a, b in _common(pair)
    ]
    head = ["variant", "family", f"test, {other}", f"test, {this}", f"rank, {other}", f"rank, {this}"]
    return table(
        head, rows, f"Test {PRIMARY} and the rank by it of the variants that both have; sorted by select, here"
    )


def _ordered(rows: tuple[Row, ...]) -> list[Row]:
    return sorted(rows, key=lambda row: -row.recall)


def _scatter(pair: Pair) -> Html:
    other, this = pair.names
    rows = _common(pair)
    ends = [edge for side in rows for row in side for edge in (row.recall,)]
    span = [min(ends), max(ends)]
    line = go.Scatter(
        x=span, y=span, mode="lines", line={"color": GREY, "dash": "dot"}, showlegend=False, hoverinfo="skip"
    )
    traces = [_dots(member, rows) for member in dict.fromkeys(row.family for _, row in rows)]
    higher = sum(here.recall > there.recall for there, here in rows)
    caption = (
        f"Test {PRIMARY} on {other} and on {this}; dotted: equal. {higher} of {plural(len(rows), 'variant')} "
        f"{'reaches' if higher == 1 else 'reach'} more on {this}."
    )
    return draw(
        [line, *traces],
        caption,
        height=420,
        showlegend=True,
        xaxis={"title": {"text": inert(other)}, "tickformat": ".2~f"},
        yaxis={"title": {"text": inert(this)}, "tickformat": ".2~f"},
    )


def _dots(family: str, rows: list[tuple[Row, Row]]) -> go.Scatter:
    colour, symbol = family_style(family)
    shown = [(there, here) for there, here in rows if here.family == family]
    return go.Scatter(
        x=[there.recall for there, _ in shown],
        y=[here.recall for _, here in shown],
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9},
        name=inert(family),
        text=[inert(here.variant) for _, here in shown],
        hovertemplate="<b>%{text}</b><br>%{x:.4f}, then %{y:.4f}<extra></extra>",
    )


def contrasts(results: Results) -> Html:
    """Every contrast of every arm that both have."""
    tables = [agreement.contrast_table(pair) for other in results.params.compare_with for pair in pairs(results, other)]
    return joined(tables) if tables else paragraphs(["There is nothing to compare yet."])


def factorial(results: Results) -> Html:
    """Every effect of the factorial that both have."""
    return _each(results, effects_anew.table_of)


def sentences(results: Results) -> Html:
    """The answers of Findings whose words are not those that the other snapshot gives."""
    return _each(results, changed)


def _each(results: Results, part: Callable[[Pair], Html]) -> Html:
    """A part of the page for the main arm, for each of the other snapshots that it was run on."""
    found = [pair for other in results.params.compare_with for pair in pairs(results, other) if pair.here is results]
    return joined([part(pair) for pair in found]) if found else paragraphs(["There is nothing to compare yet."])


def _not_compared(pair: Pair) -> Html:
    run = code(f"dvc repro snapshots@{pair.names[0]}")
    return paragraphs([f"Drift and stability of the ranks of these very results were not computed yet: {run} does."])
