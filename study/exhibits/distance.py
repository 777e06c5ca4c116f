"""What lies between the flat model of the token accounting and the best: steps that change one part each."""

from collections import deque
from dataclasses import dataclass

import plotly.graph_objects as go

from study.exhibits import plan
from study.exhibits.figures import draw, error_bars, inert, names_axis, row_height, verdict_style, vertical
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import flipped, late, number, signed, worded
from study.exhibits.records import Contrast, Estimate
from study.exhibits.results import TRAINING, Results
from study.exhibits.tables import Cell, decimal, name, table, words
from study.params.statistics import PRIMARY, VERDICTS

MADE = {"hybrid": "its scores as features of trees", "average": "an average of its fits"}
"""What a variant becomes that is composed of another one, by its family."""
CALLED = {"budget_in": "what the budget counts"}
"""Parts whose names are no nouns."""
ASKED = ("representation", "objective", "loss", "architecture", "head")
"""The parts of a sequence variant that the study asks about."""


@dataclass(frozen=True)
class Step:
    """A contrast of where it leads over where it begins, the part that it changes, and from what to what."""

    contrast: Contrast
    part: str
    change: str


def way(results: Results) -> list[Step]:
    """The fewest steps from the flat model that is accounted for to the best on select that steps lead to, or none.

    Of ways with as few steps it is the one whose contrasts were declared first.
    """
    start = str(results.params.tokens.get("variant"))
    selects = {row.variant: row.select for row in results.leaderboard}
    if start not in selects:
        return []
    steps, ways, ends = _steps(results), {start: list[Step]()}, deque([start])
    while ends:
        at = ends.popleft()
        for step in steps:
            begin, end = step.contrast.right_variant, step.contrast.left_variant
            if begin == at and end not in ways:
                ways[end] = [*ways[at], step]
                ends.append(end)
    return ways[max(ways, key=selects.__getitem__)]


def _steps(results: Results) -> list[Step]:
    """Every contrast that changes one part of a sequence variant, both ways round, or that composes one of another."""
    parts = plan.sequence_parts(results.params, results.arm)
    found = []
    for declared in results.contrasts:
        for contrast in (declared, flipped(declared)):
            end, begin = contrast.variants
            if {begin, end} <= set(parts) and len(moved := plan.moved(parts, begin, end)) == 1:
                (part,) = moved
                found.append(Step(contrast, part, _change(parts[begin], parts[end], part)))
            elif begin in results.members(end):
                family = results.row(end).family
                found.append(Step(contrast, family, MADE.get(family, "composed of it")))
    return found


def _change(begin: dict[str, str], end: dict[str, str], part: str) -> str:
    """From what to what, with the history that a representation brings along."""
    told = f"{worded(begin[part])} to {worded(end[part])}"
    seen = [one["context"] for one in (begin, end)]
    brought = part == "representation" and seen[0] != seen[1]
    return f"{told}, and {seen[0]} to {seen[1]} of history" if brought else told


def shown(results: Results) -> Html:
    """The steps in a sentence, a figure and a table; nothing where there is no way."""
    steps = way(results)
    if not steps:
        return Html("")
    return joined([paragraphs([_told(results, steps)]), figure(results, steps), _numbers(results, steps)])


def _told(results: Results, steps: list[Step]) -> str:
    start, end = steps[0].contrast.right_variant, steps[-1].contrast.left_variant
    whole = results.row(end).recall - results.row(start).recall
    shares: dict[str, float] = {}
    for step in steps:
        shares[step.part] = shares.get(step.part, 0.0) + step.contrast.effect
    by_part = [
        f"{signed(effect)} by {CALLED.get(part, f'the {worded(part)}')}"
        for part, effect in sorted(shares.items(), key=lambda s: -s[1])
    ]
    unmoved = [worded(part) for part in ASKED if part not in shares]
    beside = f" No step changes the {' or the '.join(unmoved)}." if unmoved else ""
    return (
        f"Between {code(start)}, the flat model that the token accounting is about, and {code(end)}, of all that such "
        f"steps lead to the best on select, lie {signed(whole)} of {PRIMARY} on test, in steps that change one part "
        f"each, every one of them a declared contrast: {listing(by_part)}.{beside} The steps add up to the whole, each "
        "of them worth what it is worth there: on another way between the same ends, or in another order, the shares "
        'may be others (<a href="factorial.html">Factorial</a>).'
    )


def figure(results: Results, steps: list[Step]) -> Html:
    """Where each step begins and ends, with the interval of its verdict."""
    labels = [f"{worded(step.part)}: {step.change}" for step in steps]
    traces = []
    for verdict in VERDICTS:
        some = [
            (label, step.contrast)
            for label, step in zip(labels, steps, strict=True)
            if step.contrast.verdict == verdict
        ]
        if some:
            traces.append(_bars(results, verdict, some))
    rule = results.best_of_each().get("counting")
    beside = "" if rule is None else f"; dashed: {rule.variant}, the best counting rule on select"
    return draw(
        traces,
        f"{PRIMARY} on test from {steps[0].contrast.right_variant} to {steps[-1].contrast.left_variant}: each bar "
        f"begins where the one above it ends, with the interval that its verdict used{beside}.",
        height=row_height(len(steps)) + 30,
        showlegend=True,
        xaxis={"title": {"text": PRIMARY}, "tickformat": ".2~f"},
        yaxis=names_axis(labels),
        shapes=[] if rule is None else [vertical(rule.recall)],
    )


def _bars(results: Results, verdict: str, some: list[tuple[str, Contrast]]) -> go.Bar:
    colour, _ = verdict_style(verdict)
    intervals = [Estimate(estimate=one.effect, low=one.low, high=one.high) for _, one in some]
    return go.Bar(
        x=[one.effect for _, one in some],
        base=[results.row(one.right_variant).recall for _, one in some],
        y=[inert(label) for label, _ in some],
        orientation="h",
        name=verdict,
        marker={"color": colour, "opacity": 0.6},
        error_x=error_bars(intervals, color=colour, thickness=1.6),
        text=[f"{inert(one.left_variant)} over {inert(one.right_variant)}: {signed(one.effect)}" for _, one in some],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )


def _numbers(results: Results, steps: list[Step]) -> Html:
    rows = [
        [
            words(worded(step.part)),
            words(step.change),
            name(step.contrast.left_variant),
            decimal(results.row(step.contrast.left_variant).recall),
            Cell(
                f"{signed(step.contrast.effect)} [{signed(step.contrast.low)}, {signed(step.contrast.high)}]",
                step.contrast.effect,
            ),
            words(f"{step.contrast.verdict}{late(step.contrast)}"),
            words(results.training(step.contrast.left_variant)),
        ]
        for step in steps
    ]
    start = steps[0].contrast.right_variant
    begun = f", {state}" if (state := results.training(start)) else ""
    caption = (
        f"The steps from {start}, whose {PRIMARY} on test is {number(results.row(start).recall)}{begun}; training: "
        f"{TRAINING}"
    )
    return table(["part", "change", "leads to", PRIMARY, "effect", "verdict", "training"], rows, caption)
