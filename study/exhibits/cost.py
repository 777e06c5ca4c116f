"""The page Cost: recall against seconds and parameters."""

from collections.abc import Callable

import plotly.graph_objects as go

from study.exhibits import choose
from study.exhibits.colours import GREY
from study.exhibits.figures import draw, error_bars, family_style, inert
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import count, number, percent, plural, seconds
from study.exhibits.records import Cost, Row
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.tables import Cell, brackets, estimate, name, table, whole
from study.params.statistics import PRIMARY

Measure = Callable[[Cost], float]
SHORTEST = 1e-3  # seconds: what is faster was not measured well


def frontier(results: Results, measure: Measure) -> list[Row]:
    """The variants that no other one both undercuts in cost and exceeds in test recall@10, cheapest first."""
    found: list[Row] = []
    for row in sorted(results.leaderboard, key=lambda row: (measure(results.cost[row.variant]), -row.recall)):
        if not found or row.recall > found[-1].recall:
            found.append(row)
    return found


def _refit(cost: Cost) -> float:
    return cost.refit_seconds


def _parameters(cost: Cost) -> float:
    return float(cost.parameters or 0)


def summary(results: Results) -> Html:
    """What is worth its seconds."""
    return paragraphs([_extremes(results), _efficient(results)])


def _extremes(results: Results) -> str:
    costs = results.cost
    spent = (c.tune_seconds + results.row(v).seeds * c.refit_seconds for v, c in results.measured.items())
    ordered = sorted(results.leaderboard, key=lambda row: costs[row.variant].refit_seconds)
    cheap, dear = ordered[0], ordered[-1]
    total = (
        f"All searches and refits add up to {seconds(sum(spent))} of one worker on the machine of this run"
        f"{beside_other_work(results)}."
    )
    if cheap is dear:
        return f"{total} A refit of {code(dear.variant)} takes {seconds(costs[dear.variant].refit_seconds)}."
    ratio = costs[dear.variant].refit_seconds / max(costs[cheap.variant].refit_seconds, SHORTEST)
    return (
        f"{total} A refit of {code(dear.variant)}, the dearest, takes {seconds(costs[dear.variant].refit_seconds)}, "
        f"{count(ratio)} times as long as one of {code(cheap.variant)}, the cheapest; they reach {number(dear.recall)} "
        f"and {number(cheap.recall)}."
    )


def _efficient(results: Results) -> str:
    steps = [
        f"{code(row.variant)} ({number(row.recall)}, {seconds(_refit(results.cost[row.variant]))})"
        for row in frontier(results, _refit)
    ]
    return (
        f"The Pareto frontier of refit time and test {PRIMARY}: {listing(steps)}; by estimates alone, and neighbours "
        "on it often cannot be told apart."
    )


def scatter(results: Results) -> Html:
    """Recall against the seconds of a refit, and against learned parameters."""
    by_time = _scatter(results, _refit, "refit, seconds per seed", "~g", "measured time")
    return joined([by_time, _scatter(results, _parameters, "learned parameters", "~s", "learned parameters")])


def _scatter(results: Results, measure: Measure, title: str, ticks: str, noun: str) -> Html:
    rows = [row for row in results.leaderboard if measure(results.cost[row.variant]) > 0]
    left_out = len(results.leaderboard) - len(rows)
    on_frontier = [row for row in frontier(results, measure) if row in rows]
    step = go.Scatter(
        x=[measure(results.cost[row.variant]) for row in on_frontier],
        y=[row.recall for row in on_frontier],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
        showlegend=False,
    )
    families = dict.fromkeys(row.family for row in rows)
    points = [_points(results, measure, [row for row in rows if row.family == name_]) for name_ in families]
    names = ", ".join(row.variant for row in on_frontier)
    hidden = (
        f" Left out, but counted for the frontier: {plural(left_out, 'variant')} with no {noun}." if left_out else ""
    )
    level = percent(1 - results.params.statistics.alpha)
    caption = (
        f"Test {PRIMARY} with its {level} interval over users and seeds against {title} (logarithmic). Dotted: the "
        "frontier, the highest that is reached at that cost or less; "
        f"on it: {names or 'only what is left out'}.{hidden}"
    )
    return draw(
        [step, *points],
        caption,
        height=420,
        showlegend=True,
        xaxis={"title": {"text": title}, "type": "log", "dtick": 1, "tickformat": ticks},
        yaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".2~f"},
    )


def _points(results: Results, measure: Measure, rows: list[Row]) -> go.Scatter:
    colour, symbol = family_style(rows[0].family)
    estimates = [row.test for row in rows]
    return go.Scatter(
        x=[measure(results.cost[row.variant]) for row in rows],
        y=[e.estimate for e in estimates],
        error_y=error_bars(estimates, width=0),
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 10},
        name=inert(rows[0].family),
        text=[inert(row.variant) for row in rows],
        hovertemplate="<b>%{text}</b><br>%{x:,.3~g}, recall %{y:.4f}<extra></extra>",
    )


def costs(results: Results) -> Html:
    """All that was measured."""
    rows = [_measured(results, row) for row in results.leaderboard]
    head = ["variant", "test", "search", "refit", "peak, MB", "parameters", "trained on"]
    caption = (
        f"{PRIMARY} on test ({brackets(results.params.statistics.alpha)}) and measured cost; refit per seed. Trained "
        "on: what a refit was offered, in the unit in which its budget counts, where that counts events or tokens. "
        "Parameters: the numbers that a fit keeps, which are the weights of a network, the counts of a rule, and of "
        "trees the values of leaves and what each split asks"
    )
    return table(head, rows, caption)


def _measured(results: Results, row: Row) -> list[Cell]:
    cost = results.cost[row.variant]
    times = (cost.tune_seconds, cost.refit_seconds)
    counted = choose.counted(choose.parts_of(results, row.variant))
    seen = "" if cost.positions is None else f"{count(cost.positions)} {counted}"
    return [
        name(row.variant),
        estimate(row.test),
        *(Cell(seconds(value), value) for value in times),
        whole(cost.peak_mb),
        whole(cost.parameters),
        Cell(seen, cost.positions),
    ]
