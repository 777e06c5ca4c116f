import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from study import provenance
from study.errors import UserError
from study.events.log import Labels
from study.metrics.ranking import query_metrics
from study.params import load
from study.paths import results_folder, run_folder, score_folder
from study.stages import compare

PUBLISHED = Path(__file__).parents[2] / "params.yaml"
KS = (1, 5, 10, 20, 50)
CUTOFFS = [datetime(2017, 12, day, 5, tzinfo=UTC) for day in (3, 10)]
FILES = {
    "queries.parquet",
    "coverage.json",
    "leaderboard.json",
    "leaderboard.svg",
    "contrasts.json",
    "factorial.json",
    "power.json",
    "tuning.json",
    "metrics.json",
    "recall_at_k.csv",
    "contrasts.csv",
}


def metrics(random, seeds):
    """Of 12 users at two cut-offs with three relevant candidates each, at random ranks."""
    tables = []
    for seed in range(seeds):
        for cutoff in CUTOFFS:
            labels = Labels(np.arange(0, 37, 3), np.zeros(36, dtype=np.int32))
            keys = pl.DataFrame({"seed": [seed] * 12, "user_id": [f"u{i}" for i in range(12)], "cutoff": [cutoff] * 12})
            repeat = np.arange(36) % 3 > 0
            slices = {"repeat": repeat, "explore": ~repeat}
            tables.append(keys.hstack(query_metrics(random.integers(1, 60, 36), labels, slices, KS)))
    return pl.concat(tables).with_columns(pl.col("cutoff").cast(pl.Datetime("us", "UTC")))


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    raw = yaml.safe_load(PUBLISHED.read_text(encoding="utf-8"))
    raw["statistics"]["resamples"] = 500
    Path("params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    params = load()
    random = np.random.default_rng(8)
    for name, entry in params.entries("main").items():
        scores, runs = score_folder("main", name), run_folder(entry.runs, name)
        scores.mkdir(parents=True)
        runs.mkdir(parents=True)
        seeds = 1 if entry.family == "counting" else 3
        metrics(random, seeds).write_parquet(scores / "metrics.parquet")
        cover = [{"seed": s, "k": k, "cutoff": "2017-12-03", "coverage": k / 60} for s in range(seeds) for k in KS]
        pl.DataFrame(cover).write_parquet(scores / "coverage.parquet")
        trial = {"number": 0, "select": float(random.random()), "state": "complete"}
        found = {"space": {}, "trials": [trial], "chosen": 0, "rounds": 1, "last_round": 1}
        (runs / "search.json").write_text(json.dumps(found), encoding="utf-8")
    Path("data/snapshots").mkdir()
    Path(f"data/snapshots/{params.snapshot.name}.parquet").write_bytes(b"a log")
    return results_folder(params.snapshot.name, "main")


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "manifest.json"}


def test_every_file_is_written_and_the_manifest_names_its_hash(workspace):
    compare.run("main")

    found = contents(workspace)
    manifest = json.loads((workspace / "manifest.json").read_text(encoding="utf-8"))
    assert set(found) == FILES
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == manifest["files"]
    assert hashlib.sha256(b"a log").hexdigest() == manifest["data_hash"]


def test_the_manifest_names_the_device(workspace, monkeypatch):
    monkeypatch.setattr(provenance, "name_of", lambda asked: f"a card, by {asked}")
    compare.run("main")
    manifest = json.loads((workspace / "manifest.json").read_text(encoding="utf-8"))

    assert manifest["device"] == "a card, by auto"


def test_a_file_that_is_no_longer_published_goes(workspace):
    compare.run("main")
    (workspace / "old.json").write_text("{}", encoding="utf-8")

    compare.run("main")

    assert not (workspace / "old.json").exists()


def test_a_family_of_contrasts_has_resamples_for_the_strictest_of_its_tests(workspace):
    """500 resamples alone, shared by forty contrasts, could not tell the clearest difference from none."""
    clear = score_folder("main", "personal-decay") / "metrics.parquet"
    none = score_folder("main", "personal-frequency") / "metrics.parquet"
    pl.read_parquet(clear).with_columns(pl.lit(1.0, pl.Float32).alias("recall@10")).write_parquet(clear)
    pl.read_parquet(none).with_columns(pl.lit(0.0, pl.Float32).alias("recall@10")).write_parquet(none)

    compare.run("main")

    found = json.loads((workspace / "contrasts.json").read_text(encoding="utf-8"))
    assert len(found) >= 40
    assert "better" == next(row["verdict"] for row in found if row["name"] == "decay-over-frequency")


def test_the_parameters_of_another_arm_are_none_of_the_manifest(workspace):
    def published() -> str:
        compare.run("main")
        return json.loads((workspace / "manifest.json").read_text(encoding="utf-8"))["params_hash"]

    before, raw = published(), yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
    raw["budgets"]["default"]["young"]["seeds"] += 1
    raw["roster"].pop("popularity-young")
    Path("params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    assert before == published()
    raw["budgets"]["default"]["main"]["seeds"] += 1
    Path("params.yaml").write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
    assert before != published()


def test_the_files_cover_the_roster_and_the_declared_contrasts(workspace):
    compare.run("main")

    params = load()
    queries = pl.read_parquet(workspace / "queries.parquet")
    assert set(params.entries("main")) == set(queries["variant"])
    assert ["variant", "seed", "user_id", "cutoff", "recall@1"] == queries.columns[:5]
    board = json.loads((workspace / "leaderboard.json").read_text(encoding="utf-8"))
    for row in board:
        mine = queries.filter(variant=row["variant"])
        assert pytest.approx(mine["recall@10"].mean()) == row["estimates"]["recall@10"]["estimate"]
        assert pytest.approx(mine["ndcg@10"].mean()) == row["estimates"]["ndcg@10"]["estimate"]
    declared = json.loads((workspace / "contrasts.json").read_text(encoding="utf-8"))
    assert list(params.declared("main")) == [row["name"] for row in declared]
    assert set(params.entries("main")) == set(json.loads((workspace / "metrics.json").read_text(encoding="utf-8")))


def test_same_scores_in_any_row_order_give_the_same_bytes(workspace):
    compare.run("main")
    before = contents(workspace)
    for path in Path("data/scores").glob("main/*/metrics.parquet"):
        pl.read_parquet(path).sample(fraction=1, shuffle=True, seed=3).write_parquet(path)

    compare.run("main")

    assert before == contents(workspace)


def test_a_variant_without_scores_is_named_and_nothing_is_touched(workspace):
    compare.run("main")
    before = contents(workspace)
    Path("data/scores/main/markov/coverage.parquet").unlink()

    with pytest.raises(UserError, match=r"data/scores/main/markov/coverage\.parquet.*dvc repro"):
        compare.run("main")

    assert before == contents(workspace)
