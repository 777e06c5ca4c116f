"""A factorial of three factors of two levels as a cube."""

import plotly.graph_objects as go

from study.exhibits.colours import BLUE, GREY
from study.exhibits.figures import draw, inert
from study.exhibits.markup import Html
from study.params.statistics import Factorial

DIMENSIONS = 3
DEPTH = (0.42, 0.36)
"""How far the upper level of the third factor is drawn to the right and up, in lengths of an edge."""


def corner(plan: Factorial, cell: str) -> tuple[float, float]:
    """Where a cell is drawn: the first factor goes right, the second up, the third back."""
    ups = [float(level == high) for level, (_, high) in zip(plan.cells[cell], plan.factors.values(), strict=True)]
    return ups[0] + DEPTH[0] * ups[2], ups[1] + DEPTH[1] * ups[2]


def picture(plan: Factorial, told: dict[str, str], title: str) -> Html:
    """The cube with its cells.

    Args:
        plan: of three factors.
        told: what to write at each cell beside its name; "" for nothing.
        title: begins the caption, without a full stop.
    """
    place = {cell: corner(plan, cell) for cell in plan.cells}
    edges = [(a, b) for a in place for b in place if a < b and _is_edge(plan, a, b)]
    lines = go.Scatter(
        x=[value for a, b in edges for value in (place[a][0], place[b][0], None)],
        y=[value for a, b in edges for value in (place[a][1], place[b][1], None)],
        mode="lines",
        line={"color": GREY, "width": 1.2},
        hoverinfo="skip",
    )
    cells = go.Scatter(
        x=[x for x, _ in place.values()],
        y=[y for _, y in place.values()],
        mode="markers+text",
        marker={"color": BLUE, "size": 11},
        text=[inert(cell) + (f"<br>{inert(told[cell])}" if told[cell] else "") for cell in place],
        textposition="top center",
        textfont={"size": 11},
        hovertext=[f"{inert(cell)}: {inert(', '.join(plan.cells[cell]))}" for cell in place],
        hovertemplate="%{hovertext}<extra></extra>",
        cliponaxis=False,
    )
    ways = ("left to right", "bottom to top", "front to back")
    axes = [
        f"{way}: {low} to {high} ({factor})"
        for (factor, (low, high)), way in zip(plan.factors.items(), ways, strict=True)
    ]
    names = "; ".join(f"{cell} {told[cell]}" for cell in place) if any(told.values()) else ", ".join(place)
    return draw(
        [lines, cells],
        f"{title}, {'; '.join(axes)}. {names}.",
        height=420,
        xaxis={"visible": False, "range": [-0.35, 1.9]},
        yaxis={"visible": False, "range": [-0.12, 1.62]},
    )


def _is_edge(plan: Factorial, a: str, b: str) -> bool:
    return sum(left != right for left, right in zip(plan.cells[a], plan.cells[b], strict=True)) == 1
