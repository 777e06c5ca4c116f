"""What was not trained here is not exported, and where it was is said."""

import shutil

import polars as pl

from study.paths import QUICK, run_folder
from tests.serving.test_commands import complaint
from tests.tiny import inside


def test_a_snapshot_that_nothing_was_trained_on_yet_is_not_exported(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    path = tmp_path / "study/data/snapshots/tiny.parquet"
    pl.read_parquet(path).head(-1).write_parquet(path)

    with inside(tmp_path / "study"):
        assert "another snapshot than the one that was trained on" in complaint(capsys, "export", "popularity")


def test_what_quick_alone_has_trained_is_said_to_lie_there(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        assert "not trained here: run `make study`, or" in complaint(capsys, "export", "markov")
        run = run_folder("main", "markov") / "search.json"
        (QUICK / run).parent.mkdir(parents=True)
        (QUICK / run).write_text("{}", encoding="utf-8")
        assert "not trained here: it was by `make quick`: export it in build/quick" in (
            complaint(capsys, "export", "markov")
        )
