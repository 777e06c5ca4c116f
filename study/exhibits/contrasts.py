"""The declared contrasts as figures and sentences; several pages show a part of them."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from study.exhibits.figures import (
    BLUE,
    GREY,
    SHADE,
    VERMILION,
    draw,
    family_style,
    grid,
    inert,
    row_height,
    verdict_style,
)
from study.exhibits.markup import Html, bullets, escape, joined, paragraphs
from study.exhibits.prose import DASH, PRIMARY, count, percent, probability, sentence, signed, verdict_sentence
from study.exhibits.results import Contrast, Results
from study.exhibits.tables import Cell, decimal, estimate, name, table, words

SUBJECTS = {
    "counting": "Within counting",
    "trees": "Trees against counting",
    "sequence": "Sequence models against the rest",
    "representation": "Representation",
    "objective": "Objective",
    "loss": "Loss",
}


def subject(question: str) -> str:
    """What a family of contrasts is about."""
    return SUBJECTS.get(question, question.capitalize())


def sentences(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """One sentence per family of contrasts, a clause per contrast."""
    questions = dict.fromkeys(contrast.question for contrast in contrasts)
    items = []
    for question in questions:
        clauses = [verdict_sentence(c, results.power.margin) for c in contrasts if c.question == question]
        items.append(f"<strong>{escape(subject(question))}:</strong> {'; '.join(clauses)}.")
    return bullets(items)


def section(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """A sentence per contrast and their forest; says so where none is declared."""
    if not contrasts:
        return paragraphs(["No contrast about this is declared in <code>params.yaml</code>."])
    found = bullets(sentence(verdict_sentence(contrast, results.power.margin)) for contrast in contrasts)
    return joined([found, forest(results, contrasts)])


def evidence(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """What lies behind the verdicts: the sides, their seeds, their windows."""
    if not contrasts:
        return joined([])
    return joined([sides_table(results, contrasts), seeds(results, contrasts), windows(results, contrasts)])


def composition(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The roster entries of the variants that are compared; parts that all of them share are in the caption."""
    variants = _variants(contrasts)
    entries = {v: results.params.roster[v].model_dump(exclude={"question", "arm"}) for v in variants}
    parts = dict.fromkeys(part for entry in entries.values() for part in entry)
    values = {part: [_part(entries[v].get(part)) for v in variants] for part in parts}
    differ = [part for part, found in values.items() if len(set(found)) > 1]
    same = [f"{part} {found[0]}" for part, found in values.items() if part not in differ and found[0] != DASH]
    rows = [[name(v), *(words(values[part][i]) for part in differ)] for i, v in enumerate(variants)]
    shared = f"; all share: {', '.join(same)}" if same else ""
    return (
        table(["variant", *differ], rows, f"Parts in which the compared variants differ{shared}")
        if rows
        else joined([])
    )


