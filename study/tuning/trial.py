"""One rung of one trial, in a worker: train on, read stop after rounds, and read select once at the end."""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from study.device import name_of
from study.folders import replacing_folder
from study.memory import peak_mb
from study.models.base import Recommender
from study.models.data import read_refit
from study.models.factory import build_model
from study.models.sources import Sources
from study.params import Params
from study.params.base import Frozen
from study.paths import CHOSEN, PARAMS, SELECT, replacing, write_text
from study.prepared import Stopwatch
from study.questions.development import read_development, read_windows
from study.questions.kind import kind_of
from study.tuning.refused import DIED, NO_MEMORY, reason_of, telling

STATE, BEST, DONE = "state", "best", "rung-{}.json"
BEGUN, MODEL, COST = "begun", "model", "cost.json"
FAILED = {"curve": [], "is_pretraining": False, "losses": [], "best_round": 0, "select": None}


class Rung(Frozen):
    """What a worker is asked: train trial `number` until `rounds` rounds; `is_last` reads select."""

    variant: str
    number: int
    settings: dict[str, Any]
    index: int
    rounds: int
    is_last: bool


class Outcome(Frozen):
    """What it answers. `seconds` and `peak_mb` are measured; everything else is a function of the rung.

    The seconds are those of a process that derives everything itself: what others have made counts as it took them.
    While `is_pretraining` the curve is of pre-training alone, and says nothing of what is asked for.
    """

    curve: list[tuple[int, float]]
    is_pretraining: bool
    losses: list[tuple[int, float]]
    best_round: int
    select: float | None
    reason: str | None
    seconds: float
    peak_mb: float


def outcome_of(folder: Path, rung: Rung) -> Outcome | None:
    """What an earlier run has left of this rung."""
    path = folder / DONE.format(rung.index)
    return Outcome.model_validate_json(path.read_text(encoding="utf-8")) if path.exists() else None


def run_rung(params: Params, folder: Path, rung: Rung) -> Outcome:
    """Trains the rung in `folder`, going on from the rung before; a finished one is one atomically replaced file.

    What pre-training reached is read, and forgotten with the first reading after it: it is not what is asked for. A
    loss that is no number ends the trial with that reason, and so does memory that is refused. One that is finished
    is not trained again: its worker may have died after it, with a sibling's.
    """
    if found := outcome_of(folder, rung):
        return found
    watch = Stopwatch()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        parts = _train(params, folder, rung)
    except (FloatingPointError, MemoryError, RuntimeError) as error:
        reason = reason_of(error)
        if reason is None:
            raise
        parts = FAILED | {"reason": reason}
    return _record(folder, rung, parts, watch.seconds(), peak_mb())


def record_death(folder: Path, rung: Rung) -> Outcome:
    """Records that the rung's worker died at every attempt: a later run finds it, and proposes the same trials."""
    return _record(folder, rung, FAILED | {"reason": DIED}, 0.0, 0.0)


