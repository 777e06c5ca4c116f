"""A snapshot is checked, and a fault in it ends in one line that names file, column and row."""

from datetime import UTC, datetime

import polars as pl
import pytest

from study.errors import UserError
from study.events.read import read_source
from study.params.snapshot import Snapshot


@pytest.fixture
def good():
    when = datetime(2024, 1, 1, tzinfo=UTC)
    return pl.DataFrame(
        {"user_id": ["a", "b"], "timestamp": when, "event_type": "buy", "item": ["x", None], "price": 1.5}
    )


def snapshot(path) -> Snapshot:
    kinds = {"item": "categorical", "price": "numeric"}
    return Snapshot(name="s", source=str(path), timezone="UTC", attributes=kinds)


def read(frame: pl.DataFrame, folder) -> pl.DataFrame:
    path = folder / "log.parquet"
    frame.write_parquet(path)
    return read_source(snapshot(path))


def test_identifiers_become_text_and_naive_times_are_utc(good, tmp_path):
    frame = good.with_columns(pl.Series("user_id", [1, 2]), pl.col("timestamp").dt.replace_time_zone(None))
    events = read(frame, tmp_path)

    assert events["user_id"].to_list() == ["1", "2"]
    assert events["timestamp"].to_list() == good["timestamp"].to_list()


def test_other_columns_are_left_out_and_nan_is_missing(good, tmp_path):
    events = read(good.with_columns(extra=1, price=pl.Series([float("nan"), 2.0])), tmp_path)

    assert events.columns == ["user_id", "timestamp", "event_type", "item", "price"]
    assert events["price"].to_list() == [None, 2.0]


FORMS = {"csv": pl.DataFrame.write_csv, "jsonl": pl.DataFrame.write_ndjson, "parquet": pl.DataFrame.write_parquet}
TEXTS = {"NaN": None, "nan": None, "Nan": "Nan", "nan bread": "nan bread", "NULL": "NULL"}


@pytest.mark.parametrize("form", FORMS)
def test_nan_that_was_written_as_text_is_missing_and_no_candidate(form, tmp_path):
    """As programs write floats, and pandas what it makes text of."""
    log = pl.DataFrame({"user_id": "a", "timestamp": "2024-01-01", "event_type": "buy", "item": list(TEXTS)})
    FORMS[form](log.with_columns(size="item", words="item", price=pl.lit("nan")), tmp_path / f"log.{form}")
    sizes = {"kind": "ordinal", "order": ["nan bread", "Nan", "NULL"]}
    kinds = {"item": "categorical", "price": "numeric", "size": sizes, "words": {"kind": "list", "items": 2}}
    events = read_source(Snapshot(name="s", source=str(tmp_path), timezone="UTC", attributes=kinds))

    assert list(TEXTS.values()) == events["item"].to_list()
    assert [None, None, 1.0, 0.0, 2.0] == events["size"].to_list()
    assert [None, None, "Nan", "nan", "NULL"] == events["words.1"].to_list()
    assert [None] * 5 == events["price"].to_list()


def test_an_event_whose_user_is_nan_as_text_is_named(good, tmp_path):
    """All of them would be one user."""
    with pytest.raises(UserError, match="column 'user_id' is empty in row 2; every event needs one, and NaN is none:"):
        read(good.with_columns(pl.Series("user_id", ["a", "nan"])), tmp_path)


def test_a_missing_column_is_named_with_those_that_are_there(good, tmp_path):
    with pytest.raises(UserError, match=r"log.parquet: column 'item' is missing; the file has: user_id, timestamp"):
        read(good.drop("item"), tmp_path)


def test_a_missing_column_that_stands_there_in_other_letters_is_named(good, tmp_path):
    with pytest.raises(UserError, match=r"'user_id' is missing; did you mean 'User_ID'\? the file has: User_ID, t"):
        read(good.rename({"user_id": "User_ID"}), tmp_path)
    wide = good.drop("item").with_columns(**{f"column {i}": pl.lit(i) for i in range(40)}, itm=pl.lit("x"))
    with pytest.raises(UserError, match=r"did you mean 'itm'\? the file has: .*, itm and 37 more$"):
        read(wide, tmp_path)


def test_an_event_without_a_user_is_named_by_its_row(good, tmp_path):
    with pytest.raises(UserError, match="column 'user_id' is empty in row 2"):
        read(good.with_columns(pl.Series("user_id", ["a", None])), tmp_path)


def test_text_where_numbers_are_expected_is_named(good, tmp_path):
    with pytest.raises(UserError, match="column 'price', row 2: 'cheap' is no number") as raised:
        read(good.with_columns(price=pl.Series(["1", "cheap"])), tmp_path)

    assert "\n" not in str(raised.value)


def test_an_empty_log_and_a_broken_file_are_the_users_error(good, tmp_path):
    with pytest.raises(UserError, match="no events"):
        read(good.head(0), tmp_path)
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 no more")
    with pytest.raises(UserError, match="cannot be read as Parquet"):
        read_source(snapshot(tmp_path / "broken.parquet"))
    with pytest.raises(UserError, match="there is no file"):
        read_source(snapshot(tmp_path / "nowhere.parquet"))
