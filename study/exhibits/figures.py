"""How every figure looks, and how it gets into a page: drawn by report/_static/book.js from JSON beside it."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import plotly.graph_objects as go

from study.exhibits.colours import BLUE, FAMILIES, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION
from study.exhibits.markup import Html, escape
from study.exhibits.records import Estimate

_MARKERS = {"counting": "circle", "aggregates": "square", "sequence": "diamond", "hybrid": "star", "average": "x"}
_VERDICTS = {"better": (GREEN, "triangle-up"), "worse": (VERMILION, "triangle-down"), "equivalent": (BLUE, "square")}
_SERIES = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY]
_SYMBOLS = ["circle", "square", "diamond", "triangle-up", "x", "star"]
_DASHES = ["solid", "dot", "dash", "longdash", "dashdot"]
EDGE = 0.7
"""Between the outermost row of a figure and its frame, in rows."""
LONGEST = 60
"""Characters of a name beside its row."""
_AXIS = {"automargin": True, "zeroline": False, "ticks": "outside", "ticklen": 4, "title": {"standoff": 8}}


def family_style(family: str) -> tuple[str, str]:
    """Colour and marker of a family."""
    return FAMILIES.get(family, PURPLE), _MARKERS.get(family, "cross")


def verdict_style(verdict: str) -> tuple[str, str]:
    """Colour and marker of a verdict."""
    return _VERDICTS.get(verdict, (GREY, "circle-open"))


def series_style(index: int) -> tuple[str, str]:
    """Colour and dash of the n-th line of a figure."""
    return _SERIES[index % len(_SERIES)], _DASHES[index // len(_SERIES) % len(_DASHES)]


def series_symbol(index: int) -> str:
    """Marker of the n-th line of a figure, by which lines are told apart without colours."""
    return _SYMBOLS[index % len(_SYMBOLS)]


def inert(value: object) -> str:
    """A name from data as text that Plotly does not read as its own markup."""
    return escape(value).replace("&#x27;", "'").replace("&quot;", '"')


def names_axis(names: Iterable[str]) -> dict[str, Any]:
    """An axis with a name per row, from top to bottom; a name that looks like a number or a date stays a name."""
    shown = list(names)[::-1]
    order = [inert(name) for name in shown]
    ends = [-EDGE, len(order) - 1 + EDGE]
    axis = {"type": "category", "categoryorder": "array", "categoryarray": order, "range": ends}
    return axis | {"tickvals": order, "ticktext": [inert(shortened(name)) for name in shown]}


def shortened(name: str) -> str:
    """A name as an axis has room for it."""
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "\N{HORIZONTAL ELLIPSIS}"


def error_bars(estimates: Sequence[Estimate], **style: Any) -> dict[str, Any]:
    """The intervals of estimates as error bars of a trace; none where there is no interval."""
    above = [_distance(e.estimate, e.high) for e in estimates]
    below = [_distance(e.low, e.estimate) for e in estimates]
    return {"array": above, "arrayminus": below, "symmetric": False, "thickness": 1.4, **style}


def _distance(low: float | None, high: float | None) -> float:
    return 0.0 if low is None or high is None else high - low


def legend_below(offset: float) -> dict[str, Any]:
    """A legend of many entries, `offset` heights of the plot below it: the title of the axis stands between."""
    return {"orientation": "h", "yanchor": "top", "y": -offset, "x": 0, "font": {"size": 11}}


def legend_height(entries: int) -> int:
    """What a legend below a figure adds to its height, in CSS pixels, at three entries a line."""
    return 20 * math.ceil(entries / 3)


def whole_axis(title: str, highest: float) -> dict[str, Any]:
    """An axis of whole numbers up to `highest`."""
    return {"title": {"text": title}, "dtick": max(1, math.ceil(highest / 8)), "tick0": 0}


def horizontal(value: float) -> dict[str, Any]:
    """A dashed line of reference across the plot."""
    return {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": value, "y1": value, "line": _DASHED}


def vertical(value: float) -> dict[str, Any]:
    """A dashed line of reference from bottom to top, behind the data."""
    place = {"yref": "paper", "x0": value, "x1": value, "y0": 0, "y1": 1}
    return {"type": "line", "line": _DASHED, "layer": "below", **place}


_DASHED = {"color": GREY, "width": 1.5, "dash": "dash"}


def draw(traces: Sequence[Any], caption: str, *, height: int, **changes: Any) -> Html:
    """A figure with its caption, which is also its alternative text.

    Args:
        traces: plotly traces.
        caption: plain text that says what is to be seen.
        height: in CSS pixels; the width is that of the page.
        changes: to the layout that all figures share.
    """
    figure = go.Figure(data=list(traces), layout=_layout().update(changes))
    spec = json.dumps(json.loads(figure.to_json()), separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")
    return Html(
        f'<figure class="exhibit"><div class="plot" role="img" aria-label="{escape(caption)}" '
        f'style="height:{height}px"></div><script type="application/json">{spec}</script>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def _layout() -> go.Layout:
    return go.Layout(
        template=None,
        font={"size": 13},
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis=_AXIS,
        yaxis=_AXIS,
        hoverlabel={"align": "left"},
        hovermode="closest",
        showlegend=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "font": {"size": 12}},
    )


def grid(figures: Iterable[Html]) -> Html:
    """Small figures side by side where the page is wide enough."""
    return Html('<div class="exhibits">' + "".join(figure.text for figure in figures) + "</div>")


def folded(title: str, content: Html) -> Html:
    """Something long behind a line that opens it; report/_static/book.js draws its figures then."""
    return Html(f'<details class="exhibit"><summary>{escape(title)}</summary>{content.text}</details>')


def logarithmic(lines: Mapping[str, Sequence[tuple[float, float]]], caption: str, across: str, up: str) -> Html:
    """A line with its points for each name, both axes logarithmic.

    Args:
        lines: points (x, y) by name, in the order of x.
        across, up: titles of the axes; what x counts, and what y measures.
    """
    traces = []
    for index, (name, points) in enumerate(lines.items()):
        colour, dash = series_style(index)
        traces.append(
            go.Scatter(
                x=[x for x, _ in points],
                y=[y for _, y in points],
                mode="lines+markers",
                line={"color": colour, "dash": dash, "width": 1.6},
                marker={"symbol": series_symbol(index), "size": 8},
                name=inert(name),
                hovertemplate=f"%{{fullData.name}}, %{{x:,}} {across}: %{{y:.3~g}}<extra></extra>",
            )
        )
    return draw(
        traces,
        caption,
        height=360,
        showlegend=True,
        legend=legend_below(0.22),
        xaxis={"title": {"text": across}, "type": "log", "dtick": 1, "tickformat": "~s"},
        yaxis={"title": {"text": up}, "type": "log", "dtick": 1, "tickformat": "~g"},
    )


def row_height(rows: int) -> int:
    """Height of a figure with one line of text per row, in CSS pixels."""
    return 90 + 26 * rows
