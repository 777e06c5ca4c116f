"""Every row of CSV has the fields of the header and whole fields in quotes, whichever columns are read."""

import gzip
import os

import polars as pl
import pytest

from study.errors import UserError
from study.events.files import read_file, read_pieces

HEAD = "user,time,item,note\n"
FAULTS = {
    "row 1 has 5 fields, but the header names 4 columns": "1,2024,x,n,\n2,2024,y,n\n",
    "row 2 has 5 fields, but the header names 4 columns": '1,2024,x,"n, o"\n2,2024,"y",n,o\n3,2024,z,n\n',
    "row 2: a quote stands inside '5\" disk', which is not in quotes": (
        '1,2024,x,"2"" disk"\n2,2024,y,5" disk\n3,2024,z,-\n4,2024,x,7" disk\n'
    ),
    "row 1: unexpected end of data": '1,2024,x","n\n',
    "row 1 has 5 fields, but the header names 4": '1,5",7",n,n\n2,2024,x,n\n',
    "row 2: a quote stands inside ' \"two', which is not in quotes": '1,2024,x,"a\nb"\n2,2024,x, "two\n',
    "row 1: ',' expected after '\"'": '1,2024,x,"a"b\n',
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("columns", [["user"], ["user", "time"], ["item", "note"]])
def test_a_row_of_another_form_is_named_whatever_columns_are_read(fault, columns, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEAD + FAULTS[fault], encoding="utf-8")
    told = []
    for read in (lambda: read_file(path, columns), lambda: list(read_pieces(path, columns, 1))):
        with pytest.raises(UserError) as raised:
            read()
        told.append(str(raised.value))

    assert told[0] == told[1]
    assert told[0].startswith(f"{path}: {fault}")


def test_a_quote_in_the_header_is_named(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEAD.replace("note", 'note"') + "1,2024,x,n\n", encoding="utf-8")

    with pytest.raises(UserError, match="row of the header: a quote stands inside 'note\"'"):
        read_file(path, ["user"])


@pytest.mark.parametrize("head", ['user,"time"x,item\n', 'user,"time\n'])
def test_a_header_that_is_wrong_is_called_so(head, tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(head, encoding="utf-8")

    with pytest.raises(UserError, match=r"log\.csv: row of the header: "):
        read_file(path, None)


@pytest.mark.parametrize("name", ["log.csv", "log.tsv.gz"])
def test_the_line_ends_of_an_old_mac_are_named(name, tmp_path):
    """Its header names one column twice, since all rows would belong to it."""
    path, rows = tmp_path / name, (HEAD + "1,2024,x,2024\n" * 3).replace("\n", "\r").encode()
    path.write_bytes(gzip.compress(rows) if path.suffix == ".gz" else rows)
    told = f"{path}: the lines end as on an old Mac, in \\r alone; save the file with lines that end in \\n"

    with pytest.raises(UserError) as raised:
        read_file(path, ["user"])
    assert told == str(raised.value)


def test_the_line_end_of_an_old_mac_inside_quotes_ends_no_line(tmp_path):
    path = tmp_path / "log.csv"
    path.write_bytes(b'user,"two\rlines"\r\n1,x\r\n')

    assert [("1", "x")] == read_file(path, None).rows()


def test_separators_inside_quotes_separate_nothing(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text('"Price, net, EUR, 2024";user;time\n"1,5";a;2024\n', encoding="utf-8")

    assert [("1,5", "a", "2024")] == read_file(path, None).rows()


def test_a_file_that_has_changed_is_looked_at_again(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEAD + "1,2024,x,n\n", encoding="utf-8")
    read_file(path, ["user"])
    path.write_text(HEAD + "1,2024,x,n,\n", encoding="utf-8")
    os.utime(path, ns=(0, 0))

    with pytest.raises(UserError, match="row 1 has 5 fields"):
        read_file(path, ["user"])


def test_the_beginning_of_a_file_is_looked_at_where_no_more_is_read(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text(HEAD + "1,2024,x,n\n2,2024,y,n\n3,2024,z\n", encoding="utf-8")

    assert ["1", "2"] == read_file(path, None, 2)["user"].to_list()
    with pytest.raises(UserError, match="row 3 has 3 fields"):
        read_file(path, None, 3)


def test_quotes_that_leave_no_doubt_are_read_as_they_stand(tmp_path):
    path = tmp_path / "log.csv"
    notes = ['say "hi" now', 'x""y', '5" disk, "new"', '"', "two\nlines", 'a, ""b"", c']
    written = ['say "hi" now', 'x""y', *(f'"{note.replace(chr(34), chr(34) * 2)}"' for note in notes[2:])]
    path.write_text(HEAD + "".join(f"1,2024,x,{note}\n" for note in written), encoding="utf-8")

    for columns in (["note"], ["user", "note"]):
        found = pl.concat([read_file(path, columns), *read_pieces(path, columns, 2)])
        assert [*notes, *notes] == found["note"].to_list()
