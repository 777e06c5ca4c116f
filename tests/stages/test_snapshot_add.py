"""`snapshot add`: a log that conforms becomes the current snapshot, and one that does not changes nothing."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import yaml

from study.errors import UserError
from study.events.parts import Held
from study.provenance import file_hash
from study.stages import snapshot_add
from study.stages.snapshot import write
from tests.tiny import ROOT, inside, tiny_log, tiny_params, write_workspace


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "DVC_NO_ANALYTICS": "1"}
    return subprocess.run([*command], cwd=folder, env=environment, capture_output=True, text=True, check=False)


def add(folder: Path, file: str, name: str) -> subprocess.CompletedProcess[str]:
    return run(folder, sys.executable, "-m", "study", "snapshot", "add", file, "--name", name)


@pytest.fixture(scope="module")
def begun(tmp_path_factory) -> Path:
    """A project with results of the snapshot `tiny`."""
    folder = tmp_path_factory.mktemp("begun") / "project"
    write_workspace(folder, tiny_log())
    text = (folder / "params.yaml").read_text(encoding="utf-8")
    (folder / "params.yaml").write_text("# ours\n" + text, encoding="utf-8")
    (folder / ".gitignore").write_bytes((ROOT / ".gitignore").read_bytes())
    publish(folder, "tiny", tiny_log())
    for command in (["git", "init", "-q"], [sys.executable, "-m", "dvc", "init", "-q"]):
        assert 0 == run(folder, *command).returncode
    return folder


@pytest.fixture
def folder(begun, tmp_path) -> Path:
    """A copy of it, with a new log beside it."""
    tiny_log(users=30).write_parquet(tmp_path / "new.parquet")
    return shutil.copytree(begun, tmp_path / "project", symlinks=True)


def publish(folder: Path, name: str, log: pl.DataFrame) -> None:
    from study.events.check import conform  # noqa: PLC0415
    from study.params import Params  # noqa: PLC0415

    params = Params.model_validate(tiny_params())
    place = folder / "data/results" / name / "main" / "manifest.json"
    place.parent.mkdir(parents=True)
    events = Held(conform(log, params.snapshot, Path("tiny.parquet")))
    write(events, params.seed, folder / "same", params.engine)
    place.write_text(json.dumps({"data_hash": file_hash(folder / "same")}), encoding="utf-8")
    (folder / "same").unlink()


def files(folder: Path) -> dict[Path, bytes]:
    return {
        p: p.read_bytes()
        for p in folder.rglob("*")
        if p.is_file() and ".git/" not in str(p) and "tmp" not in p.parts[-3:]
    }


def complaint(folder: Path, file: str, name: str) -> str:
    before = files(folder)
    done = add(folder, file, name)
    assert (2, "") == (done.returncode, done.stdout), done.stderr
    assert before == files(folder)
    (line,) = done.stderr.splitlines()
    return line


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


def test_what_dvc_refuses_leaves_everything_as_it_was(folder, tmp_path):
    (folder / ".dvc").rename(tmp_path / "gone")

    assert "dvc add says: " in complaint(folder, "../new.parquet", "next")


def test_what_dvc_refuses_leaves_a_log_that_was_there(folder, tmp_path):
    assert 0 == add(folder, "../new.parquet", "next").returncode
    tiny_log(users=20).write_parquet(tmp_path / "newer.parquet")
    (folder / ".dvc").rename(tmp_path / "gone")

    assert "dvc add says: " in complaint(folder, "../newer.parquet", "next")


def test_a_folder_that_cannot_be_copied_leaves_the_one_that_was_there(folder, tmp_path):
    for name, users in (("parts", 30), ("newer", 20)):
        (tmp_path / name).mkdir()
        tiny_log(users=users).write_parquet(tmp_path / name / "a.parquet")
    assert 0 == add(folder, "../parts", "next").returncode
    before = files(folder)
    most = (tmp_path / "newer/a.parquet").stat().st_size // 1024 - 1

    command = f"ulimit -f {most}; exec {sys.executable} -m study snapshot add ../newer --name next"
    done = run(folder, "bash", "-c", command)

    assert 1 == done.returncode
    assert "a.parquet: File too large" in done.stderr
    assert before == files(folder)


def test_of_a_folder_the_files_that_were_read_are_copied(folder, tmp_path):
    """Also by way of links, of which DVC would keep what they lead to; what was not checked is no part of the log."""
    log = tiny_log(users=30)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "parts").mkdir()
    log.head(1_000).write_parquet(tmp_path / "elsewhere/a.parquet")
    log.slice(1_000).write_parquet(tmp_path / "parts/b.parquet")
    (tmp_path / "parts/linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "parts/latest").symlink_to("linked")
    (tmp_path / "parts/c.parquet").symlink_to("b.parquet")
    (tmp_path / "parts/around").symlink_to(tmp_path / "parts")
    (tmp_path / "parts/_notes.txt").write_text("unread", encoding="utf-8")

    done = add(folder, "../parts", "next")

    assert 0 == done.returncode, done.stderr
    place = folder / "data/sources/next"
    assert {"b.parquet", "latest/a.parquet"} == {str(p.relative_to(place)) for p in place.rglob("*") if p.is_file()}
    assert f"current: {log.height:,} events of 30 users" in done.stdout


def test_a_log_takes_the_place_of_one_of_the_same_name(folder, tmp_path):
    assert 0 == add(folder, "../new.parquet", "next").returncode
    tiny_log(users=20).write_parquet(tmp_path / "newer.parquet")

    done = add(folder, "../newer.parquet", "next")
    assert 0 == done.returncode
    assert "data/sources/next.parquet: takes the place of a log that has no results; DVC's cache keeps" in done.stdout
    assert (tmp_path / "newer.parquet").read_bytes() == (folder / "data/sources/next.parquet").read_bytes()
    assert {"next.parquet", "next.parquet.dvc", ".gitignore"} == {p.name for p in (folder / "data/sources").iterdir()}


def test_a_log_that_was_edited_in_its_place_is_recorded_anew(folder, tmp_path):
    """DVC's record is what a commit keeps of a log, and another clone fetches."""
    assert 0 == add(folder, "../new.parquet", "next").returncode
    log = folder / "data/sources/next.parquet"
    tiny_log(users=20).write_parquet(log)

    assert 0 == add(folder, "data/sources/next.parquet", "next").returncode
    record = yaml.safe_load((folder / "data/sources/next.parquet.dvc").read_text(encoding="utf-8"))
    assert hashlib.md5(log.read_bytes()).hexdigest() == record["outs"][0]["md5"]


