"""Hand-made results: the roster of params.yaml with invented numbers, of which a test changes a few.

The main arm has been run, and the others where a test names them.
"""

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from study.exhibits.results import Results
from study.params import Params, load
from study.params.budget import Arm
from study.paths import benchmark_log
from study.provenance import params_hash
from tests.exhibits.pairing import sign

METRICS = [
    *(f"recall@{k}{part}" for k in (1, 5, 10, 20, 50) for part in ("", "/repeat", "/explore")),
    *("ndcg@10", "hit_rate@10", "capped_recall@10"),
]
BEST = {"best:counting": "tifu-knn", "best:aggregates": "lightgbm-lambdarank", "best:sequence": "sum-horizon-repeat"}
OF_YOUNG = ["recall@10/known", "recall@10/young"]
Documents = dict[str, Any]
UNTOLD = {
    "diagnostics/alarm.json": {"rings": False, "variants": []},
    "diagnostics/estimates.json": [],
    "diagnostics/left_out.json": [],
}


def contrast(verdict: str, effect: float, **changes: Any) -> dict[str, Any]:
    """What compare writes of one contrast."""
    told = {
        "name": "sequence-over-counting",
        "question": "sequence",
        "left": "best:sequence",
        "right": "best:counting",
        "left_variant": "sum-horizon-repeat",
        "right_variant": "tifu-knn",
    }
    interval = {"effect": effect, "low": effect - 0.004, "high": effect + 0.004, "level": 0.99}
    return told | interval | {"p_difference": 0.012, "p_equivalence": 0.034, "verdict": verdict} | changes


def documents(params: Params, arm: Arm = "main") -> Documents:
    """Every result file of an arm but the queries, by name: variants as in the roster, the first the best."""
    entries = params.entries(arm)
    return {
        "leaderboard.json": [_row(i, name, entry.family, arm) for i, (name, entry) in enumerate(entries.items())],
        "contrasts.json": [_declared(name, params) for name in params.declared(arm)],
        "tuning.json": {name: _search() for name in entries},
        "data.json": _data(params),
        "manifest.json": _manifest(params, arm),
        **{f"cost/{name}.json": _cost() for name in entries},
        **({"factorial.json": _factorial(params)} if arm == "main" else {}),
        **({"power.json": _power()} if arm != "who" else {"windows.json": _windows(), "spread.json": _spread(params)}),
    }


def _row(index: int, variant: str, family: str, arm: Arm) -> dict[str, Any]:
    value = 0.4 - 0.005 * index
    shown = {"young": [*METRICS, *OF_YOUNG], "who": ["recall@5%", "auroc"]}.get(arm, METRICS)
    estimates = {m: {"estimate": value, "low": value - 0.01, "high": value + 0.01} for m in shown}
    if family == "counting" and arm != "who":  # in nDCG every model leads every rule
        estimates["ndcg@10"] = dict.fromkeys(("estimate", "low", "high"), 0.0)
    estimates["coverage@10"] = {"estimate": 0.5, "low": None, "high": None}
    select = 0.0 if variant.startswith("popularity") else value  # every sequence variant has left popularity
    told = {"seeds": 2, "tuned": True, "select": select, "unfinished": False}
    return {"variant": variant, "family": family, **told, "estimates": estimates}


def _declared(name: str, params: Params) -> dict[str, Any]:
    asked = params.contrasts[name]
    sides = {f"{side}_variant": resolved(getattr(asked, side), params, asked.arm) for side in ("left", "right")}
    told = {"name": name, "question": asked.question, "left": asked.left, "right": asked.right}
    return contrast("undetermined", 0.002, **told, **sides)


def resolved(side: str, params: Params, arm: Arm) -> str:
    """The variant that a side stands for: of the main arm as in `BEST`, else the first of the family."""
    if not side.startswith("best:"):
        return side
    named = BEST.get(side) if arm == "main" else None
    return named or next(v for v, e in params.entries(arm).items() if e.family == side.removeprefix("best:"))


