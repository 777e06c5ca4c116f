"""`snapshot add`: a log that conforms becomes the current snapshot, and one that does not changes nothing."""

import gzip
import os
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml

from study.errors import UserError
from study.stages import snapshot_add
from tests.stages.added import add, begun, complaint, folder, run
from tests.tiny import inside, tiny_log, tiny_params

__all__ = ["begun", "folder"]


def test_the_log_is_kept_and_params_name_it(folder):
    done = add(folder, "../new.parquet", "2026-11")
    text = (folder / "params.yaml").read_text(encoding="utf-8")
    params = yaml.safe_load(text)

    assert 0 == done.returncode, done.stderr
    assert ("2026-11", "data/sources/2026-11.parquet") == (params["snapshot"]["name"], params["snapshot"]["source"])
    assert ["tiny"] == params["compare_with"]
    assert text.startswith("# ours\n")
    assert (folder / "data/sources/2026-11.parquet.dvc").exists()
    assert "snapshot 2026-11 is current: " in done.stdout
    assert "of 30 users, 2024-01-0" in done.stdout
    listed = run(folder, "git", "status", "--porcelain", "--untracked-files=all", "data").stdout.split()
    assert {"data/sources/2026-11.parquet.dvc", "data/sources/.gitignore"} <= set(listed)
    assert "data/sources/2026-11.parquet" not in listed


def test_of_a_query_the_rows_are_kept(folder, tmp_path, monkeypatch, capsys):
    """The text alone would bring other rows another day, and DVC would see no change."""
    log = pl.read_parquet(tmp_path / "new.parquet")
    answers = [log]
    monkeypatch.setattr(snapshot_add, "read_query", lambda _: answers.pop())
    (folder / "log.sql").write_text("select * from log", encoding="utf-8")
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    with inside(folder):
        snapshot_add.run("log.sql", "2026-11")
        params = yaml.safe_load(Path("params.yaml").read_text(encoding="utf-8"))
        answers.append(log.drop("department"))
        with pytest.raises(UserError, match=r"^log\.sql: column 'department' is missing"):
            snapshot_add.run("log.sql", "2026-12")

    assert "spill" not in capsys.readouterr().out
    assert "data/sources/2026-11.parquet" == params["snapshot"]["source"]
    assert log.equals(pl.read_parquet(folder / "data/sources/2026-11.parquet"))
    assert (folder / "data/sources/2026-11.parquet.dvc").exists()


def test_a_name_in_capitals_is_as_good(folder, tmp_path):
    text = pl.read_parquet(tmp_path / "new.parquet").write_csv(separator=";").encode()
    (tmp_path / "NEW.CSV.GZ").write_bytes(gzip.compress(text))
    done = add(folder, "../NEW.CSV.GZ", "2026-11")
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))

    assert 0 == done.returncode, done.stderr
    assert "data/sources/2026-11.csv.gz" == params["snapshot"]["source"]
    assert "of 30 users" in done.stdout


def test_it_says_which_columns_are_gone_new_or_of_another_kind(folder, tmp_path):
    log = tiny_log(users=30)
    log.with_columns(pl.lit(3).alias("note")).write_parquet(folder / "tiny.parquet")
    log.with_columns(pl.lit("x").alias("note"), pl.lit(1.5).alias("extra")).drop("discount").with_columns(
        pl.lit("coupon").alias("discount")
    ).write_parquet(tmp_path / "new.parquet")

    told = add(folder, "../new.parquet", "next").stdout

    assert "column 'extra' (number) is new; it is not read unless snapshot.attributes names it" in told
    assert "column 'note' was number and is text" in told
    (folder / "params.yaml").write_text(yaml.safe_dump(tiny_params(), sort_keys=False), encoding="utf-8")
    log.drop("user_id").with_columns(log["user_id"]).write_parquet(tmp_path / "new.parquet")
    assert "column 'note' is gone" in add(folder, "../new.parquet", "third").stdout


def test_a_log_that_does_not_conform_is_refused(folder, tmp_path):
    tiny_log().drop("department").write_parquet(tmp_path / "new.parquet")

    assert "column 'department' is missing" in complaint(folder, "../new.parquet", "next")
    assert "no such file" in complaint(folder, "../nothing.parquet", "next")
    assert "--name: '../next' is no name of a snapshot" in complaint(folder, "../new.parquet", "../next")
    assert "a module cannot be added" in complaint(folder, "study/events/complete_journey.py", "next")


def test_a_log_that_a_question_cannot_be_asked_of_is_refused(folder, tmp_path):
    log = tiny_log()
    days = log["timestamp"].dt.date()
    for length, said in ((45, "features.warmup_days: 14 leaves no window"), (14, "bring a longer log")):
        log.filter(days < days.min() + timedelta(days=length)).write_parquet(tmp_path / "new.parquet")
        assert said in complaint(folder, "../new.parquet", "next")

    log.with_columns(event_type=pl.lit("view")).write_parquet(tmp_path / "new.parquet")
    assert "questions.categories.key_action.event_type" in complaint(folder, "../new.parquet", "next")
    log.filter(days < days.max() - timedelta(days=10)).vstack(
        log.filter(days == days.max()).with_columns(event_type=pl.lit("letter"))
    ).write_parquet(tmp_path / "new.parquet")
    assert "has no query" in complaint(folder, "../new.parquet", "next")


def test_what_is_compared_with_published_results_lies_where_a_killed_run_is_swept(folder, tmp_path):
    """Snapshots may be read as logs, and are kept."""
    limit = "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000)); "
    command = [sys.executable, "-m", "study", "snapshot", "add", "../new.parquet", "--name", "tiny"]
    done = run(folder, sys.executable, "-c", limit + "os.execv(sys.argv[1], sys.argv[1:])", *command)
    (line,) = done.stderr.splitlines()

    assert 1 == done.returncode
    assert "downfunnel: data/scratch/spill-snapshot-add-beside." in line
    assert "same.parquet: File too large; a limit on the size of files is in the way" in line
    assert not (folder / "data/snapshots").exists()


def test_a_name_with_results_takes_the_same_log_alone(folder, tmp_path):
    assert "'tiny' has results of another log" in complaint(folder, "../new.parquet", "tiny")

    tiny_log().sample(fraction=1, shuffle=True, seed=1).write_parquet(tmp_path / "new.parquet")
    done = add(folder, "../new.parquet", "tiny")
    assert 0 == done.returncode, done.stderr
    assert [] == yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))["compare_with"]


def test_a_cut_of_the_last_snapshot_and_a_warm_start_from_itself_are_dropped(folder):
    cut = tiny_params()["snapshot"] | {"until": "2024-03-01"}
    params = tiny_params(snapshot=cut, warm_start="next", compare_with=["next", "older"])
    (folder / "params.yaml").write_text(yaml.safe_dump(params, sort_keys=False), encoding="utf-8")

    assert 0 == add(folder, "../new.parquet", "next").returncode
    params = yaml.safe_load((folder / "params.yaml").read_text(encoding="utf-8"))
    assert (None, None) == (params["snapshot"]["until"], params["warm_start"])
    assert ["tiny", "older"] == params["compare_with"]


def test_a_missing_name_is_told(folder):
    done = run(folder, sys.executable, "-m", "study", "snapshot", "add", "x.parquet")

    assert (2, "required: --name") == (done.returncode, done.stderr.strip()[-16:])
