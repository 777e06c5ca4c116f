"""What the machine refuses, as a person reads it."""

import errno
import os

import polars as pl
import pytest

from study.failures import explain, naming
from study.paths import replacing, write_text


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