def diagnosis(change: str, verdict: str, effect: float, **changes: Any) -> dict[str, Any]:
    """What the diagnostics write of one change of the data."""
    variant = {"left_variant": "sum-horizon-repeat", "right_variant": "sum-horizon-repeat", "family": "sequence"}
    told = {"name": f"sequence-{change}", "question": "diagnostics", "left": change, "right": "unchanged"}
    return contrast(verdict, effect, **told, **variant, change=change) | changes


def _factorial(params: Params) -> list[dict[str, Any]]:
    factors = params.factorial.factors
    chosen = [names for size in range(1, len(factors) + 1) for names in combinations(factors, size)]
    return [
        contrast("undetermined", 0.002, name=" x ".join(names))
        | {"factors": list(names), "levels": [list(factors[name]) for name in names]}
        for names in chosen
    ]


@cache
def _params() -> Params:
    return load().model_copy(update={"compare_with": []})


def _power() -> dict[str, Any]:
    told = {"queries": 2, "users": 1, "detectable": 0.004, "ceiling": 0.01, "perfect": 0.8}
    return told | {"counting": 0.3, "best": 0.4, "repeat_share": 0.8}


def _search() -> dict[str, Any]:
    trials = [
        {"number": i, "batch": 0, "settings": {"width": 2 ** (i % 4), "rate": 0.1 * (i + 1)}, "state": "complete",
         "curve": [[1, 0.2], [2, 0.2 + 0.01 * (i % 4)]], "losses": [[1, 2.0], [2, 1.5]], "select": 0.2 + 0.01 * (i % 4)}
        for i in range(8)
    ]  # fmt: skip
    space = {"width": {"low": 1, "high": 8, "log": True}, "rate": {"low": 0.1, "high": 0.9, "log": False}}
    return {"space": space, "trials": trials, "chosen": 3, "rounds": 1, "last_round": 2}


def _data(params: Params) -> dict[str, Any]:
    starts = {"stop": "2020-02-03", "select": "2020-02-10", "test": "2020-02-17"}
    known = {"users": 2, "relevant_mean": 3.0, "repeat_share": 0.7}
    windows = [
        {"span": span, "day": day, "queries": 2, **(known if span != "test" else dict.fromkeys(known))}
        for span, day in starts.items()
    ]
    return {
        "snapshot": params.snapshot.name,
        "source": params.snapshot.source,
        "users": 2,
        "events": 5,
        "first": "2020-01-01T12:00:00+00:00",
        "last": "2020-02-16T12:00:00+00:00",
        "timezone": params.snapshot.timezone,
        "event_types": {"purchase": 5},
        "attributes": {"category": {"kind": "categorical", "cardinality": 2, "missing": 0.1}},
        "windows": windows,
        "days": [["2020-01-01", 3], ["2020-02-16", 2]],
        "active_days_median": 1.5,
        "catalogue": 2,
        "events_per_user": {"0.5": 2, "0.95": 900},
        "candidates_top": [["bread", 3], ["milk", 2]],
    }


def _windows() -> dict[str, Any]:
    """Of the arm `who`: one in which a tenth of the users act."""
    window = {"cutoff": "2020-02-17T05:00:00+00:00", "users": 100, "positives": 10, "base_rate": 0.1, "perfect": 0.5}
    told = {"users": 100, "base_rate": 0.1, "perfect": 0.5, "detectable": 0.02}
    return {"windows": [window], **told}


def _spread(params: Params) -> dict[str, Any]:
    """Of the arm `who`: seeds that are far apart."""
    by_seed = {name: [0.2, 0.4] for name in params.entries("who")}
    return {"users": 50.0, "among_users": dict.fromkeys(params.declared("who"), 0.1), "by_seed": by_seed}


def _manifest(params: Params, arm: Arm) -> dict[str, Any]:
    hashed = params_hash(params, arm)
    told = {"snapshot": params.snapshot.name, "data_hash": "ab", "revision": "cd", "params_hash": hashed}
    where = {"python": "3.11", "platform": "Linux", "versions": {"numpy": "2"}, "files": {"power.json": "aa"}}
    return told | where | {"budget": params.budget, "seed": params.seed}


def _cost() -> dict[str, Any]:
    return {"tune_seconds": 8, "refit_seconds": 2, "peak_mb": 50, "parameters": 10, "positions": 0}


