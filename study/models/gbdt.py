"""Gradient-boosted trees on aggregates: LightGBM (Ke et al., NeurIPS 2017), binary or lambdarank."""

import hashlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import lightgbm as lgb
import numpy as np
from lightgbm.callback import CallbackEnv
from numpy.typing import NDArray

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.features.training_rows import TrainingRows, kept_rows
from study.models.base import Recommender, Report, Scores
from study.models.scoring_blocks import Block, scoring_blocks
from study.params.base import Frozen
from study.params.budget import Caps
from study.params.roster import AggregateEntry
from study.params.tuned import Range
from study.prepared import latest
from study.seeds import seed_of

RANKS = "candidates"
TREES = True
LOSSES = ("bce", "lambdarank")
Floats = NDArray[np.float64]
MODEL = "trees.txt"
SEAL = "sha256 of all above: "
LARGEST_GROUP = 10_000
"""LightGBM takes no larger one."""
TRUNCATION = 30
"""Lambdarank learns from the pairs with one of the first so many candidates of a query; LightGBM's default."""
REPORTS = 8
"""Readings of stop in a whole trial, at least; as many as sequence variants have rounds where these are more."""
FIXED = {
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "verbosity": -1,
    "enable_bundle": False,  # few columns are sparse; to look for some takes longer than it saves
    "feature_pre_filter": False,  # the bins are shared by trials of different leaves
}


class Settings(Frozen):
    """The nuisance settings of both losses, tuned alike, and the resolution of the bins, which is fixed."""

    learning_rate: Annotated[float, Range(0.02, 0.2, log=True)] = 0.05
    num_leaves: Annotated[int, Range(7, 63, log=True)] = 31
    min_child_samples: Annotated[int, Range(20, 1000, log=True)] = 100
    feature_fraction: Annotated[float, Range(0.15, 0.6)] = 0.3
    lambda_l2: Annotated[float, Range(0.01, 100, log=True)] = 1.0
    max_bin: int = 63


