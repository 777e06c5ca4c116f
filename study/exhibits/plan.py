"""The page Plan: what was declared beforehand, drawn from `params.yaml`."""

from typing import Any

import plotly.graph_objects as go

from study.exhibits import choose, cube
from study.exhibits.figures import BLUE, GREY, SHADE, draw, inert, row_height
from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.prose import count, members, plural
from study.exhibits.results import Results
from study.exhibits.tables import name, table, words
from study.params import Params
from study.params.budget import Arm

PARTS = ("representation", "architecture", "objective", "loss", "head", "pretrain", "budget_in", "labels", "context")
"""The factors of a sequence variant; the options of its loss belong to the loss."""
TITLES = {"budget_in": "budget in"}
PUBLISHED: dict[str, dict[str, Any]] = {
    "SASRec (Kang and McAuley, 2018)": {"architecture": "causal", "objective": "next_line", "loss": "bce"},
    "gSASRec (Petrov and Macdonald, 2023)": {"architecture": "causal", "objective": "next_line", "loss": "gbce"},
    "BERT4Rec (Sun and others, 2019)": {
        "architecture": "bidirectional",
        "objective": "masked_event",
        "loss": "softmax",
    },
    "like PinnerFormer (Pancha and others, 2022)": {
        "representation": "sum",
        "architecture": "causal",
        "objective": "horizon",
        "loss": "sampled_softmax",
    },
    "like CoLES (Babaev and others, 2022)": {"objective": "next_token_contrastive"},
    "TIFU-KNN (Hu and others, 2020)": {"rule": "tifu_knn"},
    "LambdaMART (Burges, 2010)": {"model": "gbdt", "loss": "lambdarank"},
}
"""Published methods, each by the parts that make a variant one; *like* where the rest of the recipe is this study's."""


def sequence_parts(params: Params, arm: Arm) -> dict[str, dict[str, str]]:
    """The factors of each sequence variant of an arm, as words."""
    found = {name_: entry for name_, entry in params.entries(arm).items() if entry.family == "sequence"}
    entries = {name_: entry.model_dump() | {"labels": choose.labels(entry)} for name_, entry in found.items()}
    return {name_: {part: str(entry[part] or "none") for part in PARTS} for name_, entry in entries.items()}


def anchor(variants: dict[str, dict[str, str]]) -> str:
    """The variant from which most others differ in exactly one factor; of equals the first."""
    return max(variants, key=lambda name_: sum(len(moved(variants, name_, other)) == 1 for other in variants))


def moved(variants: dict[str, dict[str, str]], start: str, variant: str) -> list[str]:
    """The factors in which a variant differs from another one; with the representation its context moves, too."""
    found = [part for part in PARTS if variants[variant][part] != variants[start][part]]
    return [part for part in found if part != "context" or "representation" not in found]


def summary(results: Results) -> Html:
    """How many variants, where they are anchored, and how many steps they lie away."""
    variants = sequence_parts(results.params, results.arm)
    if not variants:
        return paragraphs(["No sequence variant is declared."])
    start = anchor(variants)
    one = [v for v in variants if len(moved(variants, start, v)) == 1]
    parts = listing([f"{TITLES.get(part, part)} {code(value)}" for part, value in variants[start].items()])
    families = [entry.family for entry in results.params.entries(results.arm).values()]
    text = (
        f"{plural(len(families), 'variant')} are declared: {members(families)}. The sequence models are anchored at "
        f"{code(start)}: {parts}. {count(len(one))} of them move exactly one factor away from it; the others "
        "belong to the factorial below, or have a control of their own."
    )
    return paragraphs([text])


