"""Effects in a figure: a mark with its interval for each, and the margin of equivalence behind them."""

from collections.abc import Mapping, Sequence
from itertools import compress

import plotly.graph_objects as go

from study.exhibits.colours import GREY, SHADE
from study.exhibits.figures import error_bars, verdict_style
from study.exhibits.markup import listing
from study.exhibits.prose import count
from study.exhibits.records import Effect, Tested
from study.params.statistics import VERDICTS

TIMES = "\N{MULTIPLICATION SIGN}"
SIGNS: dict[str, str] = {"better": "positive", "worse": "negative"}
"""What a verdict says of an effect of the factorial: no side of an interaction is better."""


def label(effect: Effect) -> str:
    """The factors of an effect of the factorial."""
    return f" {TIMES} ".join(effect.factors)


def margin_band(margin: float) -> list[dict[str, object]]:
    """The margin of equivalence as a shaded band around a line at zero."""
    whole: dict[str, object] = {"yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    band = {"type": "rect", "x0": -margin, "x1": margin, "fillcolor": SHADE, "line": {"width": 0}}
    zero = {"type": "line", "x0": 0, "x1": 0, "line": {"color": GREY, "width": 1}}
    return [whole | band, whole | zero]


def effect_marks(
    shown: Sequence[Tested],
    rows: Sequence[str | float],
    texts: Sequence[str],
    *,
    style: tuple[str, str],
    name: str,
) -> go.Scatter:
    """Effects with the intervals that their verdicts used, under one name of the legend.

    Args:
        rows: where each effect stands on the axis of rows.
        texts: what is told of each where the pointer is.
        style: colour and marker.
    """
    colour, symbol = style
    return go.Scatter(
        x=[one.effect for one in shown],
        y=list(rows),
        error_x=error_bars([one.interval for one in shown], color=colour, thickness=1.6),
        mode="markers",
        marker={"color": colour, "symbol": symbol, "size": 9},
        name=name,
        text=list(texts),
        hovertemplate="%{text}<extra></extra>",
    )


def verdict_marks(
    shown: Sequence[Tested],
    rows: Sequence[str | float],
    texts: Sequence[str],
    called: Mapping[str, str] | None = None,
) -> list[go.Scatter]:
    """The same for effects of all verdicts, each verdict in its own style under its name, or what it is `called`."""
    traces = []
    for verdict in VERDICTS:
        found = [one.verdict == verdict for one in shown]
        if any(found):
            some = list(compress(shown, found)), list(compress(rows, found)), list(compress(texts, found))
            name = (called or {}).get(verdict, verdict)
            traces.append(effect_marks(*some, style=verdict_style(verdict), name=name))
    return traces


def tally(shown: Sequence[Tested], called: Mapping[str, str] | None = None) -> str:
    """How many effects have each verdict, for a caption."""
    counts = {verdict: sum(one.verdict == verdict for one in shown) for verdict in VERDICTS}
    return listing([f"{count(many)} {(called or {}).get(v, v)}" for v, many in counts.items() if many])
