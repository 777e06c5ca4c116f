"""A log in a folder is read whole: what links lead to as well, once, and nothing is left out without a word."""

import errno
import os
from pathlib import Path

import polars as pl
import pytest

from study.errors import UserError
from study.events.columns import columns_of
from study.events.files import files_of, matching
from study.events.read import PIECE, _pieces, read_source
from tests.events.test_sources import spec


@pytest.fixture
def log(tmp_path) -> Path:
    """A folder of two months, with hidden things in it."""
    for name in ("2024/01.csv", "2024/02.csv", "notes.txt", ".git/03.csv", "2024/_old/04.csv", "2024/.05.csv"):
        path = tmp_path / "log" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name, encoding="utf-8")
    return tmp_path / "log"


def names(folder: Path, pattern: str) -> list[str]:
    return [str(path.relative_to(folder)) for path in matching(folder, pattern)]


PATTERNS = {
    "*": ["2024/01.csv", "2024/02.csv", "notes.txt"],
    "*.csv": ["2024/01.csv", "2024/02.csv"],
    "2024/*.csv": ["2024/01.csv", "2024/02.csv"],
    "./2024/01*": ["2024/01.csv"],
    "**/02.csv": ["2024/02.csv"],
    "20*/**/*[12].csv": ["2024/01.csv", "2024/02.csv"],
    "2024/**": ["2024/01.csv", "2024/02.csv"],
    "2023/*": [],
    "0": [],
    "*.CSV": [],
}


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_pattern_chooses_files_at_any_depth(pattern, log):
    assert PATTERNS[pattern] == names(log, pattern)


def test_a_folder_that_is_a_link_is_read_too(log, tmp_path):
    (tmp_path / "elsewhere/2023").mkdir(parents=True)
    (tmp_path / "elsewhere/2023/12.csv").touch()
    (log / "older").symlink_to(tmp_path / "elsewhere")

    assert ["2024/01.csv", "2024/02.csv", "older/2023/12.csv"] == names(log, "*.csv")
    assert ["older/2023/12.csv"] == names(log, "2023/*")


def test_links_in_a_circle_end(log):
    (log / "2024/whole").symlink_to(log)
    (log / "own").symlink_to("own")

    assert ["2024/01.csv", "2024/02.csv"] == names(log, "*.csv")


def test_what_several_names_lead_to_is_read_once_by_its_own(log):
    """As where a link names the latest part of a log."""
    (log / "0-latest").symlink_to("2024")
    (log / "0-latest.csv").symlink_to("2024/02.csv")

    assert ["2024/01.csv", "2024/02.csv"] == names(log, "*.csv")
    assert ["0-latest/01.csv", "0-latest/02.csv"] == names(log, "0-latest/*.csv")


def test_a_link_that_leads_nowhere_is_a_part_that_is_missing(log):
    (log / "03.csv").symlink_to("gone.csv")

    with pytest.raises(UserError, match=r"log/03\.csv: is a link that leads nowhere"):
        matching(log, "*.csv")
    assert ["notes.txt"] == names(log, "*.txt")


def test_a_folder_that_cannot_be_read_is_named(log, monkeypatch):
    """Refused by hand, since tests may run as one who may read everything."""
    listed = Path.iterdir

    def refused(self):
        if self.name == "2024":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", refused)
    with pytest.raises(UserError, match="log/2024: this folder cannot be read: Permission denied; make it"):
        matching(log, "*.txt")


def test_a_file_that_is_no_part_of_the_log_is_named_with_what_to_do(log):
    """`init` reads all of a folder, whatever `snapshot.files` says: there the first of the two ways helps."""
    told = r"log/notes\.txt: its name does not say what it is; .*; move it elsewhere, or let snapshot.files choose"
    with pytest.raises(UserError, match=told):
        files_of(log, "*")
    (log / "notes.txt").rename(log.parent / "notes.txt")

    assert ["01.csv", "02.csv"] == [path.name for path in files_of(log, "*")]


def test_the_columns_of_a_log_are_those_of_the_files_that_are_read(tmp_path):
    (tmp_path / "about.csv").write_text("key,value\nowner,me\n", encoding="utf-8")
    (tmp_path / "events.csv").write_text("user,price\na,3\n", encoding="utf-8")

    assert {"user": "text", "price": "number"} == columns_of(tmp_path, "events*")
    assert columns_of(tmp_path, "*.parquet") is None


@pytest.mark.parametrize("rows", [None, PIECE])
def test_a_key_that_no_line_of_one_file_has_is_empty_there_as_in_a_line_without_it(tmp_path, rows):
    """How rows are divided into files of JSON Lines changes nothing; what no file has is missing."""
    keys = '"user_id": "1", "timestamp": "2024-01-01T10:00:00Z", "event_type": "buy"'
    lines = [f"{{{keys}}}\n", f'{{{keys}, "price": 3.5, "words": ["hello"], "size": "M"}}\n']
    for name, parts in {"one": ["".join(lines)], "two": lines}.items():
        (tmp_path / name).mkdir()
        for number, text in enumerate(parts):
            (tmp_path / name / f"{number}.jsonl").write_text(text, encoding="utf-8")
    one, two = (pl.concat(_pieces(spec(tmp_path / name), rows)) for name in ("one", "two"))

    assert one.equals(two)
    assert [None, 3.5] == two["price"].to_list()
    (tmp_path / "two/1.jsonl").unlink()
    with pytest.raises(UserError, match=r"two/0\.jsonl: column 'price' is missing"):
        read_source(spec(tmp_path / "two"))