def _part(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {inner}" for key, inner in value.items()) or DASH
    return DASH if value is None else str(value)


def _variants(contrasts: Sequence[Contrast]) -> list[str]:
    return list(dict.fromkeys(v for c in contrasts for v in (c.left_variant, c.right_variant)))


def _hover(contrast: Contrast) -> str:
    return (
        f"<b>{inert(contrast.name)}</b><br>{inert(contrast.left_variant)} over {inert(contrast.right_variant)}"
        f"<br>{signed(contrast.effect)}, {percent(contrast.level, 2)} interval [{signed(contrast.low)}, "
        f"{signed(contrast.high)}]<br>difference: {probability(contrast.p_difference)}; "
        f"equivalence: {probability(contrast.p_equivalence)}<br>{contrast.verdict}"
    )


def forest(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """Effects with the interval that each verdict used; the margin of equivalence is shaded."""
    traces = []
    for verdict in ("better", "worse", "equivalent", "undetermined"):
        shown = [contrast for contrast in contrasts if contrast.verdict == verdict]
        colour, symbol = verdict_style(verdict)
        traces.append(
            go.Scatter(
                x=[c.effect for c in shown],
                y=[inert(c.name) for c in shown],
                error_x={
                    "array": [c.high - c.effect for c in shown],
                    "arrayminus": [c.effect - c.low for c in shown],
                    "symmetric": False,
                    "color": colour,
                    "thickness": 1.6,
                },
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 9},
                name=verdict,
                text=[_hover(c) for c in shown],
                hovertemplate="%{text}<extra></extra>",
            )
        )
    margin = results.power.margin
    tally = ", ".join(f"{count(len(trace.x))} {trace.name}" for trace in traces if len(trace.x))
    caption = (
        f"Effect of left over right in {PRIMARY} for {count(len(contrasts))} declared contrasts ({tally}), each with "
        f"the interval that its verdict used; shaded: the margin of equivalence, ±{margin:g}."
    )
    return draw(
        [trace for trace in traces if len(trace.x)],
        caption,
        height=row_height(len(contrasts)) + 30,
        showlegend=True,
        xaxis={"title": {"text": f"difference in {PRIMARY}"}, "tickformat": "+.3~f", "nticks": 6},
        yaxis={"categoryorder": "array", "categoryarray": [inert(c.name) for c in contrasts][::-1]},
        shapes=[
            {"type": "rect", "xref": "x", "yref": "paper", "x0": -margin, "x1": margin, "y0": 0, "y1": 1,
             "fillcolor": SHADE, "line": {"width": 0}, "layer": "below"},
            {"type": "line", "xref": "x", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1,
             "line": {"color": GREY, "width": 1}, "layer": "below"},
        ],
    )  # fmt: skip


def contrast_table(contrasts: Sequence[Contrast]) -> Html:
    """Everything that was computed for each contrast."""
    head = ["contrast", "left", "right", "effect", "low", "high", "level", "p (differ)", "p (equivalent)", "verdict"]
    rows = [
        [
            name(c.name),
            name(c.left_variant),
            name(c.right_variant),
            Cell(signed(c.effect), c.effect),
            Cell(signed(c.low), c.low),
            Cell(signed(c.high), c.high),
            Cell(percent(c.level, 2), c.level),
            decimal(c.p_difference),
            decimal(c.p_equivalence),
            words(c.verdict),
        ]
        for c in contrasts
    ]
    return table(
        head, rows, f"Declared contrasts in {PRIMARY}; p values are Holm-adjusted over all declared contrasts."
    )


def sides_table(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The variants that the contrasts compare, on all relevant candidates, repeats and new ones."""
    variants = _variants(contrasts)
    metrics = [f"{PRIMARY}/repeat", f"{PRIMARY}/explore", "ndcg@10"]
    rows = [
        [
            name(row.variant),
            decimal(row.select),
            estimate(row.estimates[PRIMARY]),
            *(decimal(row.estimates[metric].estimate) for metric in metrics),
        ]
        for row in map(results.row, variants)
    ]
    return table(["variant", "select", "test", "repeat", "explore", "nDCG@10"], rows, f"{PRIMARY} of each side")


def _by_window(results: Results, contrast: Contrast) -> pl.DataFrame:
    sides = [contrast.left_variant, contrast.right_variant]
    means = (
        results.queries([PRIMARY])
        .filter(pl.col("variant").is_in(sides))
        .group_by("cutoff", "variant")
        .agg(pl.col(PRIMARY).mean())
        .pivot("variant", index="cutoff", values=PRIMARY)
        .sort("cutoff")
    )
    zone = results.params.snapshot.timezone
    day = pl.col("cutoff").dt.convert_time_zone(zone).dt.date().cast(pl.String).alias("day")
    return means.select(day, difference=pl.col(sides[0]) - pl.col(sides[1]))


def windows(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The effect of each contrast in each test window: is it one week's doing?"""
    figures = []
    for contrast in contrasts:
        table_ = _by_window(results, contrast)
        difference = table_["difference"].to_list()
        agreeing = sum(value * contrast.effect > 0 for value in difference)
        caption = (
            f"{contrast.name}: {PRIMARY} of {contrast.left_variant} minus {contrast.right_variant} in each test window; "
            f"{count(agreeing)} of {count(len(difference))} have the sign of the whole, {signed(contrast.effect)} (line)."
        )
        bars = go.Bar(
            x=table_["day"].to_list(),
            y=difference,
            marker={"color": [BLUE if value > 0 else VERMILION for value in difference]},
            hovertemplate="window of %{x}: %{y:+.4f}<extra></extra>",
        )
        line = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "y0": contrast.effect, "y1": contrast.effect,
                "line": {"color": GREY, "width": 1.5, "dash": "dash"}}  # fmt: skip
        figures.append(
            draw(
                [bars],
                caption,
                height=220,
                shapes=[line],
                bargap=0.5,
                xaxis={"type": "category"},
                yaxis={"tickformat": "+.3~f", "zeroline": True},
            )  # fmt: skip
        )
    return grid(figures)


def seeds(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The mean of every seed of every variant that is compared: is it one lucky seed?"""
    variants = _variants(contrasts)
    means = (
        results.queries([PRIMARY])
        .filter(pl.col("variant").is_in(variants))
        .group_by("variant", "seed")
        .agg(pl.col(PRIMARY).mean())
        .sort("variant", "seed")
    )
    traces, spreads = [], []
    for variant in variants:
        values = means.filter(pl.col("variant") == variant)
        colour, symbol = family_style(results.row(variant).family)
        traces.append(
            go.Scatter(
                x=values[PRIMARY].to_list(),
                y=[inert(variant)] * values.height,
                customdata=values["seed"].to_list(),
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.6},
                hovertemplate="seed %{customdata}: %{x:.4f}<extra></extra>",
            )
        )
        low, high = min(values[PRIMARY].to_list()), max(values[PRIMARY].to_list())
        spreads.append(f"{variant} from {low:.4f} to {high:.4f}")
    caption = f"Test {PRIMARY} of every seed of the refit: {'; '.join(spreads)}."
    return draw(
        traces,
        caption,
        height=row_height(len(variants)),
        xaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".3~f", "nticks": 6},
        yaxis={"categoryorder": "array", "categoryarray": [inert(v) for v in variants][::-1]},
    )