def test_a_file_in_its_place_that_nobody_keeps_stays(folder, tmp_path):
    (folder / "data/sources").mkdir(parents=True)
    (folder / "data/sources/next.parquet").write_text("by hand", encoding="utf-8")

    assert "next.parquet: is there, and DVC does not track it; move it" in complaint(folder, "../new.parquet", "next")


def test_what_a_killed_one_has_moved_away_comes_back(folder, tmp_path):
    assert 0 == add(folder, "../new.parquet", "next").returncode
    before = files(folder)
    place = folder / "data/sources/next.parquet"
    place.rename(place.with_name(".next.parquet.before"))
    place.write_text("half", encoding="utf-8")
    tiny_log(users=20).write_parquet(tmp_path / "newer.parquet")
    (folder / ".dvc").rename(tmp_path / "gone")

    assert 2 == add(folder, "../newer.parquet", "next").returncode
    (tmp_path / "gone").rename(folder / ".dvc")
    assert before == files(folder)


def test_a_folder_around_the_place_of_the_copy_is_refused(folder):
    for around in (".", "data", "data/sources"):
        (folder / around).mkdir(parents=True, exist_ok=True)
        shutil.copy(folder.parent / "new.parquet", folder / around)
        assert "the log would be copied into itself, to data/sources/next" in complaint(folder, around, "next")


def test_a_missing_name_is_told(folder):
    done = run(folder, sys.executable, "-m", "study", "snapshot", "add", "x.parquet")

    assert (2, "required: --name") == (done.returncode, done.stderr.strip()[-16:])
