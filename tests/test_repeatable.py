"""Same seed, same numbers: two runs, one worker and two, a run that was killed; and shuffled input rows."""

import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

from tests.tiny import BUDGET, ROOT, inside, prepare, size_of, tiny_log, train_and_score, write_workspace

pytestmark = pytest.mark.slow
RANKING = ["personal-decay", "lightgbm-lambdarank", "sum-horizon-repeat", "hybrid-lambdarank"]
VARIANTS = [*RANKING, "composed-with-id-young", "who-lightgbm-binary", "who-sum-repeat-bpr"]


def hashes(folder: Path, *below: str) -> dict[str, str]:
    files = [path for name in below for path in (folder / "data" / name).rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def budgets(workers: int) -> dict[str, object]:
    import yaml  # noqa: PLC0415

    raw = yaml.safe_load((ROOT / "params.yaml").read_text(encoding="utf-8"))["budgets"]
    return raw | {"default": size_of(BUDGET | {"trials": 4, "workers": workers})}


@pytest.fixture(scope="module")
def one_worker(tmp_path_factory):
    folder = tmp_path_factory.mktemp("one")
    write_workspace(folder, tiny_log(), budgets=budgets(1))
    prepare(folder)
    train_and_score(folder, VARIANTS)
    return folder


def test_two_workers_give_the_bits_of_one(one_worker, tmp_path):
    write_workspace(tmp_path, tiny_log(), budgets=budgets(2))
    prepare(tmp_path)
    train_and_score(tmp_path, VARIANTS)

    assert hashes(one_worker, "runs", "scores") == hashes(tmp_path, "runs", "scores")


def test_shuffled_input_rows_give_equal_files(one_worker, tmp_path):
    write_workspace(tmp_path, tiny_log().sample(fraction=1, shuffle=True, seed=3))
    prepare(tmp_path)

    assert hashes(one_worker, "snapshots", "events", "splits") == hashes(tmp_path, "snapshots", "events", "splits")


def test_a_killed_search_goes_on_to_the_same_numbers(one_worker, tmp_path):
    write_workspace(tmp_path, tiny_log(), budgets=budgets(1))
    prepare(tmp_path)
    variant = "sum-horizon-repeat"
    command = [sys.executable, "-m", "study", "train", variant]
    running = subprocess.Popen(command, cwd=tmp_path, start_new_session=True, stderr=subprocess.DEVNULL)
    scratch = tmp_path / "data/scratch/train" / variant
    deadline = time.monotonic() + 120
    while not list(scratch.glob("*/trials/*/rung-0.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert not (tmp_path / "data/runs/main" / variant).exists()
    with inside(tmp_path):
        finished = {path: path.stat().st_mtime_ns for path in scratch.glob("*/trials/*/rung-*.json")}
    train_and_score(tmp_path, [variant])

    assert finished
    assert all(path.stat().st_mtime_ns == then for path, then in finished.items())
    assert hashes(one_worker, f"runs/main/{variant}") == hashes(tmp_path, f"runs/main/{variant}")


def test_scores_can_be_recomputed_from_the_published_tables(one_worker):
    """Twenty lines of a reader's own: recall@10 from the split and the first 50."""
    queries = pl.read_parquet(one_worker / "data/splits/categories/test.parquet")
    for variant in RANKING:
        top = pl.read_parquet(one_worker / "data/scores/main" / variant / "top.parquet")
        metrics = pl.read_parquet(one_worker / "data/scores/main" / variant / "metrics.parquet")
        joined = top.join(queries, on=["user_id", "cutoff"], how="left").with_columns(
            hits=pl.col("candidates").list.head(10).list.set_intersection("relevant").list.len(),
            size=pl.col("relevant").list.len(),
        )
        recall = joined.select("user_id", "cutoff", "seed", recall=pl.col("hits") / pl.col("size"))
        both = metrics.join(recall, on=["user_id", "cutoff", "seed"])

        assert both.height == metrics.height
        assert (both["recall@10"] - both["recall"]).abs().max() < 1e-6