def queries(params: Params, arm: Arm = "main") -> pl.DataFrame:
    """Two windows of one user, two seeds, a better one and a worse one."""
    start = datetime(2020, 2, 17, 5, tzinfo=UTC)
    rows = [
        {"variant": name, "seed": seed, "user_id": "u", "cutoff": start + timedelta(days=7 * week),
         "recall@10": 0.4 - 0.005 * index + 0.1 * seed, "recall@10/young": 0.5 - 0.01 * index,
         "ndcg@10": 0.4 - 0.005 * index, "relevant": 10, "outside": 1, "young": 4}
        for index, name in enumerate(params.entries(arm)) for seed in (0, 1) for week in (0, 1)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema_overrides={"recall@10": pl.Float32, "cutoff": pl.Datetime("us", "UTC")})


def _place(folder: Path, name: str, params: Params, arm: Arm) -> Path:
    if name == "data.json":
        return folder / "data" / f"{params.asked_by(arm)}.json"
    return folder / name.replace("cost/", f"cost/{arm}/") if name.startswith("cost/") else folder / arm / name


def write(folder: Path, written: Documents, params: Params, arm: Arm) -> None:
    """The files of an arm, where the study would have put them."""
    for name, document in written.items():
        path = _place(folder, name, params, arm)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(document), encoding="utf-8")
    if arm != "who":  # of which no queries are published
        queries(params, arm).write_parquet(folder / arm / "queries.parquet")


@pytest.fixture
def made(tmp_path: Path) -> Callable[..., Results]:
    """Writes the documents of the main arm, changed by `change(documents)`, and opens them as results.

    Named arms are written too, changed by their functions; `diagnoses`, with their manifest, and `costs` are what
    stands beside them. Nothing is said by t of verdicts of the main arm that are invented.
    """

    def make(
        change: Callable[[Documents], None] = lambda _: None,
        *,
        diagnoses: list[dict[str, Any]] | None = None,
        costs: dict[str, Any] | None = None,
        **arms: Callable[[Documents], None],
    ) -> Results:
        params = _params()
        folder = Path(tempfile.mkdtemp(dir=tmp_path)) / "log"
        for arm, turn in {"main": change, **arms}.items():
            written = documents(params, arm)
            turn(written)
            write(folder, written, params, arm)
        beside = {
            "diagnostics/contrasts.json": diagnoses,
            **({} if diagnoses is None else {"diagnostics/manifest.json": _manifest(params, "main"), **UNTOLD}),
            "../_simulated/losses.json": costs,
        }
        for path, document in beside.items():
            if document is not None:
                target = folder.parent / path.removeprefix("../") if path.startswith("..") else folder / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(json.dumps(document), encoding="utf-8")
        results = Results(folder, params)
        results.__dict__["by_student"] = {}
        return results

    return make


@pytest.fixture
def against_counting(made) -> Callable[..., Results]:
    """Results whose only contrast is that of the best sequence variant with the best counting rule."""

    def make(verdict: str, effect: float, change: Callable[[Documents], None] = lambda _: None) -> Results:
        def only(written: Documents) -> None:
            written["contrasts.json"] = [contrast(verdict, effect)]
            change(written)

        return made(only)

    return make


@pytest.fixture
def compared(made, monkeypatch):
    """Results here, and on a snapshot called `old`, each with documents of the main arm that a test changes.

    Nothing is said by t of verdicts that are invented, and no contrast is a second look unless a test asks for it.
    """
    monkeypatch.setattr(Results, "by_student", {})

    def make(here=lambda _: None, there=lambda _: None, **asked) -> Results:
        results = made(here)
        params, old = results.params, results.root.parent / "old"
        written = documents(params)
        written["data.json"]["events"] += 1  # another log
        there(written)
        write(old, written, params, "main")
        sign(old)
        params = params.model_copy(update={"compare_with": ["old"], "after_test": {}} | asked)
        return Results(results.root, params)

    return make


@pytest.fixture
def logged(tmp_path, monkeypatch):
    """Writes the lines of a benchmark's log, of which there are no others."""
    monkeypatch.setattr("study.paths.BENCHMARKS", tmp_path / "log")

    def write(name, *lines):
        path = benchmark_log(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")

    return write