def forget_deaths(folder: Path, batch: int) -> None:
    """Removes from a search's folder the failures for want of memory, which another time may not meet.

    And all trials of later batches of `batch` trials: their settings were proposed from outcomes that may change.
    """
    failed = [path for path in folder.glob(f"*/{DONE.format('*')}") if _reason(path) in {DIED, NO_MEMORY}]
    first = min((int(path.parent.name) // batch for path in failed), default=0)
    for path in failed:
        path.unlink()
    for trial in folder.iterdir():
        if failed and int(trial.name) // batch > first:
            shutil.rmtree(trial)


def _reason(path: Path) -> str | None:
    reason: str | None = json.loads(path.read_text(encoding="utf-8"))["reason"]
    return reason


def _record(folder: Path, rung: Rung, parts: dict[str, Any], seconds: float, megabytes: float) -> Outcome:
    outcome = Outcome(**parts, seconds=seconds, peak_mb=megabytes)
    write_text(folder / DONE.format(rung.index), outcome.model_dump_json())
    return outcome


def _train(params: Params, folder: Path, rung: Rung) -> dict[str, Any]:
    entry, kind = params.variants[rung.variant], kind_of(params.question_of(rung.variant))
    budget, data = params.spent(entry.arm), read_development(params, rung.variant)
    before = outcome_of(folder, rung.model_copy(update={"index": rung.index - 1})) if rung.index else None
    sources = Sources(params, entry.arm, CHOSEN)
    model = build_model(entry, rung.settings, budget, sources, params.device)
    if before:
        model.load(folder / f"{STATE}-{rung.index - 1}")
    curve = list(before.curve) if before else []

    def report(current: Recommender, done: int) -> None:
        begin = model.pretraining if done > model.pretraining else 0
        curve[:] = [point for point in curve if begin < point[0] < done]
        curve.append((done, kind.primary(current, data.stop)))
        if curve[-1][1] > max((value for _, value in curve[:-1]), default=-1.0):
            save_into(current, folder / BEST)
        if _is_flat(curve, budget.patience, model.pretraining):
            raise Flat

    if not _is_flat(curve, budget.patience, model.pretraining):
        with suppress(Flat):
            model.fit(data.fold, rounds=rung.rounds, seed=params.seed, report=report)
    save_into(model, folder / f"{STATE}-{rung.index}")
    losses = list(enumerate(model.losses, start=1))
    best_round = max(curve, key=lambda point: point[1])[0]
    select = None
    if rung.is_last:
        best = build_model(entry, rung.settings, budget, sources, params.device).load(folder / BEST)
        select = kind.primary(best, data.select)
        if kind.CALIBRATES:
            tables = [kind.score(best, window, 0)["scores"] for window in data.select]
            with replacing(folder / SELECT) as temporary:
                pl.concat(tables).write_parquet(temporary, compression="zstd")
    told = {"curve": curve, "is_pretraining": curve[-1][0] <= model.pretraining, "losses": losses}
    return told | {"best_round": best_round, "select": select, "reason": None}


class Flat(Exception):  # noqa: N818 - it ends training, but is no error
    """The stop curve has flattened."""


def _is_flat(curve: list[tuple[int, float]], patience: int, pretraining: int = 0) -> bool:
    """Whether the last `patience` readings of stop brought nothing better than the best before them.

    Those of the rounds of pre-training do not count.
    """
    values = [value for done, value in curve if done > pretraining]
    return len(values) > patience and max(values[:-patience]) >= max(values[-patience:])


class Refit(Frozen):
    """What a worker is asked: fit the chosen setting for `rounds` rounds in a folder named as its seed's.

    One that `begins` leaves its state after half of them, for the one that ends it.
    """

    variant: str
    settings: dict[str, Any]
    rounds: int
    seed: int
    begins: bool = False


def run_refit(params: Params, folder: Path, asked: Refit) -> None:
    """Fits the chosen setting on everything before the first test cut-off; no score is read.

    It goes on from the half that lies there; where none does, it starts afresh, to the same bits.

    Raises:
        UserError: the loss is no number, or memory is refused.
    """
    if (folder / COST).exists() or (asked.begins and (folder / BEGUN).exists()):
        return
    advice = f"change its entry in {PARAMS}, so that its search chooses other settings, or leave it out"
    with telling(f"{asked.variant}: the refit of {folder.name}", advice):
        _refit(params, folder, asked)


def _refit(params: Params, folder: Path, asked: Refit) -> None:
    begun = folder / BEGUN
    watch = Stopwatch()
    read_windows.cache_clear()  # what the search has read and prepared is not needed any more
    entry = params.variants[asked.variant]
    sources = Sources(params, entry.arm, folder.name)
    model = build_model(entry, asked.settings, params.spent(entry.arm), sources, params.device)
    before = 0.0
    if begun.exists():
        model.load(begun)
        before = json.loads((begun / COST).read_text(encoding="utf-8"))["seconds"]
    fold = read_refit(entry.question, params.question_of(asked.variant), params.features)
    rounds = asked.rounds // 2 if asked.begins else asked.rounds
    model.fit(fold, rounds=rounds, seed=asked.seed, report=lambda *_: None)
    if not asked.begins:
        save_into(model, folder / MODEL)
    cost = {"seconds": before + watch.seconds(), "peak_mb": peak_mb(), "parameters": model.parameters()}
    told = json.dumps(cost | {"device": name_of(params.device)})
    if asked.begins:
        save_into(model, begun, {COST: told})
    else:
        write_text(folder / COST, told)


def save_into(model: Recommender, folder: Path, beside: dict[str, str] | None = None) -> None:
    """Saves a model, and texts by the name of their file, into a folder that is replaced whole.

    Raises:
        OSError: the machine refuses; it names the folder.
    """
    with replacing_folder(folder) as fresh:
        model.save(fresh)
        for name, text in (beside or {}).items():
            (fresh / name).write_text(text, encoding="utf-8")
