"""A log may come as Parquet, CSV or JSON Lines, whole or in parts; what is wrong with it is one line with its place."""

import gzip
import io
import re
from datetime import UTC, datetime

import polars as pl
import pytest

from study.errors import UserError
from study.events.read import read_source
from study.params.snapshot import Snapshot

HEAD = "user_id,timestamp,event_type,price,words,size\n"
KINDS = {
    "price": "numeric",
    "words": {"kind": "list", "items": 2},
    "size": {"kind": "ordinal", "order": ["S", "M", "L"]},
    "hour": {"kind": "part", "part": "hour"},
}


def spec(path, **changes) -> Snapshot:
    whole = {"name": "s", "source": str(path), "timezone": "Europe/Berlin", "attributes": KINDS}
    return Snapshot.model_validate(whole | changes)


@pytest.fixture
def read(tmp_path):
    def make(name: str, content: str | bytes, **changes) -> pl.DataFrame:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_source(spec(path, **changes))

    return make


ROWS = HEAD + "1,2024-01-01T10:00:00+01:00,buy,3.5,hello big world,M\n2,2024-01-02T00:30:00Z,view,,,\n"
OBJECTS = (
    '{"user_id": 1, "timestamp": 1704099600, "event_type": "buy", "price": 3.5, "words": ["hello", "big"], '
    '"size": "M"}\n'
    '{"user_id": 2, "timestamp": 1704155400, "event_type": "view"}\n'
)
FORMS = {
    "log.csv": ROWS.encode(),
    "log.csv.gz": gzip.compress(ROWS.encode()),
    "bom.csv": b"\xef\xbb\xbf" + ROWS.encode(),
    "windows.csv": ROWS.replace("\n", "\r\n").encode(),
    "log.tsv": ROWS.replace(",", "\t").encode(),
    "semicolons.csv": ROWS.replace(",", ";").encode(),
    "log.jsonl": OBJECTS.encode(),
    "bom.jsonl": b"\xef\xbb\xbf" + OBJECTS.encode(),
    "log.ndjson.gz": gzip.compress(OBJECTS.encode()),
}


@pytest.mark.parametrize("name", FORMS)
def test_every_form_of_a_log_becomes_the_same_events(name, read):
    events = read(name, FORMS[name])

    assert ["1", "2"] == events["user_id"].to_list()
    assert [datetime(2024, 1, 1, 9, tzinfo=UTC), datetime(2024, 1, 2, 0, 30, tzinfo=UTC)] == events[
        "timestamp"
    ].to_list()
    assert [3.5, None] == events["price"].to_list()
    assert [["hello", None], ["big", None]] == [events["words.1"].to_list(), events["words.2"].to_list()]
    assert [1.0, None] == events["size"].to_list()
    assert ["10", "01"] == events["hour"].to_list()


