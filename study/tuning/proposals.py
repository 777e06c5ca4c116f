"""A batch of trials as a pure function of (variant, batch index, finished trials in order).

An in-memory study is filled with the finished trials and its sampler seeded anew: resuming a seeded sampler from a
journal would propose other trials than an uninterrupted search.
"""

from pathlib import Path
from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import TPESampler
from optuna.storages import BaseStorage, JournalStorage
from optuna.storages.journal import JournalFileBackend, JournalFileOpenLock
from optuna.trial import FrozenTrial, TrialState, create_trial

from study.params.base import Frozen
from study.paths import replacing
from study.seeds import seed_of

STATES = {"complete": TrialState.COMPLETE, "pruned": TrialState.PRUNED, "failed": TrialState.FAIL}


class Unlocked(JournalFileOpenLock):
    """No lock, for a journal that one process writes: of a killed one's Optuna's own would wait for ever."""

    def acquire(self) -> bool:
        """See Optuna."""
        return True

    def release(self) -> None:
        """See Optuna."""


class Trial(Frozen):
    """One finished trial, as published.

    Attributes:
        curve: rounds done and the primary metric on stop.
        losses: rounds done and mean training loss; empty for models that report none.
        best_round: the round that was best on stop; what a refit trains for.
        select: the primary metric on select of the weights of that round; only complete trials are read on select.
        reason: why it failed.
    """

    number: int
    batch: int
    settings: dict[str, Any]
    state: str
    curve: list[tuple[int, float]] = []
    losses: list[tuple[int, float]] = []
    best_round: int = 0
    select: float | None = None
    reason: str | None = None


def propose(
    variant: str,
    seed: int,
    space: dict[str, BaseDistribution],
    first: list[dict[str, Any]],
    finished: list[Trial],
    size: int,
) -> list[dict[str, Any]]:
    """The settings of the next `size` trials; the very first trials of a search have the settings `first`, in order."""
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    batch = len(finished) // size
    sampler = TPESampler(
        seed=seed_of(seed, variant, "batch", batch), n_startup_trials=size, multivariate=True, constant_liar=True
    )
    study = optuna.create_study(direction="maximize", sampler=sampler)
    study.add_trials([_frozen(trial, space) for trial in finished])
    for settings in first[len(finished) :]:
        study.enqueue_trial(settings)
    return [study.ask(space).params for _ in range(size)]


def publish(path: Path, variant: str, space: dict[str, BaseDistribution], finished: list[Trial]) -> None:
    """Writes the search as an Optuna journal, in the order of the trials."""
    with replacing(path) as temporary:
        fill(JournalStorage(JournalFileBackend(str(temporary), Unlocked(str(temporary)))), variant, space, finished)


def fill(storage: BaseStorage, name: str, space: dict[str, BaseDistribution], finished: list[Trial]) -> None:
    """Writes the search as a study of an Optuna storage that has none of that name, in the order of the trials."""
    study = optuna.create_study(storage=storage, study_name=name, direction="maximize")
    study.add_trials([_frozen(trial, space) for trial in finished])


def _frozen(trial: Trial, space: dict[str, BaseDistribution]) -> FrozenTrial:
    return create_trial(
        state=STATES[trial.state],
        value=trial.select,
        params=trial.settings,
        distributions=space,
        intermediate_values=dict(trial.curve),
        user_attrs={"best_round": trial.best_round, "reason": trial.reason},
    )
