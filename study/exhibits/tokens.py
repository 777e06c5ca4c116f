"""The page Token accounting: from how much of the past the flat model earns its loss."""

from collections.abc import Sequence
from pathlib import Path

import plotly.graph_objects as go

from study import params
from study.exhibits import source
from study.exhibits.figures import draw, inert, names_axis, row_height, series_style
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import DASH, number, percent, plural, signed
from study.exhibits.records import Estimate, Manifest
from study.exhibits.result_file import manifest_of, read
from study.exhibits.tables import Cell, brackets, estimate, name, table, whole
from study.exhibits.token_records import Accounting, Past, Slot
from study.paths import results_folder

PARTS = {
    "column": "which column comes next",
    "event": "earlier tokens of the same event, its weekday and part of the month",
    "moment": "other events of the same moment",
    "earlier": "strictly earlier moments",
}
LADDER = {
    "unigram": "unigram",
    "column": "unigram of the column",
    "event": "sees its event",
    "moment": "sees its moment",
    "everything": "sees everything",
}


def load() -> tuple[Accounting, Manifest] | None:
    """The results on the snapshot that `params.yaml` names; None where the arm has not been run.

    Raises:
        UserError: a file is missing or broken.
    """
    return of(results_folder(params.load().snapshot.name, "tokens"))


def of(folder: Path) -> tuple[Accounting, Manifest] | None:
    """The results in a folder; see `load`."""
    manifest = manifest_of(folder.parent, folder.name)
    return None if manifest is None else (read(folder / "tokens.json", Accounting), manifest)


def origin(results: tuple[Accounting, Manifest] | None) -> Html:
    """Revision and budget behind the numbers; says so where the arm has not been run."""
    if results is None:
        return paragraphs([source.not_run("tokens")])
    return paragraphs([f"{source.origin('tokens', results[1])}: {plural(results[0].seeds, 'seed')}."], "source")


def answer(results: tuple[Accounting, Manifest] | None) -> Html:
    """Whether the model learns token statistics instead of behaviour."""
    if results is None:
        return source.NOTHING
    found = results[0]
    if found.is_overtaken:
        return paragraphs([verdict(found), _overtaken(found), _order_alone(found.total)])
    if not found.total.has_shares:
        return paragraphs([verdict(found), _order_alone(found.total)])
    return paragraphs([verdict(found), *_ladder(found.total)])


def verdict(found: Accounting) -> str:
    """The criterion, as a sentence: of what is learned beyond the order of the columns, which is known beforehand."""
    share = found.total.shares["within_event"]
    claim = f"{code(found.variant)} learns token statistics instead of behaviour"
    if share is None or not (found.total.has_shares or found.is_overtaken):
        clearly = "clearly" if share is None else "far enough"
        return f"Whether {claim} cannot be told: its loss does not lie {clearly} below the unigram loss."
    if found.is_overtaken:
        told = f" ({share_of(share)} of the model's drop below the unigram loss)" if found.total.has_shares else ""
        return (
            f"Whether {claim} <strong>cannot be told</strong> at this budget: a twin that sees one event alone has the "
            f"lower loss{told}, so the model has not even learned what the event at hand tells."
        )
    beyond = found.total.within_event_beyond_column
    if beyond is None:
        return (
            f"Whether {claim} cannot be told: its loss does not lie clearly below that of a model which knows which "
            "column comes next, and nothing else."
        )
    words = {"holds": f"That {claim} <strong>holds</strong>", "fails": f"That {claim} does <strong>not hold</strong>"}
    told = words.get(found.learns_statistics, f"Whether {claim} stays <strong>undetermined</strong>")
    return (
        f"{told}: of the drop of its loss below the unigram loss, {share_of(found.total.shares['column'])} is reached "
        "by knowing which column comes next, from the order of the columns alone, and of the rest "
        f"{share_of(beyond)} by a twin that sees one event, where the criterion is at least {percent(found.at_least)}"
        f"{_beside_counting(found.past)}."
    )


def _beside_counting(past: Past | None) -> str:
    """What earlier moments tell where a moment begins, beside what they tell counting; a clause."""
    if past is None:
        return ""
    moments = (
        "where a moment begins, so that the past alone can tell, earlier moments change its loss of what is ranked"
    )
    lead, counting = (
        f"; {moments} by {_change(past.gained)} nats",
        "counting of the user's own tokens in half a context",
    )
    if past.share is None:
        return f"{lead}, and {counting} tells nothing clearly, so that nothing is asked of it"
    return (
        f"{lead}, {share_of(past.share)} of the {_change(past.counted)} by which {counting} does, where the criterion "
        "is less than all"
    )