def test_a_folder_is_read_whole_or_by_a_pattern(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a/1.csv").write_text(ROWS)
    (tmp_path / "2.csv").write_text(HEAD + "x1,2024-01-03,buy,1,,\n")
    (tmp_path / "3.csv").write_text(HEAD)
    for hidden in (".ipynb_checkpoints", "_temporary/0"):
        (tmp_path / hidden).mkdir(parents=True)
        (tmp_path / hidden / "1.csv").write_text(ROWS)

    assert ["x1", "1", "2"] == read_source(spec(tmp_path))["user_id"].to_list()
    assert ["x1"] == read_source(spec(tmp_path, files="2*.csv"))["user_id"].to_list()
    with pytest.raises(UserError, match=r"no file in this folder matches '\*\.parquet'"):
        read_source(spec(tmp_path, files="*.parquet"))


@pytest.mark.parametrize("kind", [pl.Categorical(), pl.Enum(["0.5", "2", "a", "b", "2024-01-01", "2024-01-02"])])
def test_text_that_parquet_has_as_categories_is_read_whatever_it_tells(kind, tmp_path):
    plain = pl.DataFrame({"user_id": ["a", "b"], "timestamp": ["2024-01-01", "2024-01-02"], "price": ["0.5", "2"]})
    plain.write_parquet(tmp_path / "text.parquet")
    plain.cast(kind).write_parquet(tmp_path / "categories.parquet")
    asked = {"columns": {"event_type": None}, "attributes": {"price": "numeric"}}
    text, categories = (read_source(spec(tmp_path / f"{name}.parquet", **asked)) for name in ("text", "categories"))

    assert [0.5, 2.0] == categories["price"].to_list()
    assert text.equals(categories)


def test_a_user_id_that_changes_its_type_from_file_to_file_stays_one(tmp_path):
    frame = pl.DataFrame({"user_id": [7], "timestamp": [datetime(2024, 1, 1)], "event_type": ["buy"], "price": [1]})
    for number, kind in enumerate([pl.Int64, pl.Float64, pl.String]):
        frame.with_columns(pl.col("user_id").cast(pl.Int64).cast(kind)).write_parquet(tmp_path / f"{number}.parquet")

    events = read_source(spec(tmp_path, attributes={"price": "numeric"}))

    assert ["7", "7", "7"] == events["user_id"].to_list()


def test_columns_may_have_other_names_and_an_event_type_may_be_missing(read):
    columns = {
        "user": "u",
        "time": "when",
        "event_type": None,
        "time_format": "%d.%m.%Y %H:%M",
        "zone": "Europe/Berlin",
    }
    events = read("log.csv", "u,when,price\n7,03.07.2024 10:00,2\n", columns=columns, attributes={"price": "numeric"})

    assert [("7", datetime(2024, 7, 3, 8, tzinfo=UTC), "event", 2.0)] == events.rows()


def test_a_quote_in_the_name_of_a_column_is_one_as_in_a_value(read):
    rows = 'user_id,timestamp,event_type,"the ""big"" one"\n1,2024-01-01,buy,"a ""b"" c"\n'

    assert ['a "b" c'] == read("log.csv", rows, attributes={'the "big" one': "categorical"})['the "big" one'].to_list()


def test_foreign_text_passes_unchanged(read):
    values = ["😀", "שלום", "<script>", "a'b", 'say "hi"', "a,b", "new\nline", "x" * 100_000]
    quoted = "".join('1,2024-01-01,buy,,"{}",\n'.format(v.replace('"', '""')) for v in values)
    events = read("log.csv", HEAD + quoted, attributes={"words": "categorical"})

    assert values == events["words"].to_list()


def test_what_looks_like_a_short_row_and_is_none_is_read(read):
    rows = '1,2024-01-01,b\ruy,1,,\r\n2,2024-01-01,buy,2,"one\ntwo",\r\n3,2024-01-01,buy,3,4 pipes,\r\n'
    events = read("log.csv", "\n" + HEAD + rows, attributes={"words": "categorical"})

    assert [None, "one\ntwo", "4 pipes"] == events["words"].to_list()


def test_a_list_may_be_written_as_json_or_divided_by_a_separator(read):
    rows = '1,2024-01-01,buy,,"[""a b"", ""c"", """"]",\n1,2024-01-01,buy,,a b|c,\n1,2024-01-01,buy,,|,\n'
    events = read("log.csv", HEAD + rows, attributes={"words": {"kind": "list", "items": 3, "separator": "|"}})

    assert [("a b", "c", None), ("a b", "c", None), (None, None, None)] == events.select("^words.*$").rows()


@pytest.mark.parametrize("dtype", [pl.List(pl.Float64), pl.List(pl.Float32), pl.Array(pl.Float64, 3)])
def test_numbers_of_a_list_are_written_as_those_of_a_column_are(dtype, tmp_path):
    words = pl.Series([[7.0, 2.5, float("nan")], [None, 1.0, 2.0]], dtype=dtype)
    log = pl.DataFrame({"user_id": ["1", "1"], "timestamp": ["2024-01-01"] * 2, "words": words})
    log.write_parquet(tmp_path / "log.parquet")
    attributes = {"words": {"kind": "list", "items": 3}}
    events = read_source(spec(tmp_path, columns={"event_type": None}, attributes=attributes))

    assert [("7", "2.5", None), ("1", "2", None)] == events.select("^words.*$").rows()


def test_a_user_id_is_one_with_a_fraction_and_without_and_text_of_an_attribute_is_as_it_is_written(read):
    rows = "".join(f"{user},2024-01-01,buy,,1.0,\n" for user in ("7", "7.0", "-7.00", "7.01", "v7.0"))
    events = read("log.csv", HEAD + rows)

    assert ["7", "7", "-7", "7.01", "v7.0"] == events["user_id"].to_list()
    assert {"1.0"} == set(events["words.1"])


FAULTS = {
    "no events in it": ("log.csv", HEAD),
    "the file is empty": ("log.csv", b""),
    "column 'size' is missing; the file has: user_id": ("log.csv", HEAD.replace(",size", "") + "1,2024-01-01,buy,1,\n"),
    "column 'price', row 2: 'cheap' is no number": ("log.csv", HEAD + "1,2024-01-01,b,1,,\n1,2024-01-01,b,cheap,,\n"),
    "column 'price', row 1: 'inf' is infinite": ("log.csv", HEAD + "1,2024-01-01,buy,inf,,\n"),
    "column 'size', row 1: 'XL' is not in its order: S, M, L": ("log.csv", HEAD + "1,2024-01-01,buy,1,,XL\n"),
    "column 'timestamp', row 1: 'yesterday' is no time": ("log.csv", HEAD + "1,yesterday,buy,1,,\n"),
    "column 'timestamp', row 3: 'soon' is no number since 1970": (
        "log.csv",
        HEAD + "1,1719792000,b,1,,\n1,1719792001,b,1,,\n1,soon,b,1,,\n",
    ),
    "column 'timestamp', row 2: '1719792000' is of another unit than '1719792001000' in row 3, or of 1970": (
        "log.csv",
        HEAD + "1,1719792000000,b,1,,\n1,1719792000,b,1,,\n1,1719792001000,b,1,,\n",
    ),
    "column 'timestamp', row 1: '1719792000' is of another unit than '1719792000000000000' in row 2": (
        "log.jsonl",
        '{"user_id": 1, "timestamp": 1719792000, "event_type": "b", "price": 1, "words": [], "size": "M"}\n'
        '{"user_id": 1, "timestamp": 1719792000000000000, "event_type": "b"}\n',
    ),
    "row 2: unexpected end of data": ("log.csv", HEAD + '1,2024-01-01,b,1,,\n1,2024-01-01,b,1,"Buy now,M\n'),
    "column 'timestamp', row 1: '0001-01-01' is no time between": ("log.csv", HEAD + "1,0001-01-01,buy,1,,\n"),
    "column 'timestamp', row 2: '2024-01-01 00:00' has no zone, but others have one, such as '2024-01-01T00:00Z'": (
        "log.csv",
        HEAD + "1,2024-01-01T00:00Z,buy,1,,\n1,2024-01-01 00:00,buy,1,,\n",
    ),
    "column 'timestamp' is empty in row 1": ("log.csv", HEAD + "1,,buy,1,,\n"),
    "column 'user_id' is empty in row 2": ("log.csv", HEAD + "1,2024-01-01,buy,1,,\n,2024-01-01,buy,1,,\n"),
    "column 'words', row 1: '\\[\"a\"' begins like a JSON array": ("log.csv", HEAD + '1,2024-01-01,buy,1,"[""a""",\n'),
    "column 'a' stands twice in the header; rename one": ("log.csv", "a,b,a\n1,2,3\n"),
    "row 2 has 7 fields, but the header names 6": ("log.csv", HEAD + "1,2024-01-01,b,1,,\n1,2024-01-01,b,1,,,9\n"),
    "row 2 has 3 fields, but the header names 6": ("log.csv", HEAD + "1,2024-01-01,b,1,,\n1,2024-01-01,b\n"),
    "row 1 has 5 fields, but the header names 6": ("log.csv", HEAD + '1,2024-01-01,b,"1,5",\n'),
    "row 2 has 5 fields": ("log.csv", HEAD + '1,2024-01-01,b,1,,\n1,2024-01-01,b,1,"a, b,\nc, d, e, f"\n'),
    "row 2 has 3 fields": ("log.tsv", (HEAD + '1,2024-01-01,b,1,,\n"1","2024-01-01","b"\n').replace(",", "\t")),
    "row 2 has 0 fields": ("log.csv", HEAD + "1,2024-01-01,b,1,,\n\n"),
    "row 3 has 4 fields": ("log.csv", HEAD + '1,2024-01-01,b,1,"two\nlines",\n1,2024-01-01,b,1,,\n1,2024-01-01,b,1\n'),
    "line 2 is no UTF-8": ("log.csv", HEAD.encode() + b"1,2024-01-01,b\xff,1,,\n"),
    "the file is UTF-16": ("log.csv", HEAD.encode("utf-16")),
    'line 2 is no JSON object: {"user_id":': ("log.jsonl", '{"user_id": 1, "timestamp": 1}\n{"user_id":\n'),
    'line 1 is no JSON object: {"user_id"': ("bom.jsonl", b'\xef\xbb\xbf{"user_id"\n'),
    "line 2 has NaN, which JSON does not know; write null": (
        "log.jsonl",
        '{"user_id": 1, "timestamp": 1}\n{"user_id": 1, "timestamp": 1, "event_type": "b", "price": NaN}\n',
    ),
    "cut short": ("log.parquet", b"PAR1 and nothing else PAR1"),
    "its name does not say what it is": ("log.txt", HEAD),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_in_one_line_that_names_its_place(fault, read):
    name, content = FAULTS[fault]
    with pytest.raises(UserError, match=fault) as raised:
        read(name, content)

    assert name in str(raised.value)
    assert 1 == len(str(raised.value).splitlines())


def test_a_gzip_that_is_cut_short_is_named(read):
    with pytest.raises(UserError, match=r"log\.csv\.gz: cannot be read, perhaps it is cut short"):
        read("log.csv.gz", gzip.compress(ROWS.encode() * 100)[:-30])


@pytest.mark.parametrize("name", ["log.csv.gz", "log.jsonl.gz"])
def test_a_gzip_that_is_damaged_is_named_wherever_it_is(read, name):
    whole = gzip.compress((ROWS if "csv" in name else '{"user_id": 1}\n').encode() * 100)
    for place in range(10, len(whole), 3):
        damaged = whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :]
        with pytest.raises(UserError, match=re.escape(f"{name}: ")) as raised:
            read(name, damaged)
        assert 1 == len(str(raised.value).splitlines())


def test_a_parquet_of_other_types_is_named(tmp_path):
    frame = pl.read_csv(io.StringIO(ROWS)).with_columns(price=pl.lit(True).implode())
    frame.write_parquet(tmp_path / "log.parquet")

    with pytest.raises(UserError, match=r"log\.parquet: column 'price' holds List\(Boolean\), no numbers"):
        read_source(spec(tmp_path / "log.parquet"))


def test_the_order_of_rows_and_the_type_of_a_file_do_not_change_the_events(tmp_path):
    (tmp_path / "a.csv").write_text(ROWS)
    lines = ROWS.splitlines(keepends=True)
    (tmp_path / "b.csv").write_text(lines[0] + lines[2] + lines[1])

    one, other = (read_source(spec(tmp_path / name)).sort("user_id") for name in ("a.csv", "b.csv"))

    assert one.equals(other)


def test_items_of_a_list_that_are_lists_or_objects_are_taken_as_their_json(read, tmp_path):
    """The same whether the list is one of Parquet or text; an item that is missing or empty is none."""
    text = ['[{"a": "é"}, [1, null], "", null, "x"]', "[[]]", '["y", {}]', "plain words"]
    log = pl.DataFrame({"user_id": list("abcd"), "timestamp": datetime(2024, 1, 1, tzinfo=UTC), "event_type": "buy"})
    log = log.with_columns(price=1.0, size=pl.lit("M"), words=pl.Series(text))
    told = [('{"a": "é"}', "[1, null]"), ("[]", None), ("y", "{}"), ("plain", "words")]
    log.write_parquet(tmp_path / "text.parquet")
    assert told == read_source(spec(tmp_path / "text.parquet")).select("words.1", "words.2").rows()

    nested = log.with_columns(words=pl.Series([[["p", None], []], [None, ["q"]], None, []]))
    nested.write_parquet(tmp_path / "nested.parquet")
    found = read_source(spec(tmp_path / "nested.parquet")).select("words.1", "words.2").rows()
    assert [('["p", null]', "[]"), ('["q"]', None), (None, None), (None, None)] == found


def test_values_that_hold_times_are_text(tmp_path):
    whole = {"user_id": ["a"], "timestamp": [datetime(2024, 1, 1, tzinfo=UTC)], "event_type": ["buy"], "price": [1.0]}
    log = pl.DataFrame(whole | {"size": ["M"], "words": [["x"]], "seen": [[[datetime(2024, 1, 1)]]]})
    log.write_parquet(tmp_path / "log.parquet")

    events = read_source(spec(tmp_path / "log.parquet", attributes=KINDS | {"seen": {"kind": "list"}}))
    assert ['["2024-01-01 00:00:00"]'] == events["seen.1"].to_list()


def test_objects_of_numbers_are_no_numbers(tmp_path):
    frame = pl.read_csv(io.StringIO(ROWS)).with_columns(price=pl.struct(cents=pl.lit(5), euros=pl.lit(1)))
    frame.write_parquet(tmp_path / "log.parquet")

    with pytest.raises(UserError, match=r"log\.parquet: column 'price' holds Struct\(.*, no numbers"):
        read_source(spec(tmp_path / "log.parquet"))
