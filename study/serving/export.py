"""Writes a trained variant as one folder, by replacement: weights, vocabulary, parameters and a model card."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import polars as pl

from study.errors import UserError
from study.events.clock import origin_of
from study.events.split import TIME
from study.folders import held, place_of, replacing_folder
from study.models.base import Recommender
from study.models.data import read_vocabulary
from study.models.factory import build_model
from study.models.sources import Source, Sources
from study.params import Params, load
from study.params.budget import Compared
from study.params.messages import unknown_name
from study.params.plain import read_plain
from study.params.statistics import BEST
from study.paths import (
    PARAMS,
    QUICK,
    export_folder,
    refit_folder,
    refit_folders,
    results_folder,
    run_folder,
    search_file,
    vocabulary_file,
)
from study.provenance import file_hash, revision
from study.searched import chosen_trial, read_search
from study.serving.bundle import (
    CARD,
    MEMORY,
    MODEL,
    VOCABULARY,
    WEIGHTS,
    Bundle,
    Exported,
    digests,
    is_exported,
    load_model,
    loading,
    snapshot_of,
)
from study.serving.card import card
from study.serving.published import published
from study.serving.trained import UNREAD, refuse_changed, trained_on
from study.training.loop import WEIGHTS as TRAINED
from study.training.loop import keep_averaged
from study.tuning.refused import telling
from study.versions import PACKAGES, released

MAIN: Compared = "main"
_RESULTS = "cannot be read; restore it from git, or run `dvc repro`"
_DAMAGED = "cannot be loaded by this version of the code; run `dvc repro`, then export"


class Noted(Sources):
    """Sources that remember which variants were built."""

    def __init__(self, params: Params, arm: Compared) -> None:
        super().__init__(params, arm)
        self.built: list[str] = []

    def build(self, source: Source) -> Recommender:
        """See `Sources`."""
        self.built.append(source.variant)
        return super().build(source)


@telling("export", advice=MEMORY, room=MEMORY)
def run(name: str | None, target: Path | None, refit: int) -> None:
    """Writes the folder of a variant and says where it is.

    Args:
        name: a variant, or `best:FAMILY` of the main arm; by default the best of the main arm on select.
        target: the folder; one that is there is replaced if it is an exported variant and has nothing else in it.
        refit: the number of the refit whose weights are taken.

    Raises:
        UserError: no such variant, refit or run, one that is damaged, the target is something else, another run is at
            it, or memory is refused.
    """
    params = load()
    variant = selected(params, name)
    folder = target or export_folder(variant)
    place = place_of(folder, is_exported, "exported variant")
    with held(place, f"export to {folder}"):
        before = snapshot_of(place) if is_exported(place) else ""
        with replacing_folder(place, is_exported) as fresh:
            (fresh / WEIGHTS).mkdir()
            _fill(fresh, params, variant, refit)
    replaced = f", in place of what was of snapshot {before}" * (before not in {"", params.snapshot.name})
    print(f"{variant}: exported to {folder}{replaced}; its card is {folder / CARD}")
    if name is None:
        print("It is the best of main on select; what beats counting, and what to ship, the page Findings says.")


def selected(params: Params, name: str | None) -> str:
    """The variant that a name, `best:FAMILY` of the main arm, or nothing stands for.

    Raises:
        UserError: there is no such variant or family, or one that it may be was not trained.
    """
    if name is not None and not name.startswith(BEST):
        params.variant(name)
        return name
    entries = params.entries(MAIN)
    known = [BEST + family for family in dict.fromkeys(entry.family for entry in entries.values())]
    if name is not None and name not in known:
        raise UserError(unknown_name("export", name, known))
    group = [v for v, entry in entries.items() if name in {None, BEST + entry.family}]
    if not group:
        raise UserError(f"export: no variant of the roster is of the arm {MAIN}; name a variant of another one")
    return max(group, key=lambda variant: float(_chosen(params, variant)["select"]))


def _fill(folder: Path, params: Params, variant: str, refit: int) -> None:
    entry, chosen = params.variants[variant], _chosen(params, variant)
    sources = Noted(params, entry.arm)
    snapshot, trained = trained_on(params, variant), refit_folder(run_folder(entry.runs, variant), refit)
    if not trained.is_dir():
        known = ", ".join(map(str, refit_folders(trained.parent)))
        raise UserError(f"export: {variant} has no refit {refit}; known: {known}")
    refuse_changed(params, variant)
    with loading(trained, _DAMAGED):
        model = build_model(entry, chosen["settings"], params.spent(entry.arm), sources, params.device).load(trained)
    model.save(folder / WEIGHTS)
    for path in sorted(folder.rglob(TRAINED)):
        keep_averaged(path)
    with loading(snapshot, UNREAD):
        origin = origin_of(pl.scan_parquet(snapshot).select(TIME.min()).collect().item())
    with loading(vocabulary_file(entry.question, "refit"), _DAMAGED):
        vocabulary = read_vocabulary(entry.question, "refit")
    (folder / VOCABULARY).write_text(vocabulary.model_dump_json(indent=1) + "\n", encoding="utf-8")
    exported = Exported(
        variant=variant,
        entry=entry,
        settings=chosen["settings"],
        budget=params.spent(entry.arm),
        sources={name: params.roster[name] for name in dict.fromkeys(sources.built)},
        question=params.question_of(variant),
        snapshot=params.snapshot,
        seed=params.seed,
        refit=refit,
        origin=origin,
        data_hash=file_hash(snapshot),
        revision=revision(),
        versions={name: released(name) for name in PACKAGES},
        files=digests(folder),
    )
    (folder / MODEL).write_text(exported.model_dump_json(indent=1) + "\n", encoding="utf-8")
    model = load_model(folder, exported, params.device)  # what cannot be loaded is not worth exporting
    bundle = Bundle(exported, vocabulary, model)
    with loading(results_folder(params.snapshot.name, entry.arm), _RESULTS):
        found = published(params, variant)
    (folder / CARD).write_text(card(bundle, chosen, found), encoding="utf-8")


def _chosen(params: Params, variant: str) -> dict[str, Any]:
    """The chosen trial of a variant's search."""
    path = search_file(params.variants[variant].runs, variant)
    if not path.is_file():
        trained = any(search_file(entry.runs, name).is_file() for name, entry in params.variants.items())
        nothing, another = ("", ", or name another variant") if trained else (", nor was any other variant", "")
        arm = f"run `dvc repro compare@{params.variants[variant].arm}`"
        quick = f"it was by `make quick`: export it in {QUICK}" if _is_quick(params, path) else arm
        raise UserError(f"{path}: no such file; {variant} was not trained here{nothing}: {quick}{another}")
    with loading(path, _DAMAGED):
        return chosen_trial(read_search(params.variants[variant].runs, variant))


def _is_quick(params: Params, search: Path) -> bool:
    """Whether `make quick` has made this search, on a snapshot of this name: what lies there may be of another log."""
    if not (QUICK / search).is_file():
        return False
    with suppress(UserError, KeyError, TypeError):  # not what quick has left
        return bool(read_plain(QUICK / PARAMS)["snapshot"]["name"] == params.snapshot.name)
    return False