def moves(results: Results) -> Html:
    """Every sequence variant, one factor per column; what differs from the anchor is marked."""
    variants = sequence_parts(results.params, results.arm)
    if not variants:
        return Html("")
    start = anchor(variants)
    shown = sorted(variants, key=lambda v: (v != start, len(moved(variants, start, v)), _first(variants, start, v)))
    columns = [part for part in PARTS if len({parts[part] for parts in variants.values()}) > 1]
    cells = [(v, part, part in moved(variants, start, v)) for v in shown for part in columns]
    traces = [_cells([c for c in cells if c[2] is is_moved], variants, is_moved=is_moved) for is_moved in (False, True)]
    once = sum(len(moved(variants, start, v)) == 1 for v in variants)
    caption = (
        f"The sequence variants of the plan, one per row, with the factors that vary. Marked: what differs from the "
        f"anchor {start}. {count(once)} variants move one factor, {count(len(variants) - once - 1)} several."
    )
    return draw(
        traces,
        caption,
        height=row_height(len(shown)) + 20,
        xaxis={
            "categoryorder": "array",
            "categoryarray": columns,
            "side": "top",
            "type": "category",
            "ticktext": [TITLES.get(part, part) for part in columns],
            "tickvals": columns,
        },
        yaxis={"categoryorder": "array", "categoryarray": [inert(v) for v in shown][::-1], "type": "category"},
    )


def _first(variants: dict[str, dict[str, str]], start: str, variant: str) -> int:
    return next((PARTS.index(part) for part in moved(variants, start, variant)), -1)


def _cells(cells: list[tuple[str, str, bool]], variants: dict[str, dict[str, str]], *, is_moved: bool) -> go.Scatter:
    texts = [inert(variants[variant][part].replace("_", " ")) for variant, part, _ in cells]
    return go.Scatter(
        x=[part for _, part, _ in cells],
        y=[inert(variant) for variant, _, _ in cells],
        mode="markers+text",
        marker={"symbol": "square", "size": 11 if is_moved else 7, "color": BLUE if is_moved else SHADE},
        text=texts,
        textposition="middle right",
        textfont={"size": 10, **({} if is_moved else {"color": GREY})},
        hovertemplate="<b>%{y}</b><br>%{x}: %{text}<extra></extra>",
        cliponaxis=False,
    )


def factorial(results: Results) -> Html:
    """The cells of the factorial as a cube, or whatever it is, with the variant of each."""
    plan = results.params.factorial
    factors = listing([f"{code(f)} ({code(low)} or {code(high)})" for f, (low, high) in plan.factors.items()])
    text = (
        f"One full factorial, {plural(len(plan.cells), 'cell')} of {factors}, so that effects can be told apart from "
        "their interactions: what one factor gains may depend on another."
    )
    rows = [[name(cell), *(words(level) for level in levels)] for cell, levels in plan.cells.items()]
    cells = table(
        ["variant", *plan.factors], rows, "The variant of each cell, all trained on the same number of events"
    )
    if len(plan.factors) != cube.DIMENSIONS:
        return joined([paragraphs([text]), cells])
    return joined([paragraphs([text]), cube.picture(plan, dict.fromkeys(plan.cells, ""), "The factorial"), cells])


def published(results: Results) -> Html:
    """Which variants are methods that others published."""
    entries = {v: entry.model_dump() for v, entry in results.params.variants.items()}
    items = []
    for method, parts in PUBLISHED.items():
        found = [v for v, entry in entries.items() if all(entry.get(part) == value for part, value in parts.items())]
        if found:
            items.append(f"{method}: {listing([code(v) for v in found])}.")
    return bullets(items) if items else paragraphs(["No variant is a published method."])


def arms(results: Results) -> Html:
    """The other comparisons: each has its own question, variants, contrasts and budget."""
    params = results.params
    rows = [
        [
            name(arm),
            name(params.asked_by(arm)),
            words(count(len(params.entries(arm)))),
            words(count(len(params.declared(arm)))),
            words("run" if arm == results.arm or results.beside(arm) is not None else "not run"),
        ]
        for arm in params.arms
    ]
    return table(["arm", "question", "variants", "contrasts", "here"], rows, "The arms of the roster")
