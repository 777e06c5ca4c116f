"""The rows of a CSV file: whether each has the fields that the header names."""

import csv
import gzip
import io
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import dropwhile, islice
from operator import not_
from pathlib import Path
from typing import IO, cast

import polars as pl

from study.errors import UserError
from study.events.attributes import shown

SEPARATORS = (",", ";", "\t", "|")
LONGEST_FIELD = 1 << 30
UTF16 = (b"\xff\xfe", b"\xfe\xff")


def opened(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked."""
    return cast("IO[bytes]", gzip.open(path)) if path.suffix.lower() == ".gz" else path.open("rb")


def separator_of(path: Path) -> str:
    """The separator that stands most often in the first line, outside of quotes.

    Raises:
        UserError: the file is UTF-16, or its lines end as on an old Mac.
    """
    with opened(path) as file:
        head = file.readline()
    if head.startswith(UTF16):
        raise UserError(f"{path}: the file is UTF-16; save it as UTF-8")
    bare = re.sub(rb'"[^"]*"', b"", head)
    if b"\r" in bare.rstrip(b"\r\n"):
        raise UserError(
            f"{path}: the lines end as on an old Mac, in \\r alone; save the file with lines that end in \\n"
        )
    return max(SEPARATORS, key=lambda separator: bare.count(separator.encode()))


def refuse_ragged(path: Path, width: int, rows: int | None) -> None:
    """Whether every row has as many fields as the header, and quotes only where they cannot be taken for others.

    Polars fills a row that ends too early with nothing, as if the rest had been empty. Where it reads but some of the
    columns, it also takes a row that goes on, and the lines between two stray quotes for a single one. So lines are
    looked at one by one, and the file is read row by row where one is doubted.

    Args:
        width: fields of the header.
        rows: so many from the beginning are looked at; None for all.

    Raises:
        UserError: one is of another form; names the file and the row.
    """
    if fault := _fault_of_rows(path, width, rows, path.stat().st_mtime_ns):
        raise UserError(f"{path}: {fault}")


@lru_cache(maxsize=10_000)
def _fault_of_rows(path: Path, width: int, rows: int | None, _changed: int) -> str | None:
    """What `ragged` says of a file in which a line is doubted; kept, since one may be read column by column."""
    lines = pl.scan_lines(path, glob=False)
    lines = lines if rows is None else lines.head(rows + 1)
    has_doubted = lines.select(_is_doubted(separator_of(path), width).any()).collect(engine="streaming").item()
    return ragged(path, rows) if has_doubted else None


def _is_doubted(separator: str, width: int) -> pl.Expr:
    """Whether a line is no whole row of so many fields, each in quotes, without any, or with pairs of them inside."""
    line, other = pl.col("line"), f'[^"{separator}]'
    field = f'(?:"(?:[^"]|"")*"|{other}+(?:"{other}*"{other}*)*|)'
    is_well_formed = line.str.contains(f"^{field}(?:{re.escape(separator)}{field})*\\r?$")
    found = line.str.replace_all(r'"[^"]*"', "").str.count_matches(separator, literal=True) + 1
    plain = line.str.count_matches(separator, literal=True) + 1
    has_quote = line.str.contains('"', literal=True)
    return pl.when(has_quote).then(~is_well_formed | (found != width)).otherwise(plain != width)


def ragged(path: Path, most: int | None = None) -> str | None:
    """What is wrong with the first row that has more or fewer fields than the header, or a quote in a wrong place.

    Args:
        most: so many rows from the beginning are read; None for all.
    """
    csv.field_size_limit(LONGEST_FIELD)
    separator = separator_of(path)
    with opened(path) as file:
        lines: list[str] = []
        text = _noted(io.TextIOWrapper(file, encoding="utf-8-sig", newline="\n"), lines)
        rows = dropwhile(not_, csv.reader(text, delimiter=separator, strict=True))
        number, width = -1, 0
        try:
            for number, row in enumerate(islice(rows, None if most is None else most + 1)):
                width = width or len(row)
                if len(row) != width:
                    return f"row {number} has {len(row)} fields, but the header names {width} columns; mend the file"
                if '"' in "".join(row) and (stray := _stray(row, "".join(lines), separator)):
                    return (
                        f"row {number or 'of the header'}: a quote stands inside '{shown(stray)}', which is not in "
                        "quotes; put the whole field into quotes and write the inner one twice, or take it out"
                    )
                lines.clear()
        except csv.Error as error:
            return f"row {number + 1 or 'of the header'}: {error}; mend the file"
    return None


def _noted(text: Iterable[str], lines: list[str]) -> Iterator[str]:
    """The lines of a file, each of which is noted."""
    for line in text:
        lines.append(line.replace("\r", ""))
        yield lines[-1]


def _stray(row: list[str], written: str, separator: str) -> str | None:
    """The first field of a row that is not in quotes and has a quote without another one to it."""
    if not any(field.count('"') % 2 for field in row):
        return None
    bare = re.sub(rf'(^|{re.escape(separator)})"[^"]*(?:""[^"]*)*"', r"\1", written.strip("\n"))
    return next((field for field in bare.split(separator) if field.count('"') % 2), None)
