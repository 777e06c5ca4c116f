"""The search of one variant: batches of trials, rungs inside a batch, then refits; every side gets the same."""

import json
from functools import partial
from pathlib import Path
from typing import Any

from tqdm import tqdm

from study.errors import UserError
from study.models.factory import cap_of, settings_of
from study.params import Params
from study.params.base import Frozen
from study.paths import refit_folder
from study.seeds import seed_of
from study.tuning.proposals import Trial, propose
from study.tuning.refused import died
from study.tuning.spaces import space_of
from study.tuning.trial import (
    COST,
    Outcome,
    Refit,
    Rung,
    forget_deaths,
    outcome_of,
    record_death,
    run_refit,
    run_rung,
)
from study.tuning.warm import chosen_there, first_trials, refuse_later
from study.tuning.workers import leaves_one, run_all


class Search(Frozen):
    """A finished search, as published: the trials in order and the chosen one, the best on select.

    `warm` is the trial with the settings that the snapshot `warm_start` chose, where there is one.
    """

    variant: str
    trials: list[Trial]
    chosen: int
    last_round: int
    warm: int | None = None

    @property
    def best(self) -> Trial:
        """The chosen trial."""
        return self.trials[self.chosen]


def search(params: Params, variant: str, folder: Path) -> Search:
    """Tunes a variant; a variant with nothing to tune has one trial, its defaults.

    Args:
        folder: where finished rungs lie and are found again.

    Raises:
        UserError: every trial failed, or the warm start is later than this snapshot's test.
    """
    entry = params.variants[variant]
    budget = params.spent(entry.arm)
    settings = settings_of(entry)
    space = space_of(settings)
    refuse_later(params, variant)
    first = first_trials(chosen_there(params, variant), space, settings().model_dump(include=set(space)))
    total, size = (budget.trials, budget.batch) if space else (1, 1)
    finished: list[Trial] = []
    with tqdm(total=total, desc=variant, unit="trial", mininterval=1.0) as bar:
        while len(finished) < total:
            proposed = propose(variant, params.seed, space, first, finished, size)
            finished += _run_batch(params, variant, folder, proposed, len(finished), bar)
    complete = [trial for trial in finished if trial.select is not None]
    if not complete:
        forget_deaths(folder, size)  # nothing was published, so the next run may try again
        raise UserError(f"{variant}: every trial failed; the last one because {finished[-1].reason}")
    chosen = max(complete, key=lambda trial: (trial.select, -trial.number))
    warm = 1 if 1 < len(first) <= total else None
    return Search(variant=variant, trials=finished, chosen=chosen.number, last_round=cap_of(entry, budget), warm=warm)


def _run_batch(
    params: Params, variant: str, folder: Path, proposed: list[dict[str, Any]], start: int, bar: "tqdm[Any]"
) -> list[Trial]:
    entry = params.variants[variant]
    budget = params.spent(entry.arm)
    rounds = budget.rung_rounds(cap_of(entry, budget))
    outcomes: dict[int, Outcome] = {}
    failed: dict[int, str] = {}
    alive = list(range(start, start + len(proposed)))
    for index, until in enumerate(rounds):
        is_last = index == len(rounds) - 1
        rungs = [
            Rung(variant=variant, number=n, settings=proposed[n - start], index=index, rounds=until, is_last=is_last)
            for n in alive
        ]
        for number, outcome in _run_rungs(params, folder, rungs, budget.workers).items():
            if outcome.reason is not None:
                failed[number] = outcome.reason
            else:
                outcomes[number] = outcome
        alive = [number for number in alive if number not in failed]
        if not is_last:
            alive = _better_half(alive, outcomes)
        _show(bar, start, len(proposed), alive, index, outcomes)
    bar.update(len(proposed))
    numbered = enumerate(proposed, start=start)
    return [_trial(n, start // len(proposed), s, outcomes.get(n), failed.get(n)) for n, s in numbered]


def _run_rungs(params: Params, folder: Path, rungs: list[Rung], workers: int) -> dict[int, Outcome]:
    known = {rung.number: outcome_of(folder / str(rung.number), rung) for rung in rungs}
    missing = [rung for rung in rungs if known[rung.number] is None]
    tasks = [partial(run_rung, params, folder / str(rung.number), rung) for rung in missing]
    for index, outcome in run_all(tasks, workers, params.engine):
        rung = missing[index]
        known[rung.number] = outcome or record_death(folder / str(rung.number), rung)
    return {number: outcome for number, outcome in known.items() if outcome}


def _better_half(alive: list[int], outcomes: dict[int, Outcome]) -> list[int]:
    """Those that go on from a rung, in their order: all of them while nothing but pre-training has been read."""
    if any(outcomes[number].is_pretraining for number in alive):
        return alive

    def best(number: int) -> tuple[float, int]:
        return max(value for _, value in outcomes[number].curve), -number

    return sorted(sorted(alive, key=best, reverse=True)[: -(-len(alive) // 2)])


def _show(bar: "tqdm[Any]", start: int, size: int, alive: list[int], rung: int, outcomes: dict[int, Outcome]) -> None:
    best = max((value for outcome in outcomes.values() for _, value in outcome.curve), default=float("nan"))
    bar.set_postfix_str(f"trials {start}-{start + size - 1}, rung {rung}: {len(alive)} go on, best stop {best:.4f}")


def _trial(number: int, batch: int, settings: dict[str, Any], outcome: Outcome | None, reason: str | None) -> Trial:
    common = {"number": number, "batch": batch, "settings": settings}
    if reason is not None or outcome is None:
        return Trial(**common, state="failed", reason=reason)
    return Trial(
        **common,
        state="pruned" if outcome.select is None else "complete",
        curve=outcome.curve,
        losses=outcome.losses,
        best_round=outcome.best_round,
        select=outcome.select,
    )


def refit_seeds(params: Params, found: Search, folder: Path) -> list[Path]:
    """Refits the chosen setting with every seed; the folders of the models, in the order of the seeds.

    Of seeds of which one would be left for the last worker alone, that one is begun first and ended last: both halves
    run beside others.

    Raises:
        UserError: a refit's worker died every time.
    """
    variant, best = found.variant, found.best
    entry = params.variants[variant]
    budget = params.spent(entry.arm)
    seeds = budget.seeds if entry.is_seeded else 1
    folders = [refit_folder(folder, number) for number in range(seeds)]
    asked = [
        Refit(
            variant=variant,
            settings=best.settings,
            rounds=best.best_round,
            seed=seed_of(params.seed, "refit", number),
        )
        for number in range(seeds)
    ]
    tasks = [partial(run_refit, params, path, one) for path, one in zip(folders, asked, strict=True)]
    if entry.family == "sequence" and best.best_round > 1 and leaves_one(seeds, budget.workers, params.engine):
        begins = asked[-1].model_copy(update={"begins": True})
        tasks.insert(0, partial(run_refit, params, folders[-1], begins))
    for path in folders:
        path.mkdir(parents=True, exist_ok=True)
    fits = run_all(tasks, budget.workers, params.engine)
    for _ in tqdm(fits, total=len(tasks), desc=f"{variant}: refit", unit="fit"):
        pass
    for path in folders:
        if not (path / COST).exists():
            raise died(f"{variant}: the refit of {path.name}")
    return folders


def seconds_spent(folder: Path) -> tuple[float, float]:
    """Seconds and peak MB of all rungs that lie in a search's folder."""
    outcomes = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*/rung-*.json"))]
    return sum(o["seconds"] for o in outcomes), max((o["peak_mb"] for o in outcomes), default=0.0)
