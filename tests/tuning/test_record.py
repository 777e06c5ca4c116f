"""A search is recorded in PostgreSQL as in its journal, and the address with its password is never shown."""

import os

import optuna
import pytest
from optuna.distributions import FloatDistribution
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend

from study.errors import UserError
from study.paths import journal_file
from study.redact import STORAGE
from study.stages import train
from study.tuning import proposals, record
from study.tuning.proposals import Trial
from tests.server import tell
from tests.tiny import inside, prepare, tiny_log, write_workspace

pytest.importorskip("psycopg", reason="the driver is not installed: pip install -c constraints.txt -e '.[postgres]'")
SPACE = {"half_life_days": FloatDistribution(2.0, 400.0, log=True)}
TRIALS = [
    Trial(number=0, batch=0, settings={"half_life_days": 40.0}, state="complete", curve=[(1, 0.25)], select=0.1 + 0.2),
    Trial(number=1, batch=0, settings={"half_life_days": 7.25}, state="pruned", curve=[(1, 0.125)], best_round=1),
    Trial(number=2, batch=1, settings={"half_life_days": 2.0}, state="failed", reason="its worker died"),
]  # fmt: skip
NAME = "log/main/personal-decay"
LISTED = "select study_name from studies where study_name like 'log/%' order by 1"
"""What this file names so: other tests record in the same database."""


@pytest.fixture
def storage(server, monkeypatch):
    monkeypatch.setenv(STORAGE, server)
    return server.replace("postgresql://", "postgresql+psycopg://")


def told(name: str, storage) -> list[tuple]:
    return [
        (t.number, t.state, t.value, t.params, t.distributions, t.intermediate_values, t.user_attrs)
        for t in optuna.load_study(study_name=name, storage=storage).trials
    ]


def test_the_database_has_the_trials_of_the_journal(storage, tmp_path):
    proposals.publish(tmp_path / "journal.log", NAME, SPACE, TRIALS)
    record.publish(NAME, SPACE, TRIALS)

    journal = JournalStorage(JournalFileBackend(str(tmp_path / "journal.log")))
    assert told(NAME, journal) == told(NAME, storage)
    assert [0.30000000000000004, None, None] == [value for _, _, value, *_ in told(NAME, storage)]


def test_a_lock_that_a_killed_process_of_the_same_number_has_left_is_not_waited_for(tmp_path):
    path = tmp_path / "journal.log"
    (tmp_path / f".journal.log.{os.getpid()}.lock").symlink_to("nowhere")
    proposals.publish(path, NAME, SPACE, TRIALS)

    journal = JournalStorage(JournalFileBackend(str(path)))
    assert 3 == len(told(NAME, journal))


def test_a_search_that_is_made_again_replaces_its_record_and_no_other(storage, server):
    record.publish("log/main/popularity", SPACE, TRIALS[:1])
    record.publish(NAME, SPACE, TRIALS)
    record.publish(NAME, SPACE, TRIALS[:2])

    assert [0, 1] == [number for number, *_ in told(NAME, storage)]
    assert f"{NAME}\nlog/main/popularity\n" == tell(server, LISTED)


@pytest.mark.parametrize(
    "change", [("tester:", "nobody:"), ("127.0.0.1:", "127.0.0.1:1"), ("postgresql://", "nosuch://"), ("//", "")]
)
def test_an_address_that_does_not_work_is_one_line_before_training_and_is_never_shown(server, monkeypatch, change):
    monkeypatch.setenv(STORAGE, server.replace(*change))
    with pytest.raises(UserError, match=f"{STORAGE}: the search cannot be recorded there") as raised:
        record.reach()

    assert "s3cret" not in str(raised.value)
    assert 1 == len(str(raised.value).splitlines())


def test_without_an_address_nothing_is_recorded(monkeypatch):
    opened = []
    monkeypatch.delenv(STORAGE, raising=False)
    monkeypatch.setattr(record, "RDBStorage", opened.append)
    record.reach()
    record.publish(NAME, SPACE, TRIALS)

    assert [] == opened


@pytest.mark.slow
def test_training_records_its_search(storage, tmp_path):
    write_workspace(tmp_path, tiny_log())
    prepare(tmp_path)
    with inside(tmp_path):
        train.run("personal-decay")
        journal = JournalStorage(JournalFileBackend(str(journal_file("main", "personal-decay"))))

        assert told("personal-decay", journal) == told("tiny/main/personal-decay", storage)
