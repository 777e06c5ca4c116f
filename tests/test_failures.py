"""What the machine refuses, as a person reads it."""

import errno
import os
import re
import resource
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

import polars as pl
import pytest

from study.errors import UserError
from study.events.runs import Runs
from study.events.spill import Shelf
from study.failures import explain, naming
from study.paths import replacing, write_text
from tests.made import made_events


@contextmanager
def no_files_beyond(room: int) -> Iterator[None]:
    """No file can grow beyond that many bytes: a full disk that any machine can have."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (errno.ENOSPC, "No space left on device; make room, then run the same command again"),
        (errno.EROFS, "Read-only file system; make it writable for you, then run the same command again"),
        (errno.EACCES, "Permission denied; make it writable for you, then run the same command again"),
        (errno.EIO, "Input/output error; mend that, then run the same command again"),
    ],
)
def test_a_refusal_names_the_path_why_and_what_to_do(number, told):
    assert explain(OSError(number, os.strerror(number), "data/x")).startswith(f"data/x: {told}")


def test_what_polars_cannot_write_names_the_file(tmp_path):
    (tmp_path / "folder").touch()

    with pytest.raises(NotADirectoryError) as caught, naming(tmp_path / "folder/x.parquet"):
        pl.DataFrame({"a": [1]}).write_parquet(tmp_path / "folder/x.parquet")
    assert f"{tmp_path}/folder/x.parquet: Not a directory; a file stands" in explain(caught.value)


def test_a_folder_that_cannot_be_copied_names_its_copy_or_the_file_that_is_missing(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model/weights").write_bytes(bytes(1000))
    with no_files_beyond(100), pytest.raises(OSError, match="copy") as refused, naming(tmp_path / "copy"):
        shutil.copytree(tmp_path / "model", tmp_path / "copy")
    (tmp_path / "model/weights").unlink()
    (tmp_path / "model/weights").symlink_to("nothing")
    with pytest.raises(OSError, match="weights") as missing, naming(tmp_path / "copy"):
        shutil.copytree(tmp_path / "model", tmp_path / "copy", dirs_exist_ok=True)

    assert f"{tmp_path}/copy: File too large; a limit on the size of files" in explain(refused.value)
    assert f"{tmp_path}/model/weights: No such file or directory" in explain(missing.value)


@pytest.mark.parametrize("number", [0, 1])
def test_what_lies_on_disk_of_a_log_in_parts_names_its_file(number, tmp_path):
    events = made_events([("a", day, "buy", item, None) for day, item in ((0.5, "milk"), (8.5, "tea"))])
    writes = [partial(Runs(lambda: tmp_path).add, events), partial(Shelf(tmp_path).keep, events, "queries-stop")]

    with no_files_beyond(100), pytest.raises(OSError, match="File too large") as refused:
        writes[number]()
    name = (r"run-00000\.parquet", r"queries-stop-\w+\.parquet")[number]
    assert re.search(f"{tmp_path}/{name}: ", explain(refused.value))


def test_what_is_told_to_the_user_passes_as_it_is(tmp_path):
    with pytest.raises(UserError, match="model"), naming(tmp_path):
        raise UserError("model: cannot be loaded (No such file or directory (os error 2))")


def test_other_errors_pass_as_they_are(tmp_path):
    with pytest.raises(ZeroDivisionError), naming(tmp_path):
        raise ZeroDivisionError


def test_what_a_killed_writer_left_is_removed_and_a_living_one_keeps_its_file(tmp_path):
    left, other = tmp_path / ".x.json.4194303", tmp_path / ".xx.json.4194303"
    left.touch()
    other.touch()
    with replacing(tmp_path / "x.json") as mine:
        mine.write_text("mine", encoding="utf-8")
        write_text(tmp_path / "x.json.", "")  # a name that the other's temporary one begins with
        beside = mine.with_name(".x.json.5")
        mine.rename(beside)  # as another process would hold it
        write_text(tmp_path / "x.json", "theirs")
        assert beside.exists()
        beside.rename(mine)

    assert "mine" == (tmp_path / "x.json").read_text(encoding="utf-8")
    assert not left.exists()
    assert other.exists()
