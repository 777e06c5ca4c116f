"""Files of events as tables: Parquet, CSV, JSON Lines; what is in them is for others to judge."""

import csv
import gzip
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, cast

import polars as pl

from study.errors import UserError, choices

SEPARATORS = (",", ";", "\t", "|")
LONGEST_FIELD = 1 << 30
UTF16 = (b"\xff\xfe", b"\xfe\xff")
SUFFIXES = (".parquet", ".csv", ".tsv", ".csv.gz", ".tsv.gz", ".jsonl", ".ndjson", ".jsonl.gz", ".ndjson.gz")


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
    for path in found:
        if not path.name.lower().endswith(SUFFIXES):
            raise UserError(f"{path}: its name does not say what it is; known: {', '.join(SUFFIXES)}")
    return found


def refuse_absent(path: Path, command: str) -> None:
    """Whether the log is there that a command was given.

    Raises:
        UserError: it is not; names the command.
    """
    if not path.exists():
        raise UserError(f"{command}: there is no file or folder '{path}'; give the path of the log")


def matching(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder that match, at any depth, sorted by name; none that is hidden, or lies in what is."""

    def is_hidden(path: Path) -> bool:
        return any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)

    return sorted(path for path in folder.rglob(pattern) if path.is_file() and not is_hidden(path))


def read_file(path: Path, columns: list[str] | None, rows: int | None = None) -> pl.DataFrame:
    """The columns of a file, in the order of its rows; those of CSV as text.

    Args:
        columns: which ones; None for all.
        rows: only so many from the beginning; all by default.

    Raises:
        UserError: it cannot be read, or lacks one of them; names the file, and the row where there is one.
    """
    with _told(path):
        table = _scanned(path)
        if rows is not None:
            table = table.head(rows)
        else:
            _refuse_short(path, table)
        if columns is None:
            return table.collect()
        has_columns(table.collect_schema().names(), columns, path)
        return table.select(columns).collect()


def read_pieces(path: Path, columns: list[str], rows: int) -> Iterator[pl.DataFrame]:
    """The columns of a file, at most so many rows at a time; JSON Lines at once, since a late line may add a kind.

    Raises:
        UserError: as `read_file`, when the place is reached.
    """
    if not path.name.lower().removesuffix(".gz").endswith((".parquet", ".csv", ".tsv")):
        yield read_file(path, columns)
        return
    with _told(path):
        table = _scanned(path)
        _refuse_short(path, table)
        has_columns(table.collect_schema().names(), columns, path)
        yield from table.select(columns).collect_batches(chunk_size=rows, lazy=True)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What goes wrong with a file ends in a line that says where."""
    try:
        yield
    except (pl.exceptions.PolarsError, OSError, EOFError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: {_fault(path, error)}") from None


def _scanned(path: Path) -> pl.LazyFrame:
    if path.name.lower().removesuffix(".gz").endswith(".parquet"):
        return pl.scan_parquet(path, glob=False)
    if _is_csv(path):
        table = pl.scan_csv(path, infer_schema=False, separator=_separator(path), glob=False)
        _refuse_twice(table.collect_schema().names(), path)
        return table
    return pl.read_ndjson(_opened(path).read(), infer_schema_length=None).lazy()


def _is_csv(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith((".csv", ".tsv"))


def _refuse_short(path: Path, table: pl.LazyFrame) -> None:
    """Polars fills a row of CSV that ends too early with nothing, as if the rest had been empty.

    Separators are counted line by line; the file is read row by row where a line has too few, or its quotes go on.
    """
    if not _is_csv(path):
        return
    line = pl.col("line")
    found = line.str.replace_all(r'"[^"]*"', "").str.count_matches(_separator(path), literal=True) + 1
    goes_on = line.str.count_matches('"', literal=True) % 2 == 1
    is_doubted = (found < len(table.collect_schema())) | goes_on
    has_doubted = pl.scan_lines(path, glob=False).select(is_doubted.any()).collect(engine="streaming").item()
    if has_doubted and (fault := _ragged(path)):
        raise UserError(f"{path}: {fault}")


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
    missing = [name for name in wanted if name not in has]
    if missing:
        raise UserError(f"{place}: column '{missing[0]}' is missing; {choices(missing[0], has, 'the file has')}")


def _opened(path: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def _separator(path: Path) -> str:
    """The one that stands most often in the first line."""
    with _opened(path) as file:
        head = file.readline()
    if head.startswith(UTF16):
        raise UserError(f"{path}: the file is UTF-16; save it as UTF-8")
    return max(SEPARATORS, key=lambda separator: head.count(separator.encode()))


def _fault(path: Path, error: Exception) -> str:
    """What is wrong with a file, with the row where it can be found."""
    first_line = str(error).splitlines()[0] if str(error) else type(error).__name__
    if path.stat().st_size == 0:
        return "the file is empty"
    if path.name.lower().endswith(".parquet"):
        return f"cannot be read as Parquet, perhaps it is cut short: {first_line}"
    try:
        return _fault_of_text(path) or f"cannot be read: {first_line}"
    except (OSError, EOFError):
        return f"cannot be read, perhaps it is cut short: {first_line}"


def _fault_of_text(path: Path) -> str | None:
    is_csv = _is_csv(path)
    with _opened(path) as file:
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                return f"line {number} is no UTF-8; save the file as UTF-8"
            if not is_csv and line.strip() and not _is_object(line):
                return f"line {number} is no JSON object: {line.decode()[:60].strip()}"
    return _ragged(path) if is_csv else None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except json.JSONDecodeError:
        return False


def _ragged(path: Path) -> str | None:
    """The first row of CSV with more or fewer fields than the header, or with a quote that does not end well."""
    csv.field_size_limit(LONGEST_FIELD)
    with _opened(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="\n")
        rows = csv.reader((line.replace("\r", "") for line in text), delimiter=_separator(path), strict=True)
        number, width = 0, 0
        try:
            width = len(next(filter(None, rows), []))
            for number, row in enumerate(rows, start=1):
                if len(row) != width:
                    return f"row {number} has {len(row)} fields, but the header names {width} columns; mend the file"
        except csv.Error as error:
            return f"row {number + 1}: {error}; mend the file"
    return None
