"""The result as one static picture: every variant's recall@10 with its interval, for where nothing is interactive."""

import math
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from study.exhibits.colours import FAMILIES, PURPLE

METRIC = "recall@10"
INK, FAINT = "#222222", "#d8d8d8"
WIDTH, LEFT, RIGHT = 840, 220, 170  # pixels: the whole, the names, the values
TOP, ROW, BOTTOM = 74, 21, 42
TICKS = 6


def leaderboard_svg(leaderboard: list[dict[str, Any]], *, alpha: float) -> str:
    """An SVG of the leaderboard: one row per variant, best on select first, a dot and a bar for estimate and interval.

    Args:
        leaderboard: the entries of `leaderboard.json`; `variant`, `family` and `estimates["recall@10"]` are read.
        alpha: one minus the confidence level of the intervals, for the title.

    Returns:
        The document, the same bytes for the same entries.
    """
    rows = [(entry["variant"], entry["family"], entry["estimates"][METRIC]) for entry in leaderboard]
    ticks = _ticks(min(row[2]["low"] for row in rows), max(row[2]["high"] for row in rows))
    height = TOP + ROW * len(rows) + BOTTOM
    title = f"{METRIC} on the test windows, with {100 * (1 - alpha):g} % intervals"
    size = f'viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
    font = f'font-family="system-ui, sans-serif" font-size="13" fill="{INK}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" {size} {font}>',
        f"<title>{title}</title>",
        f"<desc>{escape('; '.join(_sentence(variant, estimate) for variant, _, estimate in rows))}</desc>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        f'<text x="16" y="26" font-size="16" font-weight="600">{title}</text>',
        *_legend(list(dict.fromkeys(family for _, family, _ in rows))),
        *_axis(ticks, height - BOTTOM),
        *(line for i, row in enumerate(rows) for line in _row(TOP + ROW * (i + 0.5), row, ticks)),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers that enclose the interval, some `TICKS` of them."""
    rough = max(high - low, 1e-6) / TICKS
    unit = 10.0 ** math.floor(math.log10(rough))
    step = next(unit * factor for factor in (1, 2, 5, 10) if unit * factor >= rough)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [i * step for i in range(first, max(last, first + 1) + 1)]


def _x(value: float, ticks: list[float]) -> float:
    return LEFT + (value - ticks[0]) / (ticks[-1] - ticks[0]) * (WIDTH - LEFT - RIGHT)


def _legend(families: list[str]) -> Iterable[str]:
    x = LEFT
    for family in families:
        colour = FAMILIES.get(family, PURPLE)
        yield f'<circle cx="{x + 5}" cy="48" r="5" fill="{colour}"/><text x="{x + 16}" y="52">{escape(family)}</text>'
        x += 40 + 8 * len(family)


def _axis(ticks: list[float], bottom: float) -> Iterable[str]:
    decimals = max(0, -math.floor(math.log10(ticks[1] - ticks[0]) + 1e-9))
    for tick in ticks:
        x = f"{_x(tick, ticks):.2f}"
        yield f'<line x1="{x}" y1="{TOP - 8}" x2="{x}" y2="{bottom + 4}" stroke="{FAINT}"/>'
        yield f'<text x="{x}" y="{bottom + 22}" text-anchor="middle">{tick:.{decimals}f}</text>'


def _row(y: float, row: tuple[str, str, dict[str, float]], ticks: list[float]) -> Iterable[str]:
    variant, family, estimate = row
    colour = FAMILIES.get(family, PURPLE)
    low, middle, high = (f"{_x(estimate[key], ticks):.2f}" for key in ("low", "estimate", "high"))
    numbers = f"{estimate['estimate']:.3f} [{estimate['low']:.3f}, {estimate['high']:.3f}]"
    yield f'<text x="{LEFT - 14}" y="{y + 4.5:g}" text-anchor="end">{escape(variant)}</text>'
    yield f'<line x1="{low}" y1="{y:g}" x2="{high}" y2="{y:g}" stroke="{colour}" stroke-width="3"/>'
    yield f'<circle cx="{middle}" cy="{y:g}" r="5" fill="{colour}"/>'
    yield f'<text x="{WIDTH - RIGHT + 14}" y="{y + 4.5:g}" font-variant-numeric="tabular-nums">{numbers}</text>'


def _sentence(variant: str, estimate: dict[str, float]) -> str:
    return f"{variant} {estimate['estimate']:.3f}, from {estimate['low']:.3f} to {estimate['high']:.3f}"
