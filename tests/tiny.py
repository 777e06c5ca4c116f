"""A tiny log and a workspace in which the stages run in this process."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from study.events import appending, parts, read, runs
from study.models.base import Recommender
from study.models.data import read_refit
from study.params import load
from study.params.budget import Size
from study.params.worlds import NAMES
from study.paths import events_file, queries_file
from study.questions.development import read_windows
from study.stages import check, diagnostics, features, score, snapshot, split, train

ROOT = Path(__file__).resolve().parent.parent
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
DAYS = 85
CATEGORIES = 14
ATTRIBUTES = {
    "category": "categorical",
    "product_type": "categorical",
    "department": "categorical",
    "price": "numeric",
    "discount": "categorical",
}
BUDGET = {
    "trials": 2,
    "batch": 2,
    "rungs": [0.5],
    "rounds": 2,
    "positions": 600,
    "boosting_rounds": 8,
    "stop_queries": 1000,
    "seeds": 2,
    "patience": 2,
    "workers": 1,
}


def in_small_parts(patch: pytest.MonkeyPatch, rows: int = 250) -> None:
    """Parts of some hundred events: a tiny log has several."""
    patch.setattr(parts, "PART", rows)
    patch.setattr(read, "PIECE", 90)
    patch.setattr(runs, "STEP", 10)
    patch.setattr(runs, "GROUP", 20)
    patch.setattr(appending, "GROUP", 40)
    patch.setattr(split, "GROUP", 40)


def size_of(budget: dict[str, object]) -> dict[str, dict[str, object]]:
    """The budget of each arm: what it has of one that has everything."""
    whole = budget | {"users": budget["stop_queries"]}
    arms = {arm: field.annotation.model_fields for arm, field in Size.model_fields.items()}
    return {arm: {name: whole[name] for name in names} for arm, names in arms.items()}


def tiny_log(users: int = 40, seed: int = 0) -> pl.DataFrame:
    """Users who buy baskets from a taste of their own, and now and then open a letter."""
    generator = np.random.default_rng(seed)
    taste = generator.dirichlet(np.full(CATEGORIES, 0.3), users)
    rows = []
    for user in range(users):
        day = generator.uniform(0, 4)
        while day < DAYS:
            when = FIRST + timedelta(days=float(day))
            if generator.random() < 0.1:
                rows.append((f"u{user}", when, "letter", None, None, None, None, None))
            for item in generator.choice(CATEGORIES, generator.integers(1, 4), p=taste[user]):
                discount = "coupon" if generator.random() < 0.2 else "none"
                price = float(np.round(generator.gamma(2.0, item + 1.0), 2))
                product = f"p{item}{'ab'[int(100 * price) % 2]}"
                rows.append((f"u{user}", when, "purchase", f"c{item}", product, f"d{item % 3}", price, discount))
            day += generator.exponential(3.0)
    return pl.DataFrame(rows, schema=["user_id", "timestamp", "event_type", *ATTRIBUTES], orient="row")


def tiny_params(**changes: object) -> dict[str, object]:
    """The repository's parameters with the tiny log and a tiny budget; the whole roster stays."""
    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))
    raw |= {"budget": "default", "compare_with": []}
    raw["snapshot"] = {"name": "tiny", "source": "tiny.parquet", "timezone": "UTC", "attributes": ATTRIBUTES}
    for question in raw["questions"].values():
        question["windows"] = {"stop": 1, "select": 1, "test": 2}
    raw["features"] |= {"min_count": 2, "warmup_days": 14, "popular": 6, "sampled": 4}
    raw["statistics"]["resamples"] = 1000
    for world in NAMES:
        raw["worlds"][world] |= {"users": 60, "days": 63}
    raw["worlds"]["shop"]["futures"] = 40
    raw["budgets"]["default"] = size_of(BUDGET)
    return raw | changes


def copy_tree(folder: Path) -> None:
    """The tracked and the new files of this tree, without what has been published, in an empty folder."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in listed.stdout.splitlines():
        if not name.startswith("data/results") and name != "dvc.lock" and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, folder / name)


def write_workspace(folder: Path, log: pl.DataFrame, **changes: object) -> None:
    """The files that a stage needs, in an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    log.write_parquet(folder / "tiny.parquet")
    (folder / "params.yaml").write_text(yaml.safe_dump(tiny_params(**changes), sort_keys=False), encoding="utf-8")
    if not (folder / "study").exists():
        (folder / "study").symlink_to(ROOT / "study")


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Runs stages in a workspace; what they keep per process is forgotten before and after."""
    before = Path.cwd()
    _forget()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)
        _forget()


def _forget() -> None:
    read_windows.cache_clear()
    read_refit.cache_clear()
    score._read_test.cache_clear()
    diagnostics.evaluation_of.cache_clear()


def prepare(folder: Path) -> None:
    """Runs everything before `train`."""
    with inside(folder):
        check.fingerprints()
        snapshot.run()
        for question in load().questions:
            split.run(question)
            features.run(question)


@contextmanager
def without_test() -> Iterator[None]:
    """In a workspace: what is of the test span alone cannot be read, whatever question asks about it."""
    files = [file(name, "test") for name in load().questions for file in (events_file, queries_file)]
    hidden = [path.with_suffix(".hidden") for path in files]
    for path, away in zip(files, hidden, strict=True):
        path.rename(away)
    try:
        yield
    finally:
        for path, away in zip(files, hidden, strict=True):
            away.rename(path)


def train_and_score(folder: Path, variants: list[str] | None = None) -> None:
    """Trains and scores the variants, by default all, and those composed of others after them."""
    with inside(folder):
        for variant in variants or list(load().variants):
            with without_test():
                train.run(variant)
            score.run(variant)


class Counted(Recommender):
    """A model that is nothing but the rounds that it was trained for."""

    def fit(self, fold, *, rounds, seed, report):
        """See `Recommender`."""
        for self.done in range(1, rounds + 1):
            report(self, self.done)

    def save(self, folder):
        """See `Recommender`."""
        (folder / "done").write_text(str(self.done), encoding="utf-8")

    def load(self, folder):
        """See `Recommender`."""
        self.done = int((folder / "done").read_text(encoding="utf-8"))
        return self
