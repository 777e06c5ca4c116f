"""What a killed DVC has left of its record is told from a record that a person has put there."""

import subprocess
from pathlib import Path
from subprocess import CompletedProcess
from typing import get_args

import pytest
import yaml

from study.errors import UserError
from study.params import load
from study.params.load import Section
from study.paths import DVC_LOCK, KEPT_LOCK, PARAMS, PIPELINE, PIPELINE_LOCK
from study.repro import mend, repro, run
from tests.tiny import ROOT

HEAD = "schema: '2.0'\nstages:\n"
STAGES = ("check", "split@café", "train@first", "compare@main")


def stage(name: str, code: str = "0") -> str:
    files = [f"    - path: data/{name}/{part}\n      md5: {code * 32}\n      size: 3\n" for part in ("a", "b")]
    return f"  {name}:\n    cmd: python -m study {name}\n    outs:\n{''.join(files)}"


def record(*names: str, **codes: str) -> str:
    return HEAD + "".join(stage(name, codes.get(name, "0")) for name in names)


WHOLE = record(*STAGES)


@pytest.fixture
def folder(tmp_path):
    """A project in which a stage has kept the whole record."""
    for path, text in ((DVC_LOCK, ""), (KEPT_LOCK, WHOLE), (PIPELINE_LOCK, WHOLE)):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    return tmp_path


def git(folder, *arguments: str) -> None:
    identity = ["-c", "user.name=someone", "-c", "user.email=someone@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder, text: str) -> None:
    (folder / PIPELINE_LOCK).write_text(text, encoding="utf-8")
    git(folder, "add", "--force", PIPELINE_LOCK.name)
    git(folder, "commit", "-qm", "a run")


def mended(folder, held: str | bytes) -> str | None:
    """What the record is after `held` was found there."""
    lock = folder / PIPELINE_LOCK
    lock.write_bytes(held if isinstance(held, bytes) else held.encode())
    mend(folder)
    return lock.read_text(encoding="utf-8") if lock.exists() else None


def test_a_record_that_was_cut_inside_a_character_is_restored(folder):
    before, _, _ = WHOLE.partition("é")

    assert WHOLE == mended(folder, before.encode() + "é".encode()[:1])


@pytest.mark.parametrize("changed", STAGES)
def test_a_record_is_restored_that_was_cut_behind_the_stage_that_dvc_wrote_anew(folder, changed):
    written = record(*STAGES, **{changed: "1"}).encode()
    first, *others = (written.index(f"  {name}:".encode()) for name in STAGES)
    cuts = {*range(first, others[-1], 13), *(start + more for start in others for more in range(4))}

    for cut in cuts:
        assert WHOLE == mended(folder, written[:cut])


def test_the_record_of_an_older_commit_stays(folder):
    older = record(*STAGES[:2])
    git(folder, "init", "-q")
    commit(folder, older)
    commit(folder, WHOLE)

    git(folder, "checkout", "-q", "HEAD~1")
    mend(folder)
    assert older == (folder / PIPELINE_LOCK).read_text(encoding="utf-8")

    git(folder, "checkout", "-q", "-")
    git(folder, "restore", "--source=HEAD~1", PIPELINE_LOCK.name)
    mend(folder)
    assert older == (folder / PIPELINE_LOCK).read_text(encoding="utf-8")


def test_a_shorter_record_of_other_files_stays(folder):
    other = record(*STAGES[:3], check="1", **{"split@café": "1"})

    assert other == mended(folder, other)


def test_an_empty_record_is_restored_also_where_git_has_an_empty_file(folder):
    git(folder, "init", "-q")
    commit(folder, "")

    assert WHOLE == mended(folder, "")


def test_where_no_stage_has_kept_a_record_the_last_commit_has_it(folder):
    (folder / KEPT_LOCK).unlink()
    git(folder, "init", "-q")
    commit(folder, WHOLE)

    assert WHOLE == mended(folder, WHOLE[: len(WHOLE) // 2])
    assert WHOLE == mended(folder, record(*STAGES[:2]))


def test_a_whole_record_with_a_stage_more_stays(folder):
    longer = record(*STAGES, "report")

    assert longer == mended(folder, longer)


def test_the_marks_of_a_merge_are_no_cut_and_stay(folder):
    held = f"<<<<<<< HEAD\n{WHOLE}=======\n{WHOLE}>>>>>>> theirs\n"

    with pytest.raises(UserError, match=r"dvc.lock: it has the marks of a merge; take one side"):
        mended(folder, held)
    assert held == (folder / PIPELINE_LOCK).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("left_out", "told"),
    [({"diagnostics": {}}, "diagnostics: this section is missing"), ({"questions": {}}, "is missing")],
)
def test_the_whole_study_is_refused_before_anything_runs_where_a_stage_lacks_what_it_needs(
    left_out, told, tmp_path, monkeypatch
):
    """A single target may do without."""
    monkeypatch.chdir(tmp_path)
    PIPELINE.write_bytes((ROOT / PIPELINE).read_bytes())
    params, ran = load(ROOT / PARAMS).model_copy(update=left_out), []
    monkeypatch.setattr("study.repro.load", lambda: params)
    monkeypatch.setattr("study.repro.repro", lambda _, *targets: ran.append(targets))

    with pytest.raises(UserError, match=told):
        run(None)
    assert [] == ran
    run("compare@main")
    assert [("compare@main",)] == ran


def test_a_section_that_a_stage_needs_is_asked_for_before_dvc_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    raw = yaml.safe_load((ROOT / PARAMS).read_text(encoding="utf-8"))
    PIPELINE.write_bytes((ROOT / PIPELINE).read_bytes())
    del raw["tokens"]
    PARAMS.write_text(yaml.safe_dump(raw, sort_keys=False), encoding="utf-8")

    missing = r"params\.yaml: tokens: this section is missing, and dvc\.yaml has a stage of it; put it back"
    with pytest.raises(UserError, match=missing):
        run(None)
    graph = PIPELINE.read_text(encoding="utf-8")
    assert [] == [name for name in get_args(Section) if f"${{{name}." in graph]  # one target may do without it


@pytest.mark.parametrize(
    ("folder", "targets", "told"),
    [
        (Path(), [], "a stage failed: the message stands above"),
        (Path(), ["nothing"], "a stage failed, or there is none of that name: the message stands above"),
        (Path("build"), [], "a stage failed in build: the message stands above"),
    ],
)
def test_a_failure_says_where_and_what_else_it_may_be(folder, targets, told, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("study.repro.subprocess.run", lambda command, **_: CompletedProcess(command, 1))

    with pytest.raises(UserError, match=f"^{told}$"):
        repro(folder, *targets)
