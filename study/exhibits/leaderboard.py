"""The page Leaderboard: every variant, every declared contrast."""

import plotly.graph_objects as go

from study.exhibits import contrasts, effects, evidence, findings, new_to_users, unfinished
from study.exhibits.figures import (
    draw,
    error_bars,
    family_style,
    folded,
    grid,
    inert,
    legend_below,
    legend_height,
    series_style,
)
from study.exhibits.marks import TRAINING
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.prose import few_or_counted, number, percent, plural, sentence
from study.exhibits.records import Row
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, estimate, name, table, whole, words
from study.metrics.ranking import DEPTHS
from study.params.statistics import PRIMARY

COMPANIONS = evidence.COMPANIONS | {
    "hit_rate@10": "hit rate",
    "capped_recall@10": "capped",
    "coverage@10": "coverage",
}
SLICES = {"": "all relevant candidates", "/repeat": "repeats", "/explore": "explore, new to the user"}


def standing(results: Results) -> Html:
    """Test recall@10 of every variant as a figure."""
    return findings.standings(results, results.leaderboard, plural(len(results.leaderboard), "variant"))


def board(results: Results) -> Html:
    """All variants; a click on a head sorts."""
    rows = [_line(results, row) for row in results.leaderboard]
    head = ["variant", "family", "select", "test", *COMPANIONS.values(), "seeds", "training"]
    level = percent(1 - results.params.statistics.alpha)
    caption = (
        f"Test {PRIMARY} (with {level} intervals), its parts and its companions at the same depth; sorted by "
        "select, which of what has seeds is read of the one fit that its search chose, so that its luck is part of it; "
        "test is the mean over the seeds of the refits. "
        "repeat and explore: of the candidates on which the user had taken the key action before, and of the others; "
        "hit rate: share of the queries with a relevant candidate there; capped: over the smaller of depth and "
        "relevant; coverage: share of the catalogue that anyone is shown in a window, the mean over windows and seeds; "
        "training: "
        f"{TRAINING}"
    )
    return table(head, rows, caption)


def _line(results: Results, row: Row) -> list[Cell]:
    e = row.estimates
    return [
        name(row.variant),
        words(row.family),
        decimal(row.select),
        estimate(row.test),
        *(decimal(e[metric].estimate) for metric in COMPANIONS),
        whole(row.seeds),
        words(results.training(row.variant)),
    ]


def flags(results: Results) -> Html:
    """Which variants had their best round at the end of the budget."""
    last = unfinished.names(results)
    whose = few_or_counted(last, "variant", f"{code('unfinished')} in the table of <em>Tuning</em>")
    text = (
        f"The best round of {whose} was the last that the budget allowed."
        if last
        else "No variant had its best round at the end of its budget."
    )
    return paragraphs([text])


def curves(results: Results) -> Html:
    """recall@k of every variant, for all, repeats and explore apart."""
    return joined([_curves(results, ""), grid([_curves(results, part) for part in ("/repeat", "/explore")])])


def _curves(results: Results, part: str) -> Html:
    shown = {row.variant for row in results.best_of_each().values()}
    rows = [row for row in results.leaderboard if row.variant in shown or not part]
    traces = [_curve(row, part, index, row.variant in shown) for index, row in enumerate(rows)]
    best = [row for row in results.leaderboard if row.variant in shown]
    told = ", ".join(f"{row.variant} {number(row.estimates[PRIMARY + part].estimate, 3)}" for row in best)
    others = "" if part or len(rows) == len(shown) else "; the legend switches on the others"
    caption = (
        f"recall@k on test with {percent(1 - results.params.statistics.alpha)} intervals, {SLICES[part]}. Shown: the "
        f"best variant of each family on select ({PRIMARY}: {told}){others}."
    )
    return draw(
        traces,
        caption,
        height=280 if part else 420 + legend_height(len(rows)),
        showlegend=not part,
        legend=legend_below(0.16),
        xaxis={"title": {"text": "k"}, "type": "log", "tickvals": list(DEPTHS), "ticktext": [str(k) for k in DEPTHS]},
        yaxis={"title": {"text": "recall@k"}, "rangemode": "tozero", "tickformat": ".2~f"},
    )


def _curve(row: Row, part: str, index: int, is_shown: bool) -> go.Scatter:
    points = [row.estimates[f"recall@{k}{part}"] for k in DEPTHS]
    own, symbol = family_style(row.family)
    colour, dash = (own, "solid") if is_shown else series_style(index)
    return go.Scatter(
        x=list(DEPTHS),
        y=[p.estimate for p in points],
        error_y=error_bars(points, width=3),
        mode="lines+markers",
        line={"color": colour, "dash": dash, "width": 1.8},
        marker={"symbol": symbol, "size": 7},
        name=inert(row.variant),
        visible=True if is_shown else "legendonly",
        hovertemplate="%{fullData.name}<br>recall@%{x}: %{y:.4f}<extra></extra>",
    )


def repeat_and_explore(results: Results) -> Html:
    """Where the recall comes from."""
    sentences = []
    for row in results.best_of_each().values():
        parts = {"of the repeats": "repeat", "of the new ones": "explore"}
        found = {told: row.estimates[f"{PRIMARY}/{part}"].estimate for told, part in parts.items()}
        known = [f"{number(value)} {told}" for told, value in found.items() if value is not None]
        if known:
            sentences.append(f"{code(row.variant)} finds {' and '.join(known)}")
    text = f"{percent(results.power.repeat_share)} of the relevant candidates are repeats."
    if sentences:
        text += f" By {PRIMARY}, {listing(sentences)}, each averaged over the queries that have some."
    if told := new_to_users.found_less(results):
        text += f" {sentence(told)}"
    return paragraphs([text])


def forest(results: Results) -> Html:
    """The declared contrasts with the intervals of their verdicts."""
    if not results.contrasts:
        return paragraphs(["No contrast is declared."])
    numbers = folded("every number of every contrast", contrasts.contrast_table(results, results.contrasts))
    return joined([contrasts.forest(results.contrasts, results.margin), numbers])


def tally(results: Results) -> Html:
    """How many contrasts ended in which verdict; nothing where there is none."""
    if not results.contrasts:
        return Html("")
    found = plural(len(results.contrasts), "declared contrast")
    return paragraphs([f"Of {found}: {effects.tally(results.contrasts)}."])
