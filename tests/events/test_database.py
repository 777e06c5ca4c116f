"""A log may be a query of a database; PostgreSQL is really run, on 127.0.0.1 alone."""

from datetime import UTC, datetime

import polars as pl
import pytest

from study.errors import UserError
from study.events.database import read_query
from study.events.read import read_source
from study.params.snapshot import Snapshot
from tests.server import tell

SCHEMA = """
create type pair as (part numeric, rest text);
create table log (who int, at timestamptz, what text, item text, price numeric(8, 2), words text[]);
insert into log values (1, '2024-01-01 10:00+01', 'buy', 'a', 2.50, '{"Buy","now"}');
insert into log values (2, '2024-01-02 10:00+00', 'view', 'b', null, null);
"""


def spec(path) -> Snapshot:
    attributes = {"item": "categorical", "price": "numeric", "words": {"kind": "list", "items": 2}}
    columns = {"user": "who", "time": "at", "event_type": "what"}
    whole = {"name": "s", "source": str(path), "timezone": "UTC", "columns": columns, "attributes": attributes}
    return Snapshot.model_validate(whole)


@pytest.fixture(scope="module")
def address(server):
    """The address of a server with a table of two events."""
    tell(server, SCHEMA)
    return server


@pytest.fixture
def query(tmp_path, address, monkeypatch):
    monkeypatch.setenv("DOWNFUNNEL_DATABASE", address)
    path = tmp_path / "log.sql"
    path.write_text("select * from log order by who", encoding="utf-8")
    return path


def test_a_query_becomes_events(query):
    events = read_source(spec(query))

    assert [("1", "buy", "a", 2.5, "Buy", "now"), ("2", "view", "b", None, None, None)] == events.drop(
        "timestamp"
    ).rows()
    assert [datetime(2024, 1, 1, 9, tzinfo=UTC), datetime(2024, 1, 2, 10, tzinfo=UTC)] == events["timestamp"].to_list()


USER = "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.50::numeric", "12.50"),
        ("'{1.5,2}'::numeric[]", ["1.5", "2"]),
        (f"'{USER}'::uuid", USER.replace("-", "")),
        (f"'{{{USER}}}'::uuid[]", [USER.replace("-", "")]),
        ("'\\x00ff'::bytea", "00ff"),
        ("'10.0.0.1'::inet", "022000040a000001"),
        ("'{1,2}'::int[]", [1, 2]),
        ("null::numeric[]", None),
        ("row(1.5::numeric, 'x')::pair", {"part": "1.5", "rest": "x"}),
        ("null::pair", None),
    ],
)  # fmt: skip
def test_types_that_arrow_does_not_have_are_text_and_stay_so_in_a_file(query, tmp_path, value, expected):
    query.write_text(f"select {value} as value", encoding="utf-8")
    found = read_query(query)
    found.write_parquet(tmp_path / "kept.parquet")

    assert [expected] == found["value"].to_list()
    assert found.equals(pl.read_parquet(tmp_path / "kept.parquet"))


def test_an_interval_is_refused_with_what_to_do(query):
    query.write_text("select 1 as who, interval '1 day' as rest", encoding="utf-8")

    with pytest.raises(UserError, match=r"log\.sql: the result has a column that cannot be read, such as an interval"):
        read_query(query)


def test_the_server_opens_no_folder_of_the_tests_to_others(address, tmp_path_factory):
    assert 0 == tmp_path_factory.getbasetemp().stat().st_mode & 0o077


@pytest.mark.parametrize("wrong", ["select nothing from nowhere", "no SQL at all"])
def test_what_the_database_says_is_one_line_without_the_password(query, wrong, address):
    query.write_text(wrong, encoding="utf-8")
    with pytest.raises(UserError, match="the database cannot be read") as raised:
        read_source(spec(query))

    assert 1 == len(str(raised.value).splitlines())
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    "change", [("tester:", "nobody:"), ("127.0.0.1:", "127.0.0.1:1"), ("postgresql://", "nosuch://")]
)
def test_an_address_that_does_not_work_is_never_shown(query, address, monkeypatch, change):
    monkeypatch.setenv("DOWNFUNNEL_DATABASE", address.replace(*change))
    with pytest.raises(UserError, match=r"log\.sql") as raised:
        read_source(spec(query))

    assert "s3cret" not in str(raised.value)
    assert 1 == len(str(raised.value).splitlines())


def test_without_an_address_the_variable_is_named(tmp_path, monkeypatch):
    monkeypatch.delenv("DOWNFUNNEL_DATABASE", raising=False)
    (tmp_path / "log.sql").write_text("select 1", encoding="utf-8")
    with pytest.raises(UserError, match="set DOWNFUNNEL_DATABASE to the address"):
        read_source(spec(tmp_path / "log.sql"))
