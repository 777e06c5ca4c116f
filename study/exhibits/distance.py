"""What lies between the flat model of the token accounting and the best: contrasts that lead from one to the other."""

from dataclasses import dataclass

import plotly.graph_objects as go

from study.exhibits import choose, orders, plan, scope
from study.exhibits.clauses import hedged
from study.exhibits.effects import tally
from study.exhibits.figures import draw, error_bars, inert, names_axis, row_height, verdict_style, vertical
from study.exhibits.marks import TRAINING
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import count, late, number, plural, signed, worded
from study.exhibits.records import Contrast
from study.exhibits.results import POPULARITY, Results
from study.exhibits.tables import Cell, decimal, effect, name, table, words
from study.params.statistics import PRIMARY, VERDICTS

ARROW = " \N{RIGHTWARDS ARROW} "
CALLED = {
    "budget_in": "the amount of training (the unit of its budget)",
    "pretrain": "what it is pre-trained on",
    "blocks": "the depth",
    "labels": "the places of its labels, and how much of a history each sees",
    "context": "the length of its history",
}
"""Parts that prose calls by other names than parameters do."""
MADE = {"hybrid": "its scores beside aggregates, for trees", "average": "an average of its seeds, or with others"}
"""What a variant becomes that is composed of another one, by its family."""
BROUGHT = (
    "An objective brings along the places where it is asked and the classes among which it is, a representation "
    f"{plan.HISTORY}."
)
"""What changes with a part that is said to change alone."""
ASKED = ("representation", "objective", "loss", "architecture", "head")
"""The parts of a sequence variant that the study asks about."""


@dataclass(frozen=True)
class Step:
    """A contrast of where it leads over where it begins, the part or the family that it changes, and how."""

    contrast: Contrast
    part: str
    change: str


def ways(results: Results) -> list[list[Step]]:
    """All ways of fewest steps from the flat model that is accounted for to the best on select that steps lead to.

    A step changes one part of a sequence variant, or composes another variant of it. First the way whose contrasts
    were declared first; none where nothing leads anywhere.
    """
    start = str(results.params.tokens.get("variant"))
    selects = {row.variant: row.select for row in results.leaderboard}
    if start not in selects:
        return []
    steps, found, ends = _steps(results), {start: [list[Step]()]}, [start]
    while ends:
        reached: dict[str, list[list[Step]]] = {}
        for at in ends:
            for step in steps:
                end = step.contrast.left_variant
                if step.contrast.right_variant == at and end not in found:
                    reached.setdefault(end, []).extend([*way, step] for way in found[at])
        found |= reached
        ends = list(reached)
    return [way for way in found[max(found, key=selects.__getitem__)] if way]


def _steps(results: Results) -> list[Step]:
    """Every contrast that changes one part of a sequence variant, both ways round, or that composes one of another."""
    changes, found = plan.changes(results), []
    for contrast in choose.both_ways(results):
        end, begin = contrast.variants
        if len(moved := changes(end, begin)) == 1:
            found.append(Step(contrast, moved[0], _change(results, begin, end, moved[0])))
        elif begin in results.members(end):
            family = results.row(end).family
            found.append(Step(contrast, family, MADE.get(family, "composed of it")))
    return found


def _change(results: Results, begin: str, end: str, part: str) -> str:
    """From what to what, with the history that a representation brings along."""
    both = plan.sequence_parts(results.params, results.arm)
    told = [worded(both[one][part]) for one in (begin, end)]
    brought = plan.brings_history(results, begin, end)
    seen = f", {ARROW.join(both[one]['context'] for one in (begin, end))}" if brought else ""
    return f"{ARROW.join(told)}{seen}"


def shown(results: Results) -> Html:
    """The steps in words, a figure and a table; says so where there is no way."""
    found = ways(results)
    if not found:
        text = (
            "Nothing to tell: no declared contrasts lead, one part at a time, from the flat model that the token "
            "accounting is about to a variant that is better on select."
        )
        return paragraphs([text])
    steps = found[0]
    told = paragraphs([_told(results, steps), _limits(results, steps, len(found))])
    return joined([told, figure(results, steps), _numbers(results, steps)])


def _told(results: Results, steps: list[Step]) -> str:
    """What each part makes of the whole, the largest first."""
    start, end = steps[0].contrast.right_variant, steps[-1].contrast.left_variant
    whole = results.row(end).recall - results.row(start).recall
    by_part = [f"{signed(effect)} by {called(part)}" for part, effect in _shares(steps).items()]
    unmoved = [worded(part) for part in ASKED if part not in _shares(steps)]
    best = results.leaderboard[0].variant
    reached = (
        "which is best on select"
        if end == best
        else f"the best on select that steps lead to ({code(best)}, the best of all, is not among these)"
    )
    beside = f" No step between sequence models changes any of these parts: {listing(unmoved)}." if unmoved else ""
    return (
        f"From {code(start)}, the flat model that the token accounting is about, to {code(end)}, {reached}, {PRIMARY} "
        f"on test changes by {signed(whole)}. Declared contrasts lead from one to the other, each of which changes one "
        f"part of a sequence model or composes a variant of it: {listing(by_part)}.{beside}"
    )


