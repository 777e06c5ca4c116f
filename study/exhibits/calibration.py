"""The part of the page Who will buy about calibration: does what is predicted happen as often?"""

from collections.abc import Sequence
from math import pi, sqrt

import plotly.graph_objects as go

from study.exhibits.colours import GREY
from study.exhibits.figures import draw, family_style, inert, legend_below, series_style
from study.exhibits.markup import Html, joined, listing, paragraphs
from study.exhibits.prose import number, percent
from study.exhibits.records import Record
from study.exhibits.result_file import read
from study.exhibits.results import Results
from study.exhibits.who import if_run


class Bin(Record):
    """Users of similar probability: its mean, and the share of them who took the key action."""

    predicted: float
    observed: float
    users: int


class Reliability(Record):
    """The bins of the first seed, and the calibration error of each."""

    bins: list[Bin]
    errors: list[float]


@if_run
def calibration(results: Results) -> Html:
    """How often what was predicted happened, for the best of each family."""
    found = read(results.folder / "reliability.json", dict[str, Reliability])
    shown = list(results.best_of_each().values())
    highest = max(max(b.predicted, b.observed) for row in shown for b in found[row.variant].bins)
    diagonal = go.Scatter(
        x=[0, highest], y=[0, highest], mode="lines", line={"color": GREY, "dash": "dash"}, hoverinfo="skip",
        name="as predicted",
    )  # fmt: skip
    errors = listing([f"{row.variant} {number(row.estimates['ece'].estimate, 3)}" for row in shown])
    picture = draw(
        [diagonal, *(_reliability(row.variant, row.family, i, found[row.variant]) for i, row in enumerate(shown))],
        "Share of the users who took the key action against the calibrated probability that they were given, in bins "
        "of about equally many users of all test windows, tied scores together: the first seed of the best variant of "
        f"each family on select (calibration error, the mean over its seeds: {errors}), without intervals.",
        height=420,
        showlegend=True,
        legend=legend_below(0.16),
        xaxis={"title": {"text": "predicted"}, "tickformat": ".0%", "rangemode": "tozero"},
        yaxis={"title": {"text": "observed"}, "tickformat": ".0%", "rangemode": "tozero"},
    )
    return joined([picture, paragraphs([_level([found[row.variant] for row in shown])])])


def _level(found: Sequence[Reliability]) -> str:
    """How much of the calibration errors is the level of all probabilities, and how much is chance."""
    predicted, observed, chance = zip(*map(_sums, found), strict=True)
    is_above = [over > under for over, under in zip(predicted, observed, strict=True)]
    told, seen = _range(predicted), _range(observed)
    way = f"{'above' if all(is_above) else 'below' if not any(is_above) else 'above or below'} the {seen}"
    shift = ""
    if all(_range((over,)) == _range((under,)) for over, under in zip(predicted, observed, strict=True)):
        way = "as much as is"
    elif len(set(is_above)) == 1:
        shift = (
            ": the calibrator was fitted on the windows of select, whose base rate may be another, so that part of "
            "each error may be a shift that all share"
        )
    return (
        f"The calibrated probabilities of these variants are on average {told}, {way} observed{shift}. With as many "
        "users in as many bins, faultless "
        f"probabilities would show an error of about {_range(chance, 3)} by chance."
    )


def _sums(found: Reliability) -> tuple[float, float, float]:
    """Mean predicted and observed, and the expected error of faultless probabilities, by the normal approximation."""
    users = sum(b.users for b in found.bins)
    predicted = sum(b.predicted * b.users for b in found.bins) / users
    observed = sum(b.observed * b.users for b in found.bins) / users
    spread = sum(sqrt(2 * b.predicted * (1 - b.predicted) * b.users / pi) for b in found.bins) / users
    return predicted, observed, spread


def _range(values: Sequence[float], digits: int | None = None) -> str:
    """The least and the most, once where they read alike; in percent without digits."""
    told = dict.fromkeys(percent(v) if digits is None else number(v, digits) for v in (min(values), max(values)))
    return " to ".join(told)


def _reliability(variant: str, family: str, index: int, found: Reliability) -> go.Scatter:
    colour, symbol = family_style(family)
    return go.Scatter(
        x=[b.predicted for b in found.bins],
        y=[b.observed for b in found.bins],
        customdata=[b.users for b in found.bins],
        mode="lines+markers",
        line={"color": colour, "dash": series_style(index)[1], "width": 1.8},
        marker={"symbol": symbol, "size": 7},
        name=inert(variant),
        hovertemplate="%{fullData.name}, %{customdata} users<br>predicted %{x:.1%}, observed %{y:.1%}<extra></extra>",
    )
