"""Importance of settings, from a study rebuilt of the published trials."""

import warnings
from typing import Any

import optuna
from optuna.distributions import BaseDistribution, CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import FanovaImportanceEvaluator

from study.exhibits.results import Search, Trial

MINIMUM = 4
TREES = 64


def importances(search: Search, seed: int) -> dict[str, float]:
    """Shares of the variance of stop recall@10 explained by each setting, the largest first; they sum to one.

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
        evaluator = FanovaImportanceEvaluator(n_trees=TREES, seed=seed)
        return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))


def _values_at_equal_training(trials: list[Trial]) -> list[float]:
    shared = set.intersection(*({rounds for rounds, _ in trial.curve} for trial in trials)) if trials else set()
    if not shared:
        return []
    last = max(shared)
    return [dict(trial.curve)[last] for trial in trials]


def _distribution(space: dict[str, Any], values: list[Any]) -> BaseDistribution:
    if "options" in space:
        return CategoricalDistribution(space["options"])
    if all(isinstance(value, int) for value in values):
        return IntDistribution(int(space["low"]), int(space["high"]), log=bool(space.get("log")))
    return FloatDistribution(space["low"], space["high"], log=bool(space.get("log")))