def _shares(steps: list[Step]) -> dict[str, float]:
    """The effects of each part, summed, the largest first."""
    shares: dict[str, float] = {}
    for step in steps:
        shares[step.part] = shares.get(step.part, 0.0) + step.contrast.effect
    return dict(sorted(shares.items(), key=lambda share: -share[1]))


def called(part: str) -> str:
    """A part of a variant as a noun, with its article."""
    return CALLED.get(part, f"the {worded(part)}")


def _limits(results: Results, steps: list[Step], ways_: int) -> str:
    """What the shares do not say."""
    first = f" Of the {plural(ways_, 'way')} of so few steps the one is shown that was declared first." * (ways_ > 1)
    contrasts = [step.contrast for step in steps]
    untrained = len(contrasts) - len(scope.trained(results, contrasts))
    little = f"; {count(untrained)} of them {scope.UNTRAINED}" if untrained else ""
    second = sum(one.after_test for one in contrasts)
    late_ = f"; {count(second)} declared after test was seen" if second else ""
    return (
        f"Verdicts of the {plural(len(steps), 'step')}: {tally(contrasts)}{little}{late_}. Shares are sums of "
        f"estimates, which add up to the whole, and no sum is tested.{first}{_in_other_orders(results, steps)} What a "
        'part is worth hangs on the others, by what the parts interact (<a href="factorial.html">Factorial</a>). '
        f"{BROUGHT}{_beside(results)}"
    )


def _in_other_orders(results: Results, steps: list[Step]) -> str:
    """The shares of parts that are others where the same parts change in another order, the least and the most.

    Nothing where there is no other order, or no share of another size.
    """
    models = plan.sequence_parts(results.params, results.arm)
    way = [steps[0].contrast.right_variant, *(step.contrast.left_variant for step in steps)]
    every = orders.shares(results, [one for one in way if one in models])
    ranges = {part: [found[part] for found in every] for part in _shares(steps) if every and part in every[0]}
    told = [
        f"{signed(min(found))} to {signed(max(found))} by {called(part)}"
        for part, found in ranges.items()
        if signed(min(found)) != signed(max(found))
    ]
    if not told:
        return ""
    return (
        f" The same changes can be made in {plural(len(every), 'order')} for which the roster has every variant in "
        f"between; by recalls on test, whether a contrast is declared of a step or not, the shares are {listing(told)}."
    )


def _beside(results: Results) -> str:
    """What the rule of popularity has, and the best of the models of flattened tokens."""
    parts = plan.sequence_parts(results.params, results.arm)
    flat = [
        row
        for row in results.leaderboard
        if row.variant in parts and choose.is_of_tokens(choose.parts_of(results, row.variant))
    ]
    rules = [row for row in results.leaderboard if choose.parts_of(results, row.variant).get("rule") == POPULARITY]
    told = [f"{code(row.variant)} has {number(row.recall)}" for row in rules]
    told += [f"{code(row.variant)}, of flattened tokens the best on select, {number(row.recall)}" for row in flat[:1]]
    return f" Beside them {listing(told)}." if told else ""


def figure(results: Results, steps: list[Step]) -> Html:
    """Where each step begins and ends, with the interval of its verdict."""
    labels = [f"{worded(step.part)}: {step.change}" for step in steps]
    traces = []
    for verdict in VERDICTS:
        some = [(label, step.contrast) for label, step in zip(labels, steps, strict=True)]
        if some := [pair for pair in some if pair[1].verdict == verdict]:
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
    return go.Bar(
        x=[one.effect for _, one in some],
        base=[results.row(one.right_variant).recall for _, one in some],
        y=[inert(label) for label, _ in some],
        orientation="h",
        name=verdict,
        marker={"color": colour, "opacity": 0.6},
        error_x=error_bars([one.interval for _, one in some], color=colour, thickness=1.6),
        text=[f"{inert(one.left_variant)} over {inert(one.right_variant)}: {signed(one.effect)}" for _, one in some],
        textposition="none",
        hovertemplate="%{text}<extra></extra>",
    )


def _numbers(results: Results, steps: list[Step]) -> Html:
    more, rows = hedged(results), []
    for step in steps:
        one = step.contrast
        rows.append(
            [
                words(worded(step.part)),
                words(step.change),
                name(one.left_variant),
                decimal(results.row(one.left_variant).recall),
                effect(one),
                Cell(f"{one.verdict}{late(one)}{more(one)}", one.verdict, "words long"),
                words(results.training(one.left_variant)),
            ]
        )
    start = steps[0].contrast.right_variant
    begun = f", {state}" if (state := results.training(start)) else ""
    caption = (
        f"The steps from {start}, whose {PRIMARY} on test is {number(results.row(start).recall)}{begun}; training: "
        f"{TRAINING}"
    )
    return table(["part", "change", "leads to", PRIMARY, "effect", "verdict", "training"], rows, caption)
