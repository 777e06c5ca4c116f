"""How every figure looks, and how it gets into a page: drawn by report/_static/book.js from JSON beside it."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

import plotly.graph_objects as go

from study.exhibits.markup import Html, escape

# Okabe and Ito (2008), readable with every common colour blindness; families also differ in their marker.
BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY = "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"
GREY = "#8A8A8A"
SHADE = "rgba(138, 138, 138, 0.18)"
_FAMILIES = {"counting": (BLUE, "circle"), "aggregates": (VERMILION, "square"), "sequence": (GREEN, "diamond")}
_VERDICTS = {"better": (GREEN, "triangle-up"), "worse": (VERMILION, "triangle-down"), "equivalent": (BLUE, "square")}
_SERIES = [BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY]
_DASHES = ["solid", "dot", "dash", "longdash", "dashdot"]


def family_style(family: str) -> tuple[str, str]:
    """Colour and marker of a family."""
    return _FAMILIES.get(family, (PURPLE, "cross"))


def verdict_style(verdict: str) -> tuple[str, str]:
    """Colour and marker of a verdict."""
    return _VERDICTS.get(verdict, (GREY, "circle-open"))


def series_style(index: int) -> tuple[str, str]:
    """Colour and dash of the n-th line of a figure."""
    return _SERIES[index % len(_SERIES)], _DASHES[index // len(_SERIES) % len(_DASHES)]


def inert(value: object) -> str:
    """A name from data as text that Plotly does not read as its own markup."""
    return escape(value).replace("&#x27;", "'").replace("&quot;", '"')


def layout(**changes: Any) -> go.Layout:
    """The layout that all figures share, with changes."""
    axis = {"automargin": True, "zeroline": False, "ticks": "outside", "ticklen": 4, "title": {"standoff": 8}}
    base = go.Layout(
        template=None,
        font={"size": 13},
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis=axis,
        yaxis=axis,
        hoverlabel={"align": "left"},
        hovermode="closest",
        showlegend=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0, "font": {"size": 12}},
    )
    return base.update(changes)


def draw(traces: Sequence[Any], caption: str, *, height: int, **changes: Any) -> Html:
    """A figure with its caption, which is also its alternative text.

    Args:
        traces: plotly traces.
        caption: plain text that says what is to be seen.
        height: in CSS pixels; the width is that of the page.
        changes: to the shared layout.
    """
    figure = go.Figure(data=list(traces), layout=layout(**changes))
    spec = json.dumps(json.loads(figure.to_json()), separators=(",", ":"), sort_keys=True).replace("<", "\\u003c")
    return Html(
        f'<figure class="exhibit"><div class="plot" role="img" aria-label="{escape(caption)}" '
        f'style="height:{height}px"></div><script type="application/json">{spec}</script>'
        f"<figcaption>{escape(caption)}</figcaption></figure>"
    )


def grid(figures: Iterable[Html]) -> Html:
    """Small figures side by side where the page is wide enough."""
    return Html('<div class="exhibits">' + "".join(figure.text for figure in figures) + "</div>")


def row_height(rows: int) -> int:
    """Height of a figure with one line of text per row, in CSS pixels."""
    return 90 + 26 * rows
