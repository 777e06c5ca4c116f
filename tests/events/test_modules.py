"""A module of this folder may return the events; one that does not is told in a line."""

import re

import pytest

from study.errors import UserError
from study.events.read import read_source
from study.params.snapshot import Snapshot

NO_TABLE = "def read():\n    return [1]\n"


def spec(path) -> Snapshot:
    return Snapshot(name="s", source=str(path), timezone="UTC", attributes={"item": "categorical"})


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Reads a log from a module of this folder."""

    def read_module(name, content):
        (tmp_path / f"{name}.py").write_text(content, encoding="utf-8")
        monkeypatch.chdir(tmp_path)
        monkeypatch.syspath_prepend(tmp_path)
        return read_source(spec(f"{name}.py"))

    return read_module


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("reader_of_nothing", "", "a module needs a function `read()` that returns the events"),
        ("reader_of_a_list", NO_TABLE, "its `read()` returns list; it must be a table of Polars"),
        ("my-log", NO_TABLE, "'my-log' is no name of a module; rename it: letters, digits and underscores"),
        ("reader_fails", "def read():\n    return 1 / 0\n", "line 2: ZeroDivisionError: division by zero"),
        ("reader_needs", "import polars\nimport nothing_like_it\n", "line 2: ModuleNotFoundError: No module named"),
        ("frame", "import polars\n\ndef read():\n    polars.DataFrame().select('x')\n", "line 4: ColumnNotFound"),
        ("reader_slips", "def read():\n    return (\n", "line 2: SyntaxError: "),
        ("reader_stops", "def read():\n    raise KeyError\n", "line 2: KeyError: nothing said"),
    ],
)
def test_a_module_that_returns_no_events_is_told_in_a_line(read, name, content, told):
    """Where it fails with the line of its own, not of a library's file that has its name, as `frame` has."""
    with pytest.raises(UserError, match=rf"^{name}\.py: {re.escape(told)}") as ended:
        read(name, content)
    assert "\n" not in str(ended.value)


def test_what_a_module_says_itself_is_told_as_it_is(read):
    with pytest.raises(UserError, match=r"^mine: gone$"):
        read("reader_speaks", "from study.errors import UserError\ndef read():\n    raise UserError('mine: gone')\n")


def test_what_the_machine_refuses_a_module_is_no_mistake_of_its_own(read):
    with pytest.raises(OSError, match="No space left"):
        read("reader_full", "def read():\n    raise OSError(28, 'No space left')\n")


def test_a_module_is_read_from_this_folder_alone(tmp_path, monkeypatch):
    (tmp_path / "reader.py").write_text(NO_TABLE, encoding="utf-8")
    (tmp_path / "below").mkdir()
    monkeypatch.chdir(tmp_path / "below")

    for path in (tmp_path / "reader.py", "../reader.py"):
        with pytest.raises(UserError, match=r"reader\.py: a module is read from this folder alone"):
            read_source(spec(path))
