"""The page Cost: recall against seconds and parameters."""

from collections.abc import Callable

import plotly.graph_objects as go

from study.exhibits.figures import GREY, draw, family_style, inert
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import PRIMARY, count, number, plural, seconds
from study.exhibits.results import Cost, Results, Row
from study.exhibits.tables import Cell, estimate, name, table, whole

Measure = Callable[[Cost], float]


def frontier(results: Results, measure: Measure) -> list[Row]:
    """The variants that no other one both undercuts in cost and exceeds in test recall@10, cheapest first."""
    found: list[Row] = []
    for row in sorted(results.leaderboard, key=lambda row: (measure(results.cost[row.variant]), -_recall(row))):
        if not found or _recall(row) > _recall(found[-1]):
            found.append(row)
    return found


def _recall(row: Row) -> float:
    return row.estimates[PRIMARY].estimate


def _refit(cost: Cost) -> float:
    return cost.refit_seconds


def _parameters(cost: Cost) -> float:
    return float(cost.parameters or 0)


def summary(results: Results) -> Html:
    """What is worth its seconds."""
    efficient = frontier(results, _refit)
    costs = results.cost
    dearest = max(results.leaderboard, key=lambda row: costs[row.variant].refit_seconds)
    cheap = efficient[0]
    ratio = costs[dearest.variant].refit_seconds / max(costs[cheap.variant].refit_seconds, 1e-3)
    total = sum(
        cost.tune_seconds + results.row(v).seeds * (cost.refit_seconds + cost.score_seconds)
        for v, cost in costs.items()
    )
    steps = [
        f"{code(row.variant)} ({number(_recall(row))}, {seconds(_refit(costs[row.variant]))})" for row in efficient
    ]
    return paragraphs([
        f"All searches, refits and scorings together took {seconds(total)} on the machine of this run. A refit of "
        f"{code(dearest.variant)}, the dearest, takes {seconds(costs[dearest.variant].refit_seconds)}, "
        f"{count(ratio)} times as long as {code(cheap.variant)}, and reaches {number(_recall(dearest))} against "
        f"{number(_recall(cheap))}.",
        f"No other variant is both cheaper and better than {listing(steps)}.",
    ])  # fmt: skip


def scatter(results: Results) -> Html:
    """Recall against the seconds of a refit, and against learned parameters."""
    by_time = _scatter(results, _refit, "refit, seconds per seed")
    return joined([by_time, _scatter(results, _parameters, "learned parameters")])


def _scatter(results: Results, measure: Measure, title: str) -> Html:
    rows = [row for row in results.leaderboard if measure(results.cost[row.variant]) > 0]
    left_out = len(results.leaderboard) - len(rows)
    on_frontier = [row for row in frontier(results, measure) if row in rows]
    step = go.Scatter(
        x=[measure(results.cost[row.variant]) for row in on_frontier],
        y=[_recall(row) for row in on_frontier],
        mode="lines",
        line={"color": GREY, "width": 1, "dash": "dot", "shape": "hv"},
        hoverinfo="skip",
        showlegend=False,
    )
    families = dict.fromkeys(row.family for row in rows)
    points = [_points(results, measure, [row for row in rows if row.family == name_]) for name_ in families]
    names = ", ".join(row.variant for row in on_frontier)
    hidden = f" {plural(left_out, 'variant')} with none of it cannot be drawn." if left_out else ""
    caption = f"Test {PRIMARY} against {title} (logarithmic). On the frontier: {names}.{hidden}"
    return draw(
        [step, *points], caption, height=420, showlegend=True,
        xaxis={"title": {"text": title}, "type": "log", "dtick": 1, "tickformat": "~s"},
        yaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".2~f"},
    )  # fmt: skip


def _points(results: Results, measure: Measure, rows: list[Row]) -> go.Scatter:
    colour, symbol = family_style(rows[0].family)
    estimates = [row.estimates[PRIMARY] for row in rows]
    return go.Scatter(
        x=[measure(results.cost[row.variant]) for row in rows],
        y=[e.estimate for e in estimates],
        error_y={
            "array": [(e.high if e.high is not None else e.estimate) - e.estimate for e in estimates],
            "arrayminus": [e.estimate - (e.low if e.low is not None else e.estimate) for e in estimates],
            "symmetric": False,
            "thickness": 1.2,
            "width": 0,
        },
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 10},
        name=inert(rows[0].family),
        text=[inert(row.variant) for row in rows],
        hovertemplate="<b>%{text}</b><br>%{x:,.3~g}, recall %{y:.4f}<extra></extra>",
    )


def costs(results: Results) -> Html:
    """All that was measured."""
    rows = []
    for row in results.leaderboard:
        cost = results.cost[row.variant]
        times = (cost.tune_seconds, cost.refit_seconds, cost.score_seconds)
        rows.append([
            name(row.variant),
            estimate(row.estimates[PRIMARY]),
            *(Cell(seconds(value), value) for value in times),
            whole(cost.peak_mb),
            whole(cost.parameters),
            whole(cost.positions),
        ])  # fmt: skip
    head = ["variant", "test", "search", "refit", "score", "peak, MB", "parameters", "positions trained"]
    return table(head, rows, "Measured cost; refit and score per seed")
