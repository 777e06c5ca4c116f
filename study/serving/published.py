"""What the published results say of a variant, where they are of the run that is exported."""

import json
from pathlib import Path
from typing import Any

from study.params import Params
from study.params.base import Frozen
from study.paths import results_folder
from study.provenance import params_hash
from study.questions.kind import kind_of
from study.searched import read_search


class Estimate(Frozen):
    """A metric with the ends of its interval."""

    estimate: float
    low: float
    high: float


class Published(Frozen):
    """What a model card repeats.

    Attributes:
        metric: the primary one of the question.
        test: over all refits and test windows.
        seeds: number of refits.
        level: of the interval, in percent; None where the parameters of today are not those that it was computed with.
        budget: the size of it.
        revision: of the code that the results come from.
    """

    metric: str
    test: Estimate
    seeds: int
    level: float | None
    budget: str
    revision: str


def published(params: Params, variant: str) -> Published | None:
    """The results of a variant; None where there are none, or those of another run."""
    entry = params.variants[variant]
    folder = results_folder(params.snapshot.name, entry.arm)
    trained = read_search(entry.runs, variant)
    if not (folder / "manifest.json").is_file() or _read(folder / "tuning.json").get(variant) != trained:
        return None
    row = next((row for row in _read(folder / "leaderboard.json") if row["variant"] == variant), None)
    if row is None:
        return None
    manifest = _read(folder / "manifest.json")
    is_of_today = manifest["params_hash"] == params_hash(params, entry.arm)
    metric = kind_of(params.question_of(variant)).PRIMARY
    return Published(
        metric=metric,
        test=Estimate(**row["estimates"][metric]),
        seeds=row["seeds"],
        level=100 * (1 - params.statistics.alpha) if is_of_today else None,
        budget=manifest["budget"],
        revision=manifest["revision"],
    )


def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
