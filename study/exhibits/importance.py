"""Importance of settings, from a study rebuilt of the published trials."""

import warnings
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator

from study.exhibits.markup import Html, code, escape, joined, listing, paragraphs
from study.exhibits.prose import count, percent, plural, setting
from study.exhibits.records import Search, Trial
from study.exhibits.tables import Cell, name, table, words
from study.params.statistics import PRIMARY

MINIMUM = 4
TREES = 64
SEEDS = 2**32
"""How many seeds the forest of fANOVA knows; that of `params.yaml` may be any number."""
HEAD = ["variant", "setting", "importance", "space", "chosen"]
CAPTION = "Share of variance that each setting explains alone, its search space, and the chosen value"


def importance_table(searches: dict[str, Search], seed: int) -> Html:
    """Importance of every setting of every search, with its space and the chosen value."""
    found = {variant: importances(search, seed) for variant, search in searches.items()}
    most = max((len(search.trials) for search in searches.values()), default=0)
    note = (
        f"Shares of the variance of stop {PRIMARY} that each setting explains by itself (fANOVA; Hutter, Hoos and "
        "Leyton-Brown, 2014), all trials of a variant compared at the last round that every one of them reached. What "
        f"is left is that of settings together. From {plural(most, 'trial')} at most, these are hints."
    )
    rows = [_row(v, searches[v], key, share) for v, shares in found.items() for key, share in shares.items()]
    parts = [paragraphs([note]), table(HEAD, rows, CAPTION)] if rows else []
    silent = [code(variant) for variant, shares in found.items() if not shares]
    few = (
        f"Importance cannot be told for {listing(silent)}: fewer than {count(MINIMUM)} trials can be compared, or none "
        "differs from the others."
    )
    return joined([*parts, *([paragraphs([few])] if silent else [])])


def _row(variant: str, search: Search, key: str, share: float) -> list[Cell]:
    chosen = search.chosen_trial.settings.get(key)
    bar = f'<span class="bar" style="--share:{share:.4f}"></span>{percent(share)}'
    sortable = chosen if isinstance(chosen, int | float) else str(chosen)
    return [
        name(variant),
        name(key),
        Cell(bar, share),
        words(_space(search.space[key])),
        Cell(escape(setting(chosen)), sortable),
    ]


def _space(space: dict[str, Any]) -> str:
    return f"{setting(space['low'])} to {setting(space['high'])}" + (" (log)" if space.get("log") else "")


def importances(search: Search, seed: int) -> dict[str, float]:
    """Shares of the variance of stop recall@10 explained by each setting alone, the largest first.

    What they lack to one is explained by settings together.

    Pruned trials have no select value, so all are compared at the last round that every one of them reached: equal
    training for all. Hutter, Hoos and Leyton-Brown, "An Efficient Approach for Assessing Hyperparameter Importance"
    (ICML 2014).

    Returns:
        Nothing if fewer than MINIMUM trials can be compared, or if neither settings nor values differ.
    """
    trials = [trial for trial in search.trials if trial.curve and set(trial.settings) >= set(search.space)]
    values = _values_at_equal_training(trials)
    varying = [name for name in search.space if len({trial.settings[name] for trial in trials}) > 1]
    if len(trials) < MINIMUM or len(set(values)) < 2 or not varying:
        return {}
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(direction="maximize")
    spaces = {name: _distribution(search.space[name], [t.settings[name] for t in trials]) for name in varying}
    for trial, value in zip(trials, values, strict=True):
        chosen = {name: trial.settings[name] for name in varying}
        study.add_trial(optuna.trial.create_trial(params=chosen, distributions=spaces, value=value))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=optuna.exceptions.ExperimentalWarning)
        evaluator = FanovaImportanceEvaluator(n_trees=TREES, seed=seed % SEEDS)
        return dict(optuna.importance.get_param_importances(study, evaluator=evaluator, normalize=False))


def _values_at_equal_training(trials: list[Trial]) -> list[float]:
    shared = set.intersection(*({rounds for rounds, _ in trial.curve} for trial in trials)) if trials else set()
    if not shared:
        return []
    last = max(shared)
    return [dict(trial.curve)[last] for trial in trials]


def _distribution(space: dict[str, Any], values: list[Any]) -> BaseDistribution:
    if all(isinstance(value, int) for value in values):
        return IntDistribution(int(space["low"]), int(space["high"]), log=bool(space.get("log")))
    return FloatDistribution(space["low"], space["high"], log=bool(space.get("log")))
