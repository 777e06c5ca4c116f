"""What was not trained here is not exported, and where it was is said."""

import hashlib
import json
import shutil
from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest
import yaml

from study.__main__ import main
from study.errors import UserError
from study.paths import ASKED, QUICK, run_folder, search_file
from study.serving import export
from tests.serving.test_commands import complaint
from tests.tiny import ATTRIBUTES, inside


def test_a_snapshot_that_nothing_was_trained_on_yet_is_not_exported(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    path = tmp_path / "study/data/snapshots/tiny.parquet"
    pl.read_parquet(path).head(-1).write_parquet(path)

    with inside(tmp_path / "study"):
        assert "another snapshot than the one that was trained on" in complaint(capsys, "export", "popularity")


def test_where_no_variant_is_of_main_another_one_is_to_be_named():
    """A roster may be of the arms beside it alone."""
    params = SimpleNamespace(entries=lambda _: {})

    with pytest.raises(UserError, match=r"^export: no variant of the roster is of the arm main; name a variant of"):
        export.selected(params, None)


LOCKED = {
    "split categories": ["data/snapshots/tiny.parquet"],
    "train popularity": ["data/events/categories/development.parquet", "data/features/categories/refit.json"],
}


def lock(params: dict[str, object] | None = None) -> None:
    """What DVC records of the stages in the current folder."""
    stages = {
        f"stage@{number}": {
            "cmd": f"python -m study {command}",
            "params": (params or {}) if "split" in command else {},
            "deps": [
                {"path": path, "hash": "md5", "md5": hashlib.md5(Path(path).read_bytes()).hexdigest()} for path in paths
            ],
        }
        for number, (command, paths) in enumerate(LOCKED.items())
    }
    Path("dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}), encoding="utf-8")


@pytest.mark.parametrize("path", ["data/snapshots/tiny.parquet", "data/events/categories/development.parquet"])
def test_a_corrected_snapshot_of_as_many_events_is_not_taken_for_the_one_trained_on(exported, tmp_path, capsys, path):
    """It was not split yet, or the variant not trained on what was split."""
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        lock()
        assert 0 == main(["export", "popularity"])
        capsys.readouterr()
        pl.read_parquet(path).with_columns(pl.col("price") + 1).write_parquet(path)

        assert "another snapshot than the one that was trained on" in complaint(capsys, "export", "popularity")


def test_a_snapshot_of_another_name_than_the_one_that_was_split_is_not_taken_for_it(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        lock()
        params = Path("params.yaml")
        raw = yaml.safe_load(params.read_text(encoding="utf-8"))
        raw["snapshot"]["name"] = "other"
        params.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")
        shutil.copy("data/snapshots/tiny.parquet", "data/snapshots/other.parquet")

        assert "other.parquet: another snapshot than the one" in complaint(capsys, "export", "popularity")


def test_what_quick_alone_has_trained_on_this_log_is_said_to_lie_there(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        assert "not trained here: run `dvc repro compare@main`, or" in complaint(capsys, "export", "markov")
        run = search_file("main", "markov")
        (QUICK / run).parent.mkdir(parents=True)
        (QUICK / run).write_text("{}", encoding="utf-8")
        shutil.copy("params.yaml", QUICK)
        assert "not trained here: it was by `make quick`: export it in build/quick" in (
            complaint(capsys, "export", "markov")
        )
        edit(name="other")
        assert "not trained here: run `dvc repro compare@main`, or" in complaint(capsys, "export", "markov")


def test_where_nothing_was_trained_no_other_variant_is_advised(exported, tmp_path, capsys):
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        shutil.rmtree("data/runs")

        told = complaint(capsys, "export", "markov")
        assert told.endswith("not trained here, nor was any other variant: run `dvc repro compare@main`")


@pytest.mark.parametrize(
    ("changed", "variant"), [("sum-horizon", "sum-horizon"), ("sum-horizon-repeat", "hybrid-lambdarank")]
)
def test_an_entry_that_was_changed_since_it_was_trained_is_not_exported(exported, tmp_path, capsys, changed, variant):
    """Its weights would load, and be asked for something else; so would those of what a variant is composed of."""
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        path = Path("params.yaml")
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
        raw["roster"][changed]["context"] = 16
        path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")

        assert f"has another entry or question of {variant} than" in complaint(capsys, "export", variant)
        assert 0 == main(["export", "popularity", "--to", "out"])


def edit(**changes: object) -> None:
    """Changes keys of the section `snapshot`."""
    path = Path("params.yaml")
    raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    raw["snapshot"] |= changes
    path.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")


CHANGED = {
    "timezone": "Asia/Tokyo",
    "columns": {"zone": "Asia/Tokyo"},
    "attributes": ATTRIBUTES | {"department": {"kind": "ordinal", "order": ["d0", "d1", "d2"]}},
}


@pytest.mark.parametrize("key", CHANGED)
def test_a_log_that_would_be_read_otherwise_than_it_was_for_training_is_not_exported(exported, tmp_path, capsys, key):
    """Where no DVC has run, the run itself tells; one of an earlier version does not."""
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        edit(**{key: CHANGED[key]})

        told = complaint(capsys, "export", "popularity")
        assert f"params.yaml: snapshot.{key} is not what popularity was trained under; run `dvc repro`" in told
        asked = run_folder("main", "popularity") / ASKED
        asked.write_text(json.dumps(json.loads(asked.read_text(encoding="utf-8"))[:2]), encoding="utf-8")
        assert 0 == main(["export", "popularity", "--to", "out"])


def test_what_dvc_records_of_the_log_goes_before_what_the_run_says(exported, tmp_path, capsys):
    """A change that leaves the events as they were runs the stages before training anew, and no training."""
    shutil.copytree(exported, tmp_path / "study", symlinks=True)
    with inside(tmp_path / "study"):
        before = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
        lock({"params.yaml": {"seed": before["seed"], "snapshot": before["snapshot"]}})
        edit(columns={"zone": "Asia/Tokyo"})
        after = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))

        assert "snapshot.columns is not what popularity was trained" in complaint(capsys, "export", "popularity")
        lock({"params.yaml": {"seed": before["seed"] + 1, "snapshot": after["snapshot"]}})
        assert "params.yaml: seed is not what popularity was trained" in complaint(capsys, "export", "popularity")
        lock({"params.yaml": {"seed": after["seed"], "snapshot": after["snapshot"]}})
        assert 0 == main(["export", "popularity", "--to", "out"])
