"""Names that `snapshot add` refuses, and results that are no results."""

import pytest

from study.errors import UserError
from study.stages import snapshot_add
from study.stages.refusals import refuse_damaged
from tests.tiny import inside, tiny_log, write_workspace


@pytest.fixture
def workspace(tmp_path):
    write_workspace(tmp_path, tiny_log())
    with inside(tmp_path):
        yield tmp_path


@pytest.mark.parametrize(
    ("name", "ending"), [("2026-11.parquet", ".parquet"), ("2026-11.CSV", ".csv"), ("log.jsonl.gz", ".jsonl.gz")]
)
def test_a_name_that_ends_as_a_file_is_refused_since_another_snapshot_has_its_log_there(workspace, name, ending):
    tiny_log().write_parquet("new.parquet")
    before = (workspace / "params.yaml").read_bytes()

    with pytest.raises(UserError, match=f"--name: '{name}' ends as the name of a file; leave out {ending}$"):
        snapshot_add.run("new.parquet", name)
    assert before == (workspace / "params.yaml").read_bytes()


def test_what_is_no_name_is_told_of_the_command_and_of_no_file(workspace):
    tiny_log().write_parquet("new.parquet")

    with pytest.raises(UserError, match=r"^--name: 'My Log' is no name of a snapshot: small letters and digits"):
        snapshot_add.run("new.parquet", "My Log")


def test_the_home_of_a_user_that_there_is_not_is_no_such_file(workspace):
    with pytest.raises(UserError, match=r"^~nobody-of-that-name/new\.parquet: no such file$"):
        snapshot_add.run("~nobody-of-that-name/new.parquet", "next")


def test_results_with_marks_of_a_merge_are_told_before_a_log_is_held_against_them(workspace):
    tiny_log().write_parquet("new.parquet")
    manifest = workspace / "data/results/next/main/manifest.json"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("<<<<<<< HEAD\n{}\n", encoding="utf-8")

    with pytest.raises(UserError, match=r"manifest.json: .*: this is no result; restore it from git"):
        snapshot_add.run("new.parquet", "next")
    manifest.write_text("{}", encoding="utf-8")
    refuse_damaged("next")
