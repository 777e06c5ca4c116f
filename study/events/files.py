"""Files of events as tables: Parquet, CSV, JSON Lines; what is in them is for others to judge."""

import codecs
import json
import os
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from fnmatch import fnmatchcase
from pathlib import Path, PurePath

import polars as pl

from study.errors import UserError, choices
from study.events.fields import opened, ragged, refuse_ragged, separator_of

SUFFIXES = (".parquet", ".csv", ".tsv", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")
Names = Callable[[], Collection[str]]


def files_of(source: Path, pattern: str) -> list[Path]:
    """The files that a source stands for: itself, or those in a folder that match, at any depth, sorted by name.

    Raises:
        UserError: there is none, or one whose name does not say what it is.
    """
    if source.is_dir():
        found = matching(source, pattern)
        if not found:
            raise UserError(f"{source}: no file in this folder matches '{pattern}' (snapshot.files)")
    elif source.is_file():
        found = [source]
    else:
        raise UserError(
            f"params.yaml: snapshot.source: there is no file or folder '{source}'; give the path of the log"
        )
    rest = "; move it elsewhere, or let snapshot.files choose what is read of the folder" * source.is_dir()
    for path in found:
        if not path.name.lower().endswith(SUFFIXES):
            raise UserError(f"{path}: its name does not say what it is; known: {', '.join(SUFFIXES)}{rest}")
    return found


def refuse_absent(path: Path, command: str) -> None:
    """Whether the log is there that a command was given.

    Raises:
        UserError: it is not; names the command.
    """
    if not path.exists():
        raise UserError(f"{command}: there is no file or folder '{path}'; give the path of the log")


def matching(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder that match, at any depth, sorted by name; none that is hidden, or lies in what is.

    A folder or a file that is a link is as good; a file that several names lead to is taken once.

    Raises:
        UserError: a folder in it cannot be read, or a link that matches leads nowhere.
    """
    if not folder.is_dir():
        return []
    root, wanted = Path(os.path.realpath(folder)), ["**", *PurePath(pattern).parts]
    found: dict[str, Path] = {}
    for path in sorted(_below(folder, frozenset())):
        name = path.relative_to(folder)
        if not _matches(name.parts, wanted):
            continue
        if not path.exists():
            raise UserError(f"{path}: is a link that leads nowhere; mend it, or take it out of the log")
        own = os.path.realpath(path)
        if own not in found or own == str(root / name):
            found[own] = path
    return sorted(found.values())


def _below(folder: Path, around: frozenset[str]) -> Iterator[Path]:
    """The files and the broken links in a folder and in those inside it; a link to one around it leads to none.

    Args:
        around: the folders that it lies in, as they are without links.
    """
    own = os.path.realpath(folder)
    if own in around:
        return
    try:
        shown = [path for path in folder.iterdir() if not path.name.startswith((".", "_"))]
        folders = [path for path in shown if path.is_dir()]
        yield from (path for path in shown if path.is_file() or (path.is_symlink() and not path.exists()))
    except OSError as error:
        how = "make it readable for you, or move it out of the log"
        raise UserError(f"{folder}: this folder cannot be read: {error.strerror}; {how}") from None
    for inner in folders:
        yield from _below(inner, around | {own})


def _matches(name: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether the parts of a path match those of a pattern, of which `**` stands for any number of folders."""
    if not pattern:
        return not name
    if pattern[0] == "**":
        return any(_matches(name[skipped:], pattern[1:]) for skipped in range(len(name) + 1))
    return bool(name) and fnmatchcase(name[0], pattern[0]) and _matches(name[1:], pattern[1:])


def read_file(
    path: Path, columns: list[str] | None, rows: int | None = None, elsewhere: Names = frozenset
) -> pl.DataFrame:
    """The columns of a file, in the order of its rows; those of CSV as text.

    Args:
        columns: which ones; None for all.
        rows: only so many from the beginning; all by default.
        elsewhere: the columns that other files of the log have: one that no line of JSON Lines has is empty then, as it
            is in a line without it.

    Raises:
        UserError: it cannot be read, or lacks one of them; names the file, and the row where there is one.
    """
    with _told(path):
        table = _scanned(path, rows)
        if columns is None:
            return table.collect()
        has = table.collect_schema().names()
        absent = [name for name in columns if name not in has] if is_json(path) else []
        empty = [name for name in absent if name in elsewhere()]
        has_columns([*has, *empty], columns, path)
        return table.with_columns(pl.lit(None).alias(name) for name in empty).select(columns).collect()


def read_pieces(path: Path, columns: list[str], rows: int, elsewhere: Names = frozenset) -> Iterator[pl.DataFrame]:
    """The columns of a file, at most so many rows at a time; JSON Lines at once, since a late line may add a kind.

    Args:
        elsewhere: as of `read_file`.

    Raises:
        UserError: as `read_file`, when the place is reached.
    """
    if is_json(path):
        yield read_file(path, columns, elsewhere=elsewhere)
        return
    with _told(path):
        table = _scanned(path)
        has_columns(table.collect_schema().names(), columns, path)
        yield from table.select(columns).collect_batches(chunk_size=rows, lazy=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong with a file ends in a line that says where."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {_fault(path, error)}") from None


def _scanned(path: Path, rows: int | None = None) -> pl.LazyFrame:
    if path.name.lower().removesuffix(".gz").endswith(".parquet"):
        # Text that the writer has numbered, as pandas does its categories, is text in any other file.
        table = pl.scan_parquet(path, glob=False).with_columns(pl.col(pl.Categorical, pl.Enum).cast(pl.String))
    elif _is_csv(path):
        table = pl.scan_csv(path, infer_schema=False, separator=separator_of(path), glob=False)
        names = table.collect_schema().names()
        _refuse_twice(names, path)
        refuse_ragged(path, len(names), rows)
        # Polars leaves a quote in a name as it is written, twice; one in a value it does not.
        table = table.rename({name: name.replace('""', '"') for name in names if '""' in name})
    else:
        table = pl.read_ndjson(opened(path).read().removeprefix(codecs.BOM_UTF8), infer_schema_length=None).lazy()
    return table if rows is None else table.head(rows)


def _is_csv(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))


def is_json(path: Path) -> bool:
    """Whether a file is one of JSON Lines, of which a line may lack a column."""
    return path.name.lower().removesuffix(".gz").endswith((".jsonl", ".ndjson"))


def _refuse_twice(names: list[str], path: Path) -> None:
    """Polars gives a column that stands twice a name of its own."""
    for name in names:
        first, found, number = name.rpartition("_duplicated_")
        if found and number.isdigit() and first in names:
            raise UserError(f"{path}: column '{first}' stands twice in the header; rename one")


def has_columns(has: list[str], wanted: list[str], place: Path) -> None:
    """Whether all columns are there.

    Raises:
        UserError: one is not.
    """
    missing = next((name for name in wanted if name not in has), None)
    if missing is None:
        return
    how = choices(missing, has, "the file has")
    if missing in in_folders(place):
        how = "it stands in the name of a folder alone, which is not read: write it into the files as a column"
    raise UserError(f"{place}: column '{missing}' is missing; {how}")


def in_folders(path: Path) -> dict[str, Path]:
    """The folders around a file that are named `column=value`, as those of a partitioned data set, by the column."""
    named = {folder: folder.name.partition("=") for folder in path.parents}
    return {column: folder for folder, (column, equals, value) in named.items() if column and equals and value}


def _fault(path: Path, error: Exception) -> str:
    """What is wrong with a file, with the row where it can be found."""
    first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
    if path.stat().st_size == 0:
        return "the file is empty"
    if path.name.lower().endswith(".parquet"):
        return f"cannot be read as Parquet, perhaps it is cut short: {first_line}"
    try:
        return _fault_of_text(path) or f"cannot be read: {first_line}"
    except (OSError, EOFError, zlib.error):
        return f"cannot be read, perhaps it is cut short or damaged: {first_line}"


def _fault_of_text(path: Path) -> str | None:
    is_csv = _is_csv(path)
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f"line {number} is no UTF-8; save the file as UTF-8"
            if not is_csv and line.strip() and (fault := _no_object(line)):
                return f"line {number} {fault}"
    return ragged(path) if is_csv else None


def _no_object(line: bytes) -> str | None:
    """Why a line is no JSON object; None where it is one."""
    others: list[str] = []
    try:
        is_object = isinstance(json.loads(line, parse_constant=others.append), dict)
    except json.JSONDecodeError:
        is_object = False
    if not is_object:
        return f"is no JSON object: {line.decode('utf-8-sig')[:60].strip()}"
    return f"has {others[0]}, which JSON does not know; write null there" if others else None
