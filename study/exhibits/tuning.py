"""The page Tuning: every search, what it tried, what mattered and what more trials would have brought."""

import math
from collections.abc import Collection, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from study.exhibits import unfinished
from study.exhibits.colours import GREY
from study.exhibits.expected_best import expected_best
from study.exhibits.figures import (
    draw,
    family_style,
    folded,
    grid,
    inert,
    legend_below,
    legend_height,
    series_style,
    whole_axis,
)
from study.exhibits.importance import importance_table
from study.exhibits.key_action import clock
from study.exhibits.markup import Html, code, escape, joined, listing, paragraphs
from study.exhibits.prose import count, family, few_or_counted, number, plural, setting
from study.exhibits.records import Row, Search, Trial
from study.exhibits.results import Results
from study.exhibits.tables import Cell, decimal, name, table, whole, words
from study.params.statistics import PRIMARY

STATES = ("complete", "pruned", "failed")


def tuned(results: Results) -> dict[str, Search]:
    """The searches that had something to search, best variant first."""
    searches = {row.variant: results.search(row.variant) for row in results.leaderboard}
    return {variant: search for variant, search in searches.items() if search.space}


def summary(results: Results) -> Html:
    """All searches in a table, and where those of the other arms are."""
    rows = [_search(row, results.search(row.variant)) for row in results.leaderboard]
    head = ["variant", *STATES, "chosen", "select", "best round", "last round", "flag", "settings"]
    caption = (
        "Searches, with how many trials ended in each way; pruned: stopped at a rung; chosen: the number of the trial, "
        f"of which 0 has the declared defaults; select: mean {PRIMARY} of the chosen trial on the select span; best "
        "and last round: of the chosen trial, and of the budget"
    )
    told = paragraphs([_totals(results), *clock(results.question)])
    return joined([told, table(head, rows, caption), unfinished.summary(results)])


def _totals(results: Results) -> str:
    states = [trial.state for search in tuned(results).values() for trial in search.trials]
    told = listing([f"{count(states.count(state))} {state}" for state in STATES if state in states])
    last = unfinished.names(results)
    whose = few_or_counted(last, "variant", "in the column <em>flag</em>")
    flags = f"the best round of {whose} was the last" if last else "no variant had its best round last"
    were = "was" if len(tuned(results)) == 1 else "were"
    lead = (
        f"{plural(len(tuned(results)), 'variant')} {were} tuned, with {plural(len(states), 'trial')}: {told}; {flags}."
    )
    fixed = len(results.leaderboard) - len(tuned(results))
    return f"{lead} {_untuned(fixed)}" if fixed else lead


def _untuned(variants: int) -> str:
    """What is not counted among the trials, though the table has it."""
    had = "had one trial each" if variants > 1 else "had one trial"
    return f"{plural(variants, 'other')} with nothing to search {had}, which the table has besides."


def _search(row: Row, search: Search) -> list[Cell]:
    settings = _settings(search.chosen_trial)
    states: list[str] = [trial.state for trial in search.trials]
    return [
        name(row.variant),
        *(whole(states.count(state)) for state in STATES),
        whole(search.chosen),
        decimal(search.chosen_trial.select),
        whole(search.rounds),
        whole(search.last_round),
        words("unfinished" if row.unfinished else ""),
        Cell(escape(settings), settings, "words"),
    ]


def _settings(trial: Trial) -> str:
    return ", ".join(f"{key} = {setting(value)}" for key, value in trial.settings.items())


def failures(results: Results) -> Html:
    """Trials of all arms that failed, with their reasons."""
    failed = [
        f"trial {count(trial.number)} of {code(variant)} ({escape(trial.reason or 'no reason recorded')})"
        for arm in results.every()
        for variant, search in arm.tuning.items()
        for trial in search.trials
        if trial.state == "failed"
    ]
    return paragraphs([f"Failed: {listing(failed)}." if failed else "No trial failed, in any arm."])


