"""A variant of aggregates that was trained on some users of a log is told what a larger log does to it."""

import json
import shutil

import pytest

from study.__main__ import main
from study.serving.bundle import read_bundle
from study.serving.card import card
from tests.serving.test_commands import END


def exported_of_some(exported, tmp_path, variant: str, most: int):
    """The exported variant as if it were trained under `most_events`."""
    folder = tmp_path / "model"
    shutil.copytree(exported / f"data/exports/{variant}", folder)
    told = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    told["snapshot"]["most_events"] = most
    (folder / "model.json").write_text(json.dumps(told), encoding="utf-8")
    return folder


READS = {
    "lightgbm-lambdarank": True,
    "hybrid-lambdarank": True,
    "tifu-knn": False,
    "sum-horizon-repeat": False,
    "who-lightgbm-binary": False,
}


@pytest.mark.parametrize("variant", READS)
def test_counts_over_all_users_of_a_larger_log_than_in_training_are_warned_of(exported, tmp_path, capsys, variant):
    folder = exported_of_some(exported, tmp_path, variant, 100)
    rank = ["rank", "--model", str(folder), "--log", str(exported / "tiny.parquet"), "--cutoff", END]

    assert 0 == main([*rank, "--out", str(tmp_path / "ranks.parquet")])
    told = f"and {variant} was trained on 100 at most: counts of a candidate over all users, which it reads, are larger"
    assert READS[variant] == (told in capsys.readouterr().err)
    limit = "It was trained on at most 100 events; if its log had more, on those of some users."
    assert READS[variant] == (limit in card(read_bundle(folder), {"select": 0.5}, None))


def test_a_log_no_larger_than_that_of_training_is_ranked_without_a_word(exported, tmp_path, capsys):
    folder = exported_of_some(exported, tmp_path, "lightgbm-lambdarank", 1_000_000)
    rank = ["rank", "--model", str(folder), "--log", str(exported / "tiny.parquet"), "--cutoff", END]

    assert 0 == main([*rank, "--out", str(tmp_path / "ranks.parquet")])
    assert "" == capsys.readouterr().err
