"""The page Tuning: every search, what it tried, what mattered and what more trials would have brought."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from study.exhibits.figures import GREY, draw, family_style, grid, inert, series_style
from study.exhibits.importance import MINIMUM, importances
from study.exhibits.markup import Html, code, escape, joined, listing, paragraphs
from study.exhibits.prose import PRIMARY, count, number, percent, plural
from study.exhibits.results import Results, Search, Trial
from study.exhibits.tables import Cell, decimal, name, table, whole, words


def tuned(results: Results) -> dict[str, Search]:
    """The searches that had something to search, best variant first."""
    return {
        row.variant: results.search(row.variant) for row in results.leaderboard if results.search(row.variant).space
    }


def summary(results: Results) -> Html:
    """All searches in a table."""
    rows = []
    for row in results.leaderboard:
        search = results.search(row.variant)
        states = [trial.state for trial in search.trials]
        rows.append([
            name(row.variant),
            *(whole(states.count(state)) for state in ("complete", "pruned", "failed")),
            whole(search.chosen),
            decimal(search.chosen_trial.select),
            whole(search.rounds),
            whole(search.last_round),
            words("unfinished" if row.unfinished else ""),
            words(_settings(search.chosen_trial)),
        ])  # fmt: skip
    head = [
        "variant",
        "complete",
        "pruned",
        "failed",
        "chosen",
        "select",
        "best round",
        "last round",
        "flag",
        "settings",
    ]
    return table(head, rows, f"Searches; select: mean {PRIMARY} of the chosen trial on the select span")


def _settings(trial: Trial) -> str:
    return ", ".join(f"{key} = {_short(value)}" for key, value in trial.settings.items())


def _short(value: object) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def failures(results: Results) -> Html:
    """Trials that failed, with their reasons."""
    failed = [
        f"trial {count(trial.number)} of {code(variant)} ({escape(trial.reason or 'no reason recorded')})"
        for variant, search in results.tuning.items()
        for trial in search.trials
        if trial.state == "failed"
    ]
    return paragraphs([f"Failed: {listing(failed)}." if failed else "No trial failed."])


def history(results: Results) -> Html:
    """The best finished trial so far, trial by trial."""
    traces, gains = [], []
    for index, (variant, search) in enumerate(tuned(results).items()):
        best = np.fmax.accumulate([np.nan if t.select is None else t.select for t in search.trials])
        first = next((value for value in best if not np.isnan(value)), np.nan)
        gains.append((float(best[-1] - first), variant))
        colour, dash = series_style(index)
        traces.append(
            go.Scatter(
                x=[trial.number + 1 for trial in search.trials],
                y=[None if np.isnan(value) else float(value - best[-1]) for value in best],
                mode="lines+markers",
                line={"color": colour, "dash": dash, "shape": "hv", "width": 1.6},
                marker={"size": 5, "symbol": family_style(results.row(variant).family)[1]},
                name=inert(variant),
                text=[f"{_trial(trial)}<br>select {number(trial.select)}" for trial in search.trials],
                hovertemplate="<b>%{fullData.name}</b><br>%{text}<br>best so far: %{y:.4f}<extra></extra>",
            )
        )
    if not traces:
        return paragraphs(["No variant was tuned."])
    gain, variant = max(gains)
    caption = (
        f"How far the best select {PRIMARY} so far was below that of the chosen trial, after each trial of "
        f"{plural(len(traces), 'tuned variant')}; searching gained most for {variant}: {number(gain)} over its first "
        "finished trial."
    )
    return draw(
        traces, caption, height=520, showlegend=True,
        legend={"orientation": "h", "yanchor": "top", "y": -0.14, "x": 0, "font": {"size": 11}},
        xaxis={"title": {"text": "trial"}, "tickformat": "d"},
        yaxis={"title": {"text": "below the chosen"}, "tickformat": ".3~f"},
    )  # fmt: skip


def _trial(trial: Trial) -> str:
    return inert(f"trial {trial.number + 1}, {trial.state}: {_settings(trial)}")


def stop_curves(results: Results) -> Html:
    """Stop recall of every trial over its rounds, the chosen one in colour."""
    searches = {v: s for v, s in tuned(results).items() if any(len(trial.curve) > 1 for trial in s.trials)}
    return grid(_stop_curves(results, variant, search) for variant, search in searches.items())


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
        f"{variant}: stop {PRIMARY} of {plural(len(traces), 'trial')}; the chosen one (coloured) peaks at {number(best)} in "
        f"round {count(search.rounds)} of {count(search.last_round)}."
    )
    return draw(
        traces, caption, height=240,
        xaxis={"title": {"text": "round"}}, yaxis={"tickformat": ".2~f", "nticks": 5},
    )  # fmt: skip


def loss_curves(results: Results) -> Html:
    """Training loss of the chosen trial, where the model records one."""
    figures = []
    for row in results.leaderboard:
        losses = results.search(row.variant).chosen_trial.losses
        if len(losses) < 2:
            continue
        line = go.Scatter(
            x=[rounds for rounds, _ in losses],
            y=[value for _, value in losses],
            mode="lines+markers",
            line={"color": family_style(row.family)[0], "width": 1.6},
            marker={"size": 5},
            hovertemplate="round %{x}: %{y:.4f}<extra></extra>",
        )
        first, last = losses[0][1], losses[-1][1]
        course = "falls" if last < first else "does not fall"
        caption = (
            f"{row.variant}: training loss of the chosen trial {course}, from {number(first, 3)} to {number(last, 3)} over "
            f"{plural(len(losses), 'round')}."
        )
        axes = {"xaxis": {"title": {"text": "round"}}, "yaxis": {"tickformat": ".3~g", "nticks": 5}}
        figures.append(draw([line], caption, height=220, **axes))
    return grid(figures) if figures else paragraphs(["No variant recorded a training loss."])


def importance(results: Results) -> Html:
    """Which settings mattered, as far as so few trials can tell."""
    rows, silent = [], []
    for variant, search in tuned(results).items():
        found = importances(search, results.manifest.seed)
        if not found:
            silent.append(code(variant))
        for setting, share in found.items():
            chosen = search.chosen_trial.settings.get(setting)
            bar = f'<span class="bar" style="--share:{share:.4f}"></span>{percent(share)}'
            rows.append([
                name(variant),
                name(setting),
                Cell(bar, share),
                words(_range(search.space[setting])),
                Cell(escape(_short(chosen)), chosen if isinstance(chosen, int | float) else str(chosen)),
            ])  # fmt: skip
    most = max((len(search.trials) for search in tuned(results).values()), default=0)
    note = (
        f"Shares of the variance of stop {PRIMARY} that each setting explains (fANOVA; Hutter, Hoos and Leyton-Brown, 2014), "
        f"all trials of a variant compared at the last round that every one of them reached. From {plural(most, 'trial')} "
        "at most, these are hints."
    )
    parts = [paragraphs([note])]
    if rows:
        parts.append(table(["variant", "setting", "importance", "space", "chosen"], rows, "Importance of settings"))
    if silent:
        parts.append(paragraphs([
            f"Nothing can be said of {listing(silent)}: fewer than {count(MINIMUM)} trials that can be compared, or none "
            "of them differs."
        ]))  # fmt: skip
    return joined(parts)


def _range(space: dict[str, object]) -> str:
    if "options" in space:
        options = space["options"]
        return ", ".join(map(_short, options)) if isinstance(options, list) else _short(options)
    return f"{_short(space['low'])} to {_short(space['high'])}" + (" (log)" if space.get("log") else "")


def expected_best(values: Sequence[float]) -> NDArray[np.float64]:
    """Expected maximum of n = 1, 2, ... draws with replacement from `values`, float64 [len(values)].

    Dodge, Gururangan, Card, Schwartz and Smith, "Show Your Work" (EMNLP 2019), equation 7.
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    below_or_at = np.arange(1, len(ordered) + 1) / len(ordered)
    draws = np.arange(1, len(ordered) + 1)[:, None]
    weights = below_or_at**draws - (below_or_at - 1 / len(ordered)) ** draws
    return np.asarray(weights @ ordered, dtype=np.float64)


