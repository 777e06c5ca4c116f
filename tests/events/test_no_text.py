"""Bytes and other values that no text can be end in a line with their place."""

from datetime import UTC, datetime

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from study.errors import UserError
from study.events.columns import columns_of
from study.events.guess import guess
from study.events.read import read_source
from tests.events.test_sources import spec

UUID = bytes(range(240, 256))
WORDS = {"words": {"kind": "list", "items": 2}}
SIZES = {"size": {"kind": "ordinal", "order": ["S", "M"]}}


def log(**columns) -> pl.DataFrame:
    """Two events."""
    when = datetime(2024, 1, 1, tzinfo=UTC)
    return pl.DataFrame({"user_id": ["a", "b"], "timestamp": [when, when], "event_type": ["buy", "buy"]} | columns)


FAULTS = {
    "column 'user_id', row 2: 'b'.*' is no UTF-8; write the column as text": ({"user_id": [b"a", UUID]}, SIZES),
    "column 'size', row 1: 'b'.*' is no UTF-8": ({"size": [UUID, b"S"]}, SIZES),
    "column 'item', row 2: 'b'.*' is no UTF-8": ({"item": [None, UUID]}, {"item": "categorical"}),
    r"column 'item' holds Binary, no numbers; change its kind": ({"item": [None, UUID]}, {"item": "numeric"}),
    r"column 'words' holds List\(Binary\), which cannot be read as text": ({"words": [[UUID], [b"x"]]}, WORDS),
    "column 'words', row 1: 'b'.*' is no UTF-8": ({"words": [UUID, b"a b"]}, WORDS),
    "column 'words', row 2: '.*' begins like a JSON array": ({"words": ['["a"]', r'["\ud800"]']}, WORDS),
    "column 'words', row 1: '.*' begins like a JSON array, but": ({"words": [r'[{"\udfff": 1}]', "a"]}, WORDS),
    "column 'words', row 2: '\\[\\[.*' begins like a JSON array": ({"words": ["a", "[" * 100_000]}, WORDS),
    "column 'words', row 2: '\\[1.*' begins like a JSON array": ({"words": ["a", f"[{'1' * 5_000}]"]}, WORDS),
    "column 'user_id' holds objects, .* a column of its own, such as user_id.id, and name that one": (
        {"user_id": [{"plan": "free", "id": 1}, {"plan": "paid", "id": 1}]},
        SIZES,
    ),
    "column 'event_type' holds objects, and one value is needed": ({"event_type": [{"name": "buy"}] * 2}, SIZES),
    "column 'item' holds objects, .* such as item.colour": ({"item": [{"colour": "red"}] * 2}, {"item": "categorical"}),
    "column 'item' holds lists, .* may be of the kind list": ({"item": [["x"], ["y"]]}, {"item": "categorical"}),
    "column 'words' holds objects, .* such as words.colour, and": ({"words": [{"colour": "red"}] * 2}, WORDS),
    "column 'size' holds lists, and one value is needed": ({"size": [["S"], ["M"]]}, SIZES),
    "column 'timestamp' holds Binary, no times": ({"timestamp": [UUID, UUID]}, SIZES),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_no_text_ends_in_a_line(fault, tmp_path):
    columns, attributes = FAULTS[fault]
    log(**({"size": ["S", "M"]} | columns)).write_parquet(tmp_path / "log.parquet")

    with pytest.raises(UserError, match=f"log.parquet: {fault}") as raised:
        read_source(spec(tmp_path / "log.parquet", attributes=attributes))
    assert 1 == len(str(raised.value).splitlines())


def test_bytes_that_are_text_are_read_as_it(tmp_path):
    columns = {"user_id": ["é".encode(), b"7.0"], "size": [b"S", None], "words": [[b"x", b""], None]}
    log(**columns).write_parquet(tmp_path / "log.parquet")
    events = read_source(spec(tmp_path / "log.parquet", attributes=SIZES | WORDS))

    assert [("é", 0.0, "x", None), ("7", None, None, None)] == events.drop("timestamp", "event_type").rows()


def test_a_guess_leaves_out_bytes_that_are_no_text_unless_they_are_the_user():
    columns = {"user_id": [b"a", b"b"], "item": [b"x", b"y"], "request": [UUID, UUID]}
    guessed = guess(pl.concat([log(**columns)] * 30), "log.parquet")

    assert "user_id" == guessed.columns["user"]
    assert "categorical" == guessed.attributes["item"]
    assert {"request": "its values are bytes that are no text"} == guessed.left_out
    with pytest.raises(UserError, match=r"log\.parquet: column 'user_id', row 1: .* is no UTF-8"):
        guess(log(user_id=[UUID, UUID]), "log.parquet")


def test_bytes_that_are_called_like_a_user_stop_no_guess_where_another_column_is():
    guessed = guess(pl.concat([log(item=["x", "y"], device_hash=[UUID, UUID])] * 30), "log.parquet")

    assert "user_id" == guessed.columns["user"]
    assert "its values are bytes that are no text" == guessed.left_out["device_hash"]


def test_a_column_of_bytes_is_of_a_kind_of_its_own(tmp_path):
    log(item=[b"x", b"y"], request=[UUID, UUID]).write_parquet(tmp_path / "log.parquet")
    found = columns_of(tmp_path / "log.parquet", "*")

    assert found is not None
    assert ("text", "bytes") == (found["item"], found["request"])


def test_a_map_is_no_list(tmp_path):
    words = pa.array([[("colour", "red")], []], type=pa.map_(pa.string(), pa.string()))
    pq.write_table(log().to_arrow().append_column("words", words), tmp_path / "log.parquet")

    with pytest.raises(UserError, match=r"column 'words' holds objects, .* such as words\.field, and name that one"):
        read_source(spec(tmp_path / "log.parquet", attributes=WORDS))