def _change(drop: Estimate) -> str:
    """A drop in nats, as the change of the loss that it is."""
    ends = (None if end is None else -end for end in (drop.estimate, drop.high, drop.low))
    change, low, high = (DASH if end is None else signed(end, 3) for end in ends)
    return f"{change} [{low}, {high}]"


def _order_alone(row: Slot) -> str:
    """The same in nats, where shares are none."""
    above, below = (number(row.losses[key].estimate, 3) for key in ("unigram", "column"))
    return (
        f"To know which column comes next, by the order of the columns alone, brings the loss from {above} nats per "
        f"token down to {below}."
    )


def _ladder(row: Slot) -> list[str]:
    """What the drop consists of."""
    parts = [f"{label} {share_of(row.shares[key])}" for key, label in PARTS.items()]
    told = f"The drop of {number(row.drop.estimate, 3)} nats per token comes from: {', '.join(parts)}."
    return [" ".join([told, *_below_zero(row)])]


def _below_zero(row: Slot) -> list[str]:
    """That a part is clearly negative, and what that says; nothing where none is."""
    parts = ((label, row.shares[key]) for key, label in PARTS.items())
    found = [label for label, share in parts if share is not None and share.high is not None and share.high < 0]
    if not found:
        return []
    return [
        f"A part below zero says that a model which sees less has the lower loss: at this budget {listing(found)} cost "
        "the training more than they tell, which says nothing of a longer one."
    ]


def _overtaken(found: Accounting) -> str:
    """Said where a twin that sees less is better: what it lacks is then not shown to be worth nothing."""
    asked = (
        f"the criterion, that a twin which sees one event alone reaches at least {percent(found.at_least)} of the drop "
        "beyond the columns"
    )
    return (
        f"Taken literally, {asked}, is reached: but parts larger than the whole are no shares. At this budget what "
        "lies outside of the event costs the training more than it tells; what a longer training would draw from it, "
        "these losses do not say."
    )


def share_of(share: Estimate | None) -> str:
    """A share of the drop with its interval; a dash where there is none."""
    if share is None:
        return DASH
    return f"{percent(share.estimate)} [{percent(share.low)}, {percent(share.high)}]"


def bars(results: tuple[Accounting, Manifest] | None) -> Html:
    """What each column's drop consists of, in nats per token."""
    if results is None:
        return Html("")
    rows = results[0].slots
    steps = list(LADDER)
    traces = [
        go.Bar(
            x=[_fall(row, steps[i], steps[i + 1]) for row in rows],
            y=[inert(row.slot) for row in rows],
            orientation="h",
            name=PARTS[part],
            marker={"color": series_style(i)[0]},
            hovertemplate="%{y}: %{x:.3f} nats<extra>" + PARTS[part] + "</extra>",
        )
        for i, part in enumerate(PARTS)
    ]
    caption = (
        "By how many nats (natural units of log-loss) per token the loss falls with every step that the model sees "
        "more, column by column; left of zero: by how many it rises"
    )
    return draw(
        traces,
        caption,
        height=row_height(len(rows)) + 60,
        barmode="relative",
        showlegend=True,
        xaxis={"title": {"text": "nats per token below the unigram loss"}},
        yaxis=names_axis(row.slot for row in rows),
    )


def _fall(row: Slot, above: str, below: str) -> float:
    a, b = row.losses[above].estimate, row.losses[below].estimate
    assert a is not None and b is not None
    return a - b


def every_slot(results: tuple[Accounting, Manifest] | None) -> Html:
    """Losses and shares of every column, with intervals over users."""
    if results is None:
        return Html("")
    rows, level = results[0].slots, brackets(params.load().statistics.alpha)
    losses = table(
        ["column", "tokens", *LADDER.values()],
        [[name(row.slot), whole(row.tokens), *(estimate(row.losses[key]) for key in LADDER)] for row in rows],
        f"Loss in nats per token on the events of the select windows, by what a model sees; {level}",
    )
    shares = table(
        ["column", *PARTS.values(), "within the event", "of the rest beyond the columns"],
        [[name(row.slot), *_shares(row, [*PARTS, "within_event"]), _of_the_rest(row)] for row in rows],
        "Shares of the drop below the unigram loss, of which within the event is the sum of the first two; last: of "
        "what the drop leaves beyond the columns, the share within the event, which the criterion asks for of all "
        f"tokens; none where the drop is not clear, or an interval is wider than the drop; {level}. Where one part "
        "exceeds the drop, others are negative, and none of them is a share",
    )
    return joined([losses, shares])


def _of_the_rest(row: Slot) -> Cell:
    share = row.within_event_beyond_column if row.has_shares else None
    return Cell(share_of(share), None if share is None else share.estimate)


def _shares(row: Slot, keys: Sequence[str]) -> list[Cell]:
    found = [row.shares[key] if row.has_shares else None for key in keys]
    return [Cell(share_of(share), None if share is None else share.estimate) for share in found]
