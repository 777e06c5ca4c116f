"""One sequence variant, fitted by all processes that `torchrun` started: a large model outside of any search."""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from study.device import name_of
from study.errors import UserError
from study.folders import held, place_of, refuse_unwritable, replacing_folder
from study.models.base import Recommender
from study.models.data import FitSpan, read_refit
from study.models.factory import build_model, cap_of, settings_of
from study.models.sequence_settings import Settings
from study.models.sources import Source, Sources
from study.params import Params, load
from study.params.messages import describe
from study.params.roster import SequenceEntry
from study.paths import fit_folder, search_file, vocabulary_file
from study.provenance import revision
from study.questions.development import read_development
from study.questions.kind import kind_of
from study.training.group import group, is_first
from study.training.share import Share
from study.tuning.refused import telling

RECORD = "fit.json"
LESS_MEMORY = "give it more memory, or a smaller width or {batch} with --set"


def run(variant: str, given: Sequence[str], rounds: int | None, span: FitSpan, target: Path | None) -> None:
    """Writes the folder of a fitted model; of several processes the first one does.

    Args:
        given: settings as `name=value`, instead of those that the variant's search chose.
        rounds: by default as many as the search chose.
        span: `train`, after which select is read, or `refit`, everything before test, after which nothing is.
        target: the folder; one that is there is replaced if it is such a model and has nothing else in it.

    Raises:
        UserError: no such variant or setting, one that nothing can be learned with, the target is something else,
            another run is at it, memory is refused, or there is no such device.
        OSError: the target cannot be written; found out before anything is trained.
    """
    params = load()
    entry, folder = params.variant(variant), target or fit_folder(variant)
    if not isinstance(entry, SequenceEntry):
        raise UserError(f"fit: {variant} is no sequence variant; one process fits it")
    if not (features := vocabulary_file(entry.question, span)).is_file():
        raise UserError(f"fit: {features}: no such file; run `python -m study repro features@{entry.question}`")
    place = place_of(folder, is_fitted, "fitted model")
    if is_first():
        refuse_unwritable(place)
    known, kind = _chosen(params, variant), settings_of(entry)
    settings = _changed(kind, known.settings, given)
    with _alone(place, folder) if is_first() else nullcontext():
        _fit(params, variant, span, place, folder, settings, rounds or known.rounds)


def _fit(
    params: Params, variant: str, span: FitSpan, place: Path, folder: Path, settings: dict[str, Any], rounds: int
) -> None:
    """Trains, and writes what was trained to its place, which is called `folder` in messages."""
    entry = params.variants[variant]
    less = LESS_MEMORY.format(batch="fewer users" if "users" in settings else "batch")
    with group(params.device) as share:
        started = time.perf_counter()
        model = build_model(entry, settings, params.spent(entry.arm), device=params.device)
        told = partial(_told, share, rounds)
        with telling(f"fit {variant}", "give other settings with --set", less):
            model.fit(_fold(params, variant, span), rounds=rounds, seed=params.seed, report=told)
        seconds = time.perf_counter() - started
    if share.number == 0:
        select = _select(params, variant, model) if span == "train" else None
        found = {
            "variant": variant,
            "settings": settings,
            "rounds": len(model.losses),
            "seed": params.seed,
            "span": span,
            "processes": share.processes,
            "device": name_of(params.device),
            "revision": revision(),
            "seconds": seconds,
            "parameters": model.parameters(),
            "losses": model.losses,
            "select": select,
        }
        with replacing_folder(place, is_fitted) as fresh:
            model.save(fresh)
            found["files"] = sorted(path.name for path in fresh.iterdir())
            (fresh / RECORD).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        reached = "" if select is None else f"select {kind_of(params.question_of(variant)).PRIMARY} {select:.4f}, "
        print(f"{variant}: {reached}in {folder}", flush=True)


@contextmanager
def _alone(place: Path, folder: Path) -> Iterator[None]:
    """One fit at a time is at a place; folders around it that it had to make, and has left empty, are gone again."""
    made = [around for around in place.parents if not around.exists()]
    try:
        with held(place, f"fit to {folder}"):
            yield
    finally:
        for around in made:
            with suppress(OSError):
                around.rmdir()


def is_fitted(folder: Path) -> bool:
    """Whether `fit` wrote all of it: such a folder may be replaced."""
    try:
        told = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        names = {path.name for path in folder.iterdir()}
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and names == {RECORD, *told.get("files", [])}


def _chosen(params: Params, variant: str) -> Source:
    """What the variant's search chose; the defaults, and the rounds of the cap, where there was none."""
    entry = params.variants[variant]
    if search_file(entry.runs, variant).is_file():
        return Sources(params, entry.arm).of(variant)
    return Source(variant=variant, settings={}, rounds=cap_of(entry, params.spent(entry.arm)))


def _changed(kind: type[Any], settings: dict[str, Any], given: Sequence[str]) -> dict[str, Any]:
    """All settings, with those that were given."""
    values = dict(map(_pair, given))
    if unread := [name for name in values if name in kind.UNREAD]:
        raise UserError(f"fit --set {unread[0]}: this variant does not read it: {kind.UNREAD[unread[0]]}")
    try:
        whole: Settings = kind.model_validate(settings | values)
    except ValidationError as error:
        raise UserError(f"fit --set {describe(error, kind)}") from None
    return whole.model_dump(mode="json")


def _pair(given: str) -> tuple[str, Any]:
    """The name of a setting and its value."""
    name, _, text = given.partition("=")
    try:
        return name, yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):  # the latter where a day is in no calendar
        raise UserError(f"fit --set {given}: this is no value of a setting; give name=value") from None


def _fold(params: Params, variant: str, span: FitSpan) -> Any:
    if span == "train":
        return read_development(params, variant).fold
    return read_refit(params.variants[variant].question, params.question_of(variant), params.features)


def _told(share: Share, wanted: int, model: Recommender, done: int) -> None:
    if share.number == 0:
        print(f"round {done} of {wanted}: loss {model.losses[-1]:.4f}", flush=True)


def _select(params: Params, variant: str, model: Recommender) -> float:
    return kind_of(params.question_of(variant)).primary(model, read_development(params, variant).select)
