"""An exported variant ranks the users of a log as the study scored them."""

import shutil

import polars as pl
import pytest

from study.__main__ import main
from tests.serving.conftest import REFIT, WHAT, WHO


def rank(exported, tmp_path, variant: str, log, cutoff: str, *more: str) -> pl.DataFrame:
    """In a folder that has the exported variant and nothing else of the study."""
    model, out = tmp_path / "model", tmp_path / "ranks.parquet"
    shutil.copytree(exported / f"data/exports/{variant}", model, dirs_exist_ok=True)
    arguments = ["--model", str(model), "--log", str(log), "--cutoff", cutoff, "--out", str(out), *more]
    assert 0 == main(["rank", *arguments])
    return pl.read_parquet(out)


def scored(exported, variant: str, table: str) -> dict:
    """What `score` wrote of the refit, by cut-off."""
    (path,) = exported.glob(f"data/scores/*/{variant}/{table}.parquet")
    kept = pl.read_parquet(path).filter(pl.col("seed") == REFIT.get(variant, 0))
    return {cutoff: part for (cutoff,), part in kept.partition_by("cutoff", as_dict=True).items()}


@pytest.fixture
def alone(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("variant", WHAT)
def test_the_first_ten_are_those_of_score(exported, alone, variant):
    windows = scored(exported, variant, "top")
    assert 2 == len(windows)
    for cutoff, top in windows.items():
        ranks = rank(exported, alone, variant, exported / "tiny.parquet", cutoff.isoformat())
        found = ranks.group_by("user_id", maintain_order=True).agg("candidate", "score")
        expected = top.select("user_id", pl.col("candidates").list.head(10), pl.col("scores").list.head(10))
        both = expected.join(found, on="user_id", how="left", maintain_order="left")

        assert both["candidates"].to_list() == both["candidate"].to_list()
        assert both["scores"].explode().fill_nan(None).to_list() == pytest.approx(both["score"].explode().to_list())


@pytest.mark.parametrize("variant", WHO)
def test_every_eligible_user_has_the_score_of_score(exported, alone, variant):
    for cutoff, expected in scored(exported, variant, "scores").items():
        found = rank(exported, alone, variant, exported / "tiny.parquet", cutoff.isoformat())

        assert expected["user_id"].to_list() == found["user_id"].to_list()
        assert expected["score"].to_list() == pytest.approx(found["score"].to_list())
        assert list(range(1, found.height + 1)) == found.sort("rank")["rank"].to_list()
        assert found.sort("rank")["score"].is_sorted(descending=True)
