"""`snapshot add`: what stands in the place of a log, or around it, before and after."""

import hashlib
import shutil
import sys

import yaml

from tests.stages.added import add, begun, complaint, files, folder, run
from tests.tiny import tiny_log

__all__ = ["begun", "folder"]


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