def budget_curve(results: Results) -> Html:
    """The expected best of n trials: had fewer been enough, would more help?"""
    traces, told = [], []
    for index, (variant, search) in enumerate(tuned(results).items()):
        values = [max(value for _, value in trial.curve) for trial in search.trials if trial.curve]
        if len(values) < 2:
            continue
        best = expected_best(values)
        told.append((float(best[-1] - best[-2]), variant))
        colour, dash = series_style(index)
        traces.append(
            go.Scatter(
                x=list(range(1, len(best) + 1)),
                y=(best - best[-1]).tolist(),
                customdata=best.tolist(),
                mode="lines",
                line={"color": colour, "dash": dash, "width": 1.8},
                name=inert(variant),
                hovertemplate="<b>%{fullData.name}</b><br>best of %{x}: %{customdata:.4f} (%{y:.4f})<extra></extra>",
            )
        )
    if not traces:
        return paragraphs(["Too few trials were finished to say what more of them would bring."])
    gain, variant = max(told)
    caption = (
        f"How far the expected best stop {PRIMARY} of n trials lies below that of all of them, taking each trial's best "
        f"value by the time it ended. The last trial adds most to {variant}: {number(gain)} in expectation."
    )
    return draw(
        traces, caption, height=500, showlegend=True,
        legend={"orientation": "h", "yanchor": "top", "y": -0.14, "x": 0, "font": {"size": 11}},
        xaxis={"title": {"text": "n, trials"}, "tickformat": "d"},
        yaxis={"title": {"text": "below that of all"}, "tickformat": ".3~f"},
    )  # fmt: skip
