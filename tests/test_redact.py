"""No credentials leave: URLs, what drivers quote, and the database of the environment."""

import pytest

from study.__main__ import main
from study.errors import UserError
from study.redact import DATABASE, has_credentials, hidden, show_without_credentials


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://me:geheim@host:5432/db is down", "postgresql://***@host:5432/db is down"),
        ("postgresql+psycopg://me:p@ss/w:rd@host/db", "postgresql+psycopg://***@host/db"),
        ("(Background: 'mysql://me:geheim@host') failed", "(Background: 'mysql://***@host') failed"),
        ("connect to host=h user=me password=geheim dbname=d", "connect to host=h user=me password=*** dbname=d"),
        ("{'user': 'me', 'password': 'ge heim', 'host': 'h'}", "{'user': 'me', 'password': ***, 'host': 'h'}"),
        ("Driver=x;UID=me;PWD=geheim;Port=1", "Driver=x;UID=me;PWD=***;Port=1"),
        ("https://host/db?user=me&password=geheim&ssl=1", "https://host/db?user=me&password=***&ssl=1"),
    ],
)
def test_credentials_are_hidden(text, shown):
    assert shown == hidden(text)


@pytest.mark.parametrize(
    "text",
    [
        "params.yaml: roster.x: objective: next_token: unknown",
        "sqlite:///data/log.db, table events",
        "see https://dvc.org/doc: the lock",
        "data/my-log@2024.parquet: no such file",
    ],
)
def test_other_text_stays(text):
    assert text == hidden(text)
    assert not has_credentials(text)


def test_the_database_of_the_environment_is_hidden_wherever_a_driver_quotes_it(monkeypatch):
    monkeypatch.setenv(DATABASE, "postgresql://me:gehe%21m@host/db")

    assert "authentication of *** and *** failed" == hidden("authentication of gehe!m and gehe%21m failed")
    assert "cannot parse ***" == hidden("cannot parse postgresql://me:gehe%21m@host/db")


@pytest.mark.parametrize("text", ["postgresql://me:geheim@host/db", "host=h password=geheim"])
def test_a_setting_with_a_password_is_known(text):
    assert has_credentials(text)


def test_a_traceback_hides_them_too(capsys):
    with pytest.raises(ValueError, match="no answer") as caught:
        raise ValueError("no answer of postgresql://me:geheim@host/db")
    show_without_credentials(caught.type, caught.value, caught.tb)

    shown = capsys.readouterr().err
    assert shown.startswith("Traceback (most recent call last):")
    assert shown.endswith("ValueError: no answer of postgresql://***@host/db\n")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("no answer of postgresql://me:geheim@host/db"), 2),
        (OSError("no answer of postgresql://me:geheim@host/db"), 1),
    ],
)
def test_messages_of_the_command_line_hide_them(error, code, monkeypatch, capsys):
    def fail(name: str) -> None:
        raise error

    monkeypatch.setattr("study.__main__.import_module", fail)

    assert code == main(["check"])
    assert "downfunnel: no answer of postgresql://***@host/db\n" == capsys.readouterr().err