class Gbdt(Recommender):
    """A `Recommender` of which a round is a tree.

    `bce` learns the probability that a candidate is acted on, from rows weighed by how many candidates they stand
    for; `lambdarank` (Burges, 2010) the order inside each query, every row counted once.
    """

    def __init__(
        self, loss: Literal["bce", "lambdarank"], settings: Settings, budget: Caps, windows: int | None
    ) -> None:
        self.loss, self.settings, self.windows = loss, settings, windows
        self.every = -(-budget.boosting_rounds // max(REPORTS, budget.rounds))
        self.booster: lgb.Booster | None = None
        self.told: dict[Any, tuple[int, Floats]] | None = None

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`; reports every so many trees on the way to its cap, and after the last that can grow."""
        done = self.booster.num_trees() if self.booster else 0
        params = {**FIXED, **self._objective(), **self.settings.model_dump(), "seed": seed}
        self.told, reported = {}, 0

        def after_tree(env: CallbackEnv) -> None:
            nonlocal reported
            self.booster = _booster(env)
            trees = self.booster.num_trees()
            if trees != reported and (trees == rounds or trees % self.every == 0):
                reported = trees
                report(self, trees)

        try:
            trained = lgb.train(
                params,
                self._dataset(fold, seed, params),
                num_boost_round=rounds - done,
                init_model=self.booster,
                callbacks=[lgb.reset_parameter(feature_fraction_seed=_seed_of_tree(seed, done)), after_tree],
            )
        finally:
            self.told = None
        self.booster = lgb.Booster(model_str=trained.model_to_string())
        if (trees := self.booster.num_trees()) != reported:  # no leaf can be split any further
            report(self, trees)

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`; any candidate of the catalogue has aggregates, so all are known."""
        assert self.booster is not None
        result = np.empty((len(queries.users), len(candidates)), dtype=np.float32)
        for rows, features in self._blocks(queries, candidates):
            raw = self._raw(features, (queries.cutoff, queries.users[rows].tobytes(), candidates.tobytes()))
            result[rows] = raw.reshape(-1, len(candidates))
        return result

    def parameters(self) -> int:
        """See `Recommender`: the value of each leaf, and feature and threshold of each split."""
        assert self.booster is not None
        leaves = re.findall(r"^num_leaves=(\d+)$", self.booster.model_to_string(), flags=re.MULTILINE)
        return sum(3 * int(count) - 2 for count in leaves)

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        assert self.booster is not None
        trees = self.booster.model_to_string()
        (folder / MODEL).write_text(f"{trees}{SEAL}{_digest(trees)}\n", encoding="utf-8")

    def load(self, folder: Path) -> Self:
        """See `Recommender`.

        Raises:
            ValueError: the file is not as it was written; of a part of it LightGBM may make other trees, or crash.
        """
        trees, _, digest = (folder / MODEL).read_text(encoding="utf-8").rpartition(SEAL)
        if digest.strip() != _digest(trees):
            raise ValueError(f"{MODEL} is not as it was written")
        self.booster = lgb.Booster(model_str=trees)
        return self

    def _raw(self, features: NDArray[np.float32], asked: Any) -> Floats:
        """Sums over the trees, float64 [rows]; while trees are added, rows that were asked before ask the new ones."""
        assert self.booster is not None
        if self.told is None:
            return np.asarray(self.booster.predict(features, raw_score=True))
        done, before = self.told.get(asked, (0, np.zeros(len(features))))
        if (trees := self.booster.num_trees()) > done:
            before = before + np.asarray(self.booster.predict(features, start_iteration=done, raw_score=True))
            self.told[asked] = trees, before
        return before

    def _rows(self, fold: Fold, seed: int) -> TrainingRows:
        return kept_rows(fold, seed, self.windows)

    def _rows_key(self, seed: int) -> tuple[object, ...]:
        """What tells the rows of a fold from those of another model or seed."""
        return type(self).__name__, self.windows, seed

    def _blocks(self, queries: Queries, candidates: Ints) -> Iterator[Block]:
        return scoring_blocks(queries, candidates)

    def _objective(self) -> dict[str, Any]:
        if self.loss == "lambdarank":
            return {"objective": "lambdarank", "lambdarank_truncation_level": TRUNCATION}
        return {"objective": "binary"}

    def _dataset(self, fold: Fold, seed: int, params: dict[str, Any]) -> lgb.Dataset:
        """The binned rows, made once in this process for all trials; training that is taken up again has its own.

        It starts from scores that LightGBM writes into the dataset, and would leave them to what starts afresh.
        """
        key = self._rows_key(seed), self.loss, self.settings.max_bin
        make = partial(self._binned, fold, seed, params)
        return latest(fold.memo, ("binned", self.booster is None), key, make)

    def _binned(self, fold: Fold, seed: int, params: dict[str, Any]) -> lgb.Dataset:
        rows = self._rows(fold, seed)
        if not len(rows.relevant):
            raise FloatingPointError("there is nothing to learn: no window after the warm-up has a query")
        rows = grouped(rows, seed) if self.loss == "lambdarank" else rows
        label = rows.relevant.astype(np.float32)
        given = {"group": rows.sizes} if self.loss == "lambdarank" else {"weight": rows.weights}
        return lgb.Dataset(rows.features, label, **given, params=params, free_raw_data=False)


def _booster(env: CallbackEnv) -> lgb.Booster:
    assert isinstance(env.model, lgb.Booster)
    return env.model


def _seed_of_tree(seed: int, done: int) -> Callable[[int], int]:
    """Each tree draws its features by a seed of its own, so that training that is taken up again goes on the same."""
    return lambda tree: seed_of(seed, "tree", done + tree)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def grouped(rows: TrainingRows, seed: int, largest: int = LARGEST_GROUP) -> TrainingRows:
    """The rows, every group of more than `largest` dealt out at random to several of about equal size.

    A group is a query, of which long histories have many candidates, or in question `who` all users of a cut-off.
    """
    if int(rows.sizes.max(initial=0)) <= largest:
        return rows
    begins, order, sizes = np.cumsum(rows.sizes) - rows.sizes, [], []
    for number, (begin, size) in enumerate(zip(begins.tolist(), rows.sizes.tolist(), strict=True)):
        random = np.random.default_rng(seed_of(seed, "groups", number))
        parts = np.array_split(begin + random.permutation(size), -(-size // largest))
        order += [np.sort(part) for part in parts]
        sizes += [len(part) for part in parts]
    at = np.concatenate(order)
    return replace(
        rows,
        features=rows.features[at],
        relevant=rows.relevant[at],
        weights=rows.weights[at],
        sizes=np.array(sizes, dtype=np.int64),
        parts=[],  # the rows of a window are no longer in one piece
    )


def build(entry: AggregateEntry, settings: Settings, budget: Caps) -> Gbdt:
    """The variant of a roster entry."""
    return Gbdt(entry.loss, settings, budget, entry.windows)