def history(results: Results) -> Html:
    """The best finished trial so far, trial by trial."""
    searches = tuned(results)
    if not searches:
        return paragraphs(["No variant was tuned."])
    best = {v: np.fmax.accumulate([_select(trial) for trial in search.trials]) for v, search in searches.items()}
    gains = {variant: values[-1] - values[~np.isnan(values)][0] for variant, values in best.items()}
    most = max(gains, key=lambda variant: gains[variant])
    gained = (
        f"searching gained most for {most}: {number(gains[most])} over its first finished trial"
        if gains[most] > 0
        else "searching gained nothing over the first finished trials"
    )
    caption = (
        f"How far the best select {PRIMARY} so far was below that of the chosen trial, after each trial of "
        f"{plural(len(searches), 'tuned variant')}; {gained}.{_shown(results, searches)}"
    )
    return draw(
        [_history(results, variant, best[variant], index) for index, variant in enumerate(searches)],
        caption,
        height=420 + legend_height(len(searches)),
        showlegend=True,
        legend=legend_below(0.14),
        xaxis=whole_axis("trial", max(len(search.trials) for search in searches.values())),
        yaxis={"title": {"text": "below the chosen"}, "tickformat": ".4~f"},
    )


def _shown(results: Results, drawn: Collection[str]) -> str:
    """Which of the variants that are drawn are visible; nothing where all are."""
    best = [row.variant for row in results.best_of_each().values() if row.variant in drawn]
    if len(best) == len(drawn):
        return ""
    return f" Shown: the best variant of each family on select ({', '.join(best)}); the legend switches on the others."


def _visible(results: Results, variant: str) -> bool | str:
    is_best = any(row.variant == variant for row in results.best_of_each().values())
    return True if is_best else "legendonly"


def _line(results: Results, variant: str, index: int) -> dict[str, str]:
    """The line of a variant: in the colour of its family where it is shown, dashed by its place in the figure."""
    colour, dash = series_style(index)
    is_shown = _visible(results, variant) is True
    return {"color": family_style(results.row(variant).family)[0] if is_shown else colour, "dash": dash}


def _select(trial: Trial) -> float:
    return math.nan if trial.select is None else trial.select


def _history(results: Results, variant: str, best: NDArray[np.float64], index: int) -> go.Scatter:
    trials = results.search(variant).trials
    return go.Scatter(
        x=[trial.number for trial in trials],
        y=[None if math.isnan(value) else value for value in (best - best[-1]).tolist()],
        mode="lines+markers",
        line=_line(results, variant, index) | {"shape": "hv", "width": 1.6},
        marker={"size": 5, "symbol": family_style(results.row(variant).family)[1]},
        name=inert(variant),
        visible=_visible(results, variant),
        text=[f"{_trial(trial)}<br>select {number(trial.select)}" for trial in trials],
        hovertemplate="<b>%{fullData.name}</b><br>%{text}<br>best so far: %{y:.4f}<extra></extra>",
    )


def _trial(trial: Trial) -> str:
    return inert(f"trial {trial.number}, {trial.state}: {_settings(trial)}")


def stop_curves(results: Results) -> Html:
    """Stop recall of every trial over its rounds, the chosen one in colour; a fold for each family."""
    searches = {v: s for v, s in tuned(results).items() if any(len(trial.curve) > 1 for trial in s.trials)}
    parts = []
    for member in results.best_of_each():
        found = {v: s for v, s in searches.items() if results.row(v).family == member}
        if found:
            figures = grid(_stop_curves(results, variant, search) for variant, search in found.items())
            parts.append(folded(f"{family(member)}: {plural(len(found), 'search')}", figures))
    return joined(parts) if parts else paragraphs(["No search has a curve: its variants are fitted in one round."])


def _stop_curves(results: Results, variant: str, search: Search) -> Html:
    colour, _ = family_style(results.row(variant).family)
    ordered = sorted(search.trials, key=lambda trial: trial.number == search.chosen)
    traces = [
        go.Scatter(
            x=[rounds for rounds, _ in trial.curve],
            y=[value for _, value in trial.curve],
            mode="lines+markers",
            line={"color": colour if trial.number == search.chosen else GREY, "width": 1.2},
            marker={"size": 4, "symbol": "x" if trial.state == "pruned" else "circle"},
            opacity=1 if trial.number == search.chosen else 0.55,
            text=[_trial(trial)] * len(trial.curve),
            hovertemplate="%{text}<br>round %{x}: %{y:.4f}<extra></extra>",
        )
        for trial in ordered
        if trial.curve
    ]
    best = max((value for _, value in search.chosen_trial.curve), default=float("nan"))
    caption = (
        f"{variant}: stop {PRIMARY} of {plural(len(traces), 'trial')}; the chosen one (coloured) peaks at "
        f"{number(best)} in round {count(search.rounds)} of {count(search.last_round)}."
    )
    return draw(
        traces,
        caption,
        height=240,
        xaxis=whole_axis("round", search.last_round),
        yaxis={"title": {"text": PRIMARY}, "tickformat": ".4~f", "nticks": 5},
    )


