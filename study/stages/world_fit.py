"""Fits one variant in one log of a world, keeps its best round, and scores the test windows with it."""

import json
import shutil
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import numpy as np
import polars as pl

from study.metrics.ranking import recall_at
from study.models.base import Recommender
from study.models.factory import build_model, cap_of
from study.models.scorer import Evaluation, mean_recall, rank
from study.params.budget import WorldsBudget
from study.params.roster import SequenceEntry, Single
from study.params.statistics import PRIMARY, PRIMARY_K
from study.paths import PARAMS, replacing, write_text
from study.stages.world_log import Scene, Site, scene
from study.tuning.refused import telling
from study.tuning.trial import save_into


@dataclass(frozen=True)
class Fitted:
    """What a fit left.

    Attributes:
        queries: `user_id`, `cutoff` and recall@10 of each test query.
        curve: rounds, and recall@10 on the windows before test.
        cap: rounds that it could have had.
    """

    queries: pl.DataFrame
    curve: list[tuple[int, float]]
    cap: int

    @property
    def rounds(self) -> int:
        """The best round; the earliest of equals."""
        return max(self.curve, key=lambda point: (point[1], -point[0]))[0]


def entry_in(entry: Single, site: Site, made: Scene) -> Single:
    """The entry as it runs in a world: a sequence variant sees the world's `context`, in its own positions."""
    if not isinstance(entry, SequenceEntry):
        return entry
    is_token = import_module(entry.parts()["representation"]).LAYOUT == "token"
    tokens = len(made.fold.log.codes) if is_token else 1
    return entry.model_copy(update={"context": site.settings.context * tokens})


def fit_once(path: Path, site: Site, entry: Single, budget: WorldsBudget, seed: int) -> Fitted:
    """`fit_and_score` in a worker; what an earlier run has left beside `path`, which is its own, is not done again."""
    table, told = (path.with_name(f"{path.name}.{kind}") for kind in ("parquet", "json"))
    if told.exists():
        return Fitted(pl.read_parquet(table), **json.loads(told.read_text(encoding="utf-8")))
    fitted = fit_and_score(path, site, entry, budget, seed)
    with replacing(table) as temporary:
        fitted.queries.write_parquet(temporary)
    write_text(told, json.dumps({"curve": fitted.curve, "cap": fitted.cap}))
    return fitted


def fit_and_score(path: Path, site: Site, entry: Single, budget: WorldsBudget, seed: int) -> Fitted:
    """Fits a variant with its default settings, to the cap: some worlds are learned late, after a long plateau.

    A sequence variant has batches of the site's size.

    Args:
        path: named as the fit; the best round lies beside it meanwhile.
        seed: of the fit; the log has its own.

    Raises:
        UserError: the loss is no number, or memory is refused.
    """
    best = path.with_name(f"{path.name}.best")
    advice = f"change the dials of the world in {PARAMS}, or take the variant out of worlds.roster"
    try:
        with telling(f"worlds: {path.name} in {site.world}", advice):
            return _fit_and_score(best, site, entry, budget, seed)
    finally:
        shutil.rmtree(best, ignore_errors=True)


def _fit_and_score(best: Path, site: Site, entry: Single, budget: WorldsBudget, seed: int) -> Fitted:
    made = scene(site, budget.stop_queries)
    settings = {"batch": site.batch} if isinstance(entry, SequenceEntry) else {}
    model, curve = build_model(entry, settings, budget, device=site.device), list[tuple[int, float]]()

    def report(current: Recommender, done: int) -> None:
        curve.append((done, mean_recall(current, made.before, PRIMARY_K)))
        if curve[-1][1] > max((value for _, value in curve[:-1]), default=-1.0):
            save_into(current, best)

    cap = cap_of(entry, budget)
    model.fit(made.fold, rounds=cap, seed=seed, report=report)
    chosen = build_model(entry, settings, budget, device=site.device).load(best)
    return Fitted(recalls(chosen, made.test), curve, cap)


def recalls(model: Recommender, windows: list[Evaluation]) -> pl.DataFrame:
    """`user_id`, `cutoff` and recall@10 (float32) of each query, in order."""
    tables = []
    for evaluation in windows:
        ranks = np.concatenate([block.ranks for block in rank(model, evaluation, depth=PRIMARY_K)])
        users = [evaluation.queries.log.users[user] for user in evaluation.queries.users]
        recall = pl.Series(PRIMARY, recall_at(ranks, evaluation.relevant, PRIMARY_K), dtype=pl.Float32)
        tables.append(pl.DataFrame({"user_id": users, "cutoff": evaluation.queries.cutoff}).with_columns(recall))
    return pl.concat(tables)
