"""What lies behind the verdict of a contrast: its sides, their parts, their seeds, their test windows."""

from collections.abc import Sequence

import plotly.graph_objects as go
import polars as pl

from study.exhibits import choose
from study.exhibits.colours import BLUE, VERMILION
from study.exhibits.figures import draw, family_style, grid, horizontal, inert, names_axis, row_height
from study.exhibits.marks import TRAINING
from study.exhibits.markup import Html, joined
from study.exhibits.prose import DASH, count, number, signed, worded
from study.exhibits.records import Contrast, variants_of
from study.exhibits.results import Results
from study.exhibits.tables import brackets, decimal, estimate, name, table, words
from study.params.statistics import PRIMARY

COMPANIONS = {f"{PRIMARY}/repeat": "repeat", f"{PRIMARY}/explore": "explore", "ndcg@10": "nDCG"}


def evidence(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The sides of the contrasts in a table, by seed and by window."""
    return joined([sides(results, contrasts), seeds(results, contrasts), windows(results, contrasts)])


def composition(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The roster entries of the variants that are compared; parts that all of them share are in the caption."""
    variants = variants_of(contrasts)
    entries = {v: _composed(results, v) for v in variants}
    parts = dict.fromkeys(part for entry in entries.values() for part in entry)
    values = {part: [_part(entries[v].get(part)) for v in variants] for part in parts}
    differ = [part for part, found in values.items() if len(set(found)) > 1]
    same = [f"{worded(part)} {found[0]}" for part, found in values.items() if part not in differ and found[0] != DASH]
    shared = f"; all share: {', '.join(same)}" if same else ""
    rows = [[name(v), *(words(values[part][i]) for part in differ)] for i, v in enumerate(variants)]
    return table(["variant", *map(worded, differ)], rows, f"Parts in which the compared variants differ{shared}")


def _composed(results: Results, variant: str) -> dict[str, object]:
    """The parts of a variant; where it is asked in training stands for the setting that has a part in it."""
    parts = choose.parts_of(results, variant)
    kept = {part: value for part, value in parts.items() if part not in {"question", "arm", "prefixes"}}
    if "members" in parts:
        kept["members"] = [results.stands_for(member) for member in parts["members"]]
    asked = {"labels": choose.labels(parts), "budget_in": choose.counted(parts)} if "prefixes" in parts else {}
    return kept | asked | choose.unread(parts)


def _part(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{key} = {inner}" for key, inner in value.items()) or DASH
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return DASH if value is None else worded(value)


def sides(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The variants that the contrasts compare, on all relevant candidates, repeats and explore."""
    rows = [
        [
            name(row.variant),
            decimal(row.select),
            estimate(row.test),
            *(decimal(row.estimates[metric].estimate) for metric in COMPANIONS),
            words(results.training(row.variant)),
        ]
        for row in map(results.row, variants_of(contrasts))
    ]
    caption = (
        f"{PRIMARY} of each side ({brackets(results.params.statistics.alpha)}), its parts on repeats, "
        "what the user has acted on before, and explore, what is new to the user, nDCG "
        f"at the same depth, and how far it was trained: {TRAINING}"
    )
    return table(["variant", "select", "test", *COMPANIONS.values(), "training"], rows, caption)


def seeds(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The mean of every seed of every variant that is compared: is it one lucky seed? Nothing where none is."""
    if not contrasts:
        return Html("")
    variants = variants_of(contrasts)
    means = _means(results, variants, "seed")
    traces, spreads = [], []
    for variant in variants:
        shown = means.filter(pl.col("variant") == variant)
        values = shown[PRIMARY].to_list()
        colour, symbol = family_style(results.row(variant).family)
        traces.append(
            go.Scatter(
                x=values,
                y=[inert(variant)] * len(values),
                customdata=shown["seed"].to_list(),
                mode="markers",
                marker={"color": colour, "symbol": symbol, "size": 9, "opacity": 0.6},
                hovertemplate="seed %{customdata}: %{x:.4f}<extra></extra>",
            )
        )
        low, high = number(min(values)), number(max(values))
        spreads.append(f"{variant} {low}" if len(values) == 1 else f"{variant} from {low} to {high}")
    return draw(
        traces,
        f"Test {PRIMARY} of every seed of the refit: {'; '.join(spreads)}.",
        height=row_height(len(variants)),
        xaxis={"title": {"text": f"test {PRIMARY}"}, "tickformat": ".4~f", "nticks": 6},
        yaxis=names_axis(variants),
    )


def windows(results: Results, contrasts: Sequence[Contrast]) -> Html:
    """The effect of each contrast in each test window: is it one week's doing?"""
    return grid(_windows(results, contrast) for contrast in contrasts)


def _windows(results: Results, contrast: Contrast) -> Html:
    left, right = contrast.variants
    zone = results.params.zone(results.arm)
    means = _means(results, [left, right], "cutoff").pivot("variant", index="cutoff", values=PRIMARY)
    days = means["cutoff"].dt.convert_time_zone(zone).dt.date().cast(pl.String).to_list()
    difference = (means[left] - means[right]).to_list()
    agreeing = sum(value * contrast.effect > 0 for value in difference)
    has = "has" if agreeing == 1 else "have"
    sign = f"{count(agreeing)} of {count(len(difference))} {has} the sign of the whole" if contrast.effect else "whole"
    caption = (
        f"{contrast.name}: {PRIMARY} of {left} minus {right} in each test window; {sign}, "
        f"{signed(contrast.effect)} (line). No interval is drawn."
    )
    bars = go.Bar(
        x=days,
        y=difference,
        marker={"color": [BLUE if value > 0 else VERMILION for value in difference]},
        hovertemplate="window of %{x}: %{y:+.4f}<extra></extra>",
    )
    return draw(
        [bars],
        caption,
        height=220,
        shapes=[horizontal(contrast.effect)],
        bargap=0.5,
        xaxis={"type": "category"},
        yaxis={"title": {"text": "difference"}, "tickformat": "+.4~f", "zeroline": True},
    )


def _means(results: Results, variants: Sequence[str], by: str) -> pl.DataFrame:
    """Mean recall@10 of each variant and each value of `by`, sorted."""
    rows = results.queries([PRIMARY]).filter(pl.col("variant").is_in(list(variants)))
    return rows.group_by(by, "variant").agg(pl.col(PRIMARY).cast(pl.Float64).mean()).sort(by, "variant")