def loss_curves(results: Results) -> Html:
    """Training loss of the chosen trial, where the model records one."""
    losses = [(row, results.search(row.variant).chosen_trial.losses) for row in results.leaderboard]
    known = [(row, curve) for row, curve in losses if len(curve) > 1]
    if not known:
        return paragraphs(["No variant recorded a training loss."])
    rising = [code(row.variant) for row, curve in known if curve[-1][1] >= curve[0][1]]
    every = "the only variant" if len(known) == 1 else f"all {plural(len(known), 'variant')}"
    told = f"does not fall for {listing(rising)}" if rising else f"falls for {every}"
    figures = grid(_losses(row, curve) for row, curve in known)
    return joined(
        [paragraphs([f"The training loss {told}."]), folded(f"the loss of {plural(len(known), 'variant')}", figures)]
    )


def _losses(row: Row, curve: Sequence[tuple[float, float]]) -> Html:
    line = go.Scatter(
        x=[rounds for rounds, _ in curve],
        y=[value for _, value in curve],
        mode="lines+markers",
        line={"color": family_style(row.family)[0], "width": 1.6},
        marker={"size": 5},
        hovertemplate="round %{x}: %{y:.4f}<extra></extra>",
    )
    first, last = curve[0][1], curve[-1][1]
    course = "falls" if last < first else "does not fall"
    caption = (
        f"{row.variant}: training loss of the chosen trial {course}, from {number(first, 3)} to {number(last, 3)} over "
        f"{plural(len(curve), 'round')}."
    )
    axes = {
        "xaxis": whole_axis("round", curve[-1][0]),
        "yaxis": {"title": {"text": "loss"}, "tickformat": ".3~g", "nticks": 5},
    }
    return draw([line], caption, height=220, **axes)


def importance(results: Results) -> Html:
    """Which settings mattered, as far as so few trials can tell."""
    return importance_table(tuned(results), results.manifest.seed)


def budget_curve(results: Results) -> Html:
    """The expected best of n trials: had fewer been enough, would more help?"""
    reached = {v: [_reached(trial) for trial in search.trials if trial.curve] for v, search in tuned(results).items()}
    best = {variant: expected_best(values) for variant, values in reached.items() if len(values) > 1}
    if not best:
        return paragraphs(["Too few trials were finished to say what more of them would bring."])
    gains = {variant: values[-1] - values[-2] for variant, values in best.items()}
    most = max(gains, key=lambda variant: gains[variant])
    caption = (
        f"How far the expected best stop {PRIMARY} of n trials lies below that of all of them, taking each trial's "
        f"best value by the time it ended. The last trial adds most to {most}: {number(gains[most])} in expectation."
        f"{_shown(results, best)}"
    )
    return draw(
        [_expectation(results, variant, values, index) for index, (variant, values) in enumerate(best.items())],
        caption,
        height=400 + legend_height(len(best)),
        showlegend=True,
        legend=legend_below(0.14),
        xaxis=whole_axis("n, trials", max(map(len, best.values()))),
        yaxis={"title": {"text": "below that of all"}, "tickformat": ".4~f"},
    )


def _reached(trial: Trial) -> float:
    return max(value for _, value in trial.curve)


def _expectation(results: Results, variant: str, best: NDArray[np.float64], index: int) -> go.Scatter:
    return go.Scatter(
        x=list(range(1, len(best) + 1)),
        y=(best - best[-1]).tolist(),
        customdata=best.tolist(),
        mode="lines",
        line=_line(results, variant, index) | {"width": 1.8},
        name=inert(variant),
        visible=_visible(results, variant),
        hovertemplate="<b>%{fullData.name}</b><br>best of %{x}: %{customdata:.4f} (%{y:.4f})<extra></extra>",
    )
