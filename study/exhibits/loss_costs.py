"""What one step of each loss costs on ever larger catalogues; the page Catalogue shows it."""

from collections.abc import Iterable
from itertools import pairwise, takewhile
from math import inf

from study.exhibits import choose
from study.exhibits.figures import grid, logarithmic
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import count, loss_told, number, plural
from study.exhibits.records import LossCost
from study.exhibits.results import SEQUENCE, Results
from study.exhibits.source import short
from study.exhibits.tables import Cell, decimal, table, whole, words


def cost(results: Results) -> Html:
    """Seconds and memory of one step of each loss up to catalogues that this log does not have."""
    costs = results.loss_costs
    if costs is None:
        return paragraphs(["What the losses cost on larger catalogues was not measured: run <code>dvc repro</code>."])
    if not costs.measured:
        return paragraphs(["The arm catalogue has no loss whose cost could be measured on larger catalogues."])
    fixed = (
        f"Measured at revision {code(short(costs.revision))} on {plural(costs.threads, 'thread')}, with the negatives "
        f"that the losses of the arm have. Synthetic hidden states: {count(costs.readouts)} readouts of width "
        f"{count(costs.width)} with {plural(costs.labels, 'label')} each, one step forward and backward, without "
        "clipping, the optimizer and the average of the weights, which cost all losses the same; the median of "
        f"{plural(costs.steps, 'step')}."
    )
    return joined(
        [
            paragraphs([f"{fixed} {_largest(costs.measured)}", *_usable(costs.measured, _learned(results))]),
            _figures(costs.measured),
            _numbers(costs.measured),
        ]
    )


def _learned(results: Results) -> set[str]:
    """The losses, with their options, of plain heads of the arm that are clearly above popularity."""
    arm = results.beside("catalogue")
    rows = [] if arm is None else [row for row in arm.leaderboard if row.family == SEQUENCE]
    return {
        choose.loss_of(choose.parts_of(arm, row.variant))
        for row in rows
        if arm is not None
        and choose.parts_of(arm, row.variant)["head"] == "plain"
        and not arm.at_popularity(row.variant)
    }


def _usable(measured: list[LossCost], learned: set[str]) -> list[str]:
    """Up to which catalogue the slowest loss is the fastest, and how it fares among losses that rank; a paragraph."""
    most = max(one.candidates for one in measured)
    last = {_called(one): one for one in measured if one.candidates == most and _called(one) in learned}
    if len(last) < 2:
        return []
    slow, fast = (pick(last.values(), key=lambda one: one.seconds) for pick in (max, min))
    by_size: dict[int, list[LossCost]] = {}
    for one in sorted(measured, key=lambda one: one.candidates):
        by_size.setdefault(one.candidates, []).append(one)
    fastest = {size: _called(min(found, key=lambda one: one.seconds)) for size, found in by_size.items()}
    small = list(takewhile(lambda size: fastest[size] == _called(slow), fastest))
    told = (
        f"Of the losses whose variant with the plain head is clearly above popularity on this arm's catalogue, "
        f"{_named(slow)} takes {number(slow.seconds / fast.seconds, 1)} times as long as {_named(fast)} with "
        f"{count(most)} candidates"
    )
    up_to = f"; up to {count(small[-1])}, {_named(slow)} is the fastest of all that were measured" if small else ""
    seconds = {(_called(one), one.candidates): one.seconds for one in measured}
    names, sizes = dict.fromkeys(name for name, _ in seconds), list(by_size)
    back = [
        code(name)
        for name in names
        if any(seconds.get((name, b), inf) < seconds.get((name, a), 0.0) for a, b in pairwise(sizes))
    ]
    noise = f" By as much as {listing(back)} took less time on a larger catalogue, times are noise." if back else ""
    return [f"{told}{up_to}.{noise}"]


def _largest(measured: list[LossCost]) -> str:
    most = max(one.candidates for one in measured)
    last = {_called(one): one for one in measured if one.candidates == most}
    if len(last) == 1:
        (only,) = last.values()
        took = f"{1000 * only.seconds:.2f} ms and {count(only.peak_mb)} MB"
        return f"With {count(most)} candidates a step of {_named(only)}, the only loss of the arm, takes {took}."
    fast = min(last.values(), key=lambda one: one.seconds)
    slow = max(last.values(), key=lambda one: one.seconds)
    lean, fat = (f(last.values(), key=lambda one: one.peak_mb) for f in (min, max))
    return (
        f"With {count(most)} candidates {_named(slow)} takes about {number(slow.seconds / fast.seconds, 0)} times "
        f"as long as {_named(fast)}, the fastest, and losses that are nearly as fast may change places with it from "
        f"one measurement to the next; {_named(lean)} takes least memory and "
        f"{_named(fat)} most ({count(lean.peak_mb)} against {count(fat.peak_mb)} MB)."
    )


def _named(one: LossCost) -> str:
    return code(_called(one))


def _called(one: LossCost) -> str:
    """The loss in words, with its options."""
    return loss_told(one.loss, one.negatives, one.options)


def places(results: Results, losses: Iterable[str]) -> dict[str, int]:
    """Which line of a figure each loss is: that of its cost, so that it has one colour on the page.

    Args:
        results: beside which the costs were measured, or were not.
        losses: the losses in words, with their options; one whose cost was not measured has a line of its own.
    """
    measured = [] if results.loss_costs is None else results.loss_costs.measured
    lines = list(dict.fromkeys(_called(one) for one in measured))
    found: dict[str, int] = {}
    for called in losses:
        lines += [] if called in lines else [called]
        found[called] = lines.index(called)
    return found


def _figures(measured: list[LossCost]) -> Html:
    by_time = {(_called(one), one.candidates): one.seconds for one in measured}
    by_memory = {(_called(one), one.candidates): one.peak_mb for one in measured}
    return grid([_figure(by_time, "seconds per step"), _figure(by_memory, "peak memory, MB")])


def _figure(values: dict[tuple[str, int], float], title: str) -> Html:
    losses = list(dict.fromkeys(loss for loss, _ in values))
    lines = {loss: sorted((size, value) for (one, size), value in values.items() if one == loss) for loss in losses}
    least, most = min(size for _, size in values), max(size for _, size in values)
    told = "; ".join(f"{loss} {values[loss, least]:,.3g} to {values[loss, most]:,.3g}" for loss in losses)
    caption = f"{title[:1].upper()}{title[1:]}, from {count(least)} to {count(most)} candidates, logarithmic: {told}."
    return logarithmic(lines, caption, "candidates", title)


def _numbers(measured: list[LossCost]) -> Html:
    rows = [
        [
            words(_called(one)),
            whole(one.candidates),
            Cell(f"{1000 * one.seconds:.2f}", one.seconds),
            decimal(one.peak_mb, 1),
        ]
        for one in measured
    ]
    return table(["loss", "candidates", "milliseconds per step", "peak, MB"], rows, "Measured cost of one step")
