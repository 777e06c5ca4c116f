"""What DVC was writing when it was killed: its record of the stages and its list of locked paths."""

import json
import random
import shutil

import pytest
import yaml

from study.paths import DVC_RWLOCK, KEPT_LOCK, PIPELINE_LOCK
from study.repro import mend
from tests.faults.small import VARIANTS, repro, results

pytestmark = pytest.mark.slow
NOBODY = 2**22 - 1  # no process has so high a number


@pytest.fixture
def records(finished, tmp_path):
    """The records of the finished study alone."""
    for name in (PIPELINE_LOCK, KEPT_LOCK):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(finished[0] / name, tmp_path / name)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    (tmp_path / ".dvc/tmp/lock").touch()
    return tmp_path


def test_a_whole_record_stays(records):
    whole = (records / PIPELINE_LOCK).read_text(encoding="utf-8")
    mend(records)

    assert whole == (records / PIPELINE_LOCK).read_text(encoding="utf-8")


def test_a_record_cut_anywhere_keeps_every_stage_before_the_last(records):
    lock = records / PIPELINE_LOCK
    whole, kept = lock.read_text(encoding="utf-8"), (records / KEPT_LOCK).read_text(encoding="utf-8")
    generator = random.Random(1)
    for cut in [0, 1, *(generator.randrange(len(whole)) for _ in range(40))]:
        lock.write_text(whole[:cut], encoding="utf-8")
        mend(records)

        stages = yaml.safe_load(lock.read_text(encoding="utf-8"))["stages"]
        assert set(yaml.safe_load(kept)["stages"]) <= set(stages)
        assert f"train@{VARIANTS[0]}" in stages


def test_a_record_that_was_cut_at_its_first_stage_goes(records):
    (records / KEPT_LOCK).unlink()
    (records / PIPELINE_LOCK).write_text("schema: '2.0'\nstages:\n  check:\n    cm", encoding="utf-8")
    mend(records)

    assert not (records / PIPELINE_LOCK).exists()


def test_the_rerun_after_a_cut_runs_the_last_stage_alone(clone, expected):
    whole = (clone / PIPELINE_LOCK).read_bytes()
    (clone / PIPELINE_LOCK).write_bytes(whole[: len(whole) // 2])
    (clone / DVC_RWLOCK).write_text('{"write": {"data/ru', encoding="utf-8")
    code, said = repro(clone)

    assert 0 == code, said
    assert "was cut off" in said
    assert ["compare@catalogue"] == [line.split("'")[1] for line in said.splitlines() if line.startswith("Running")]
    assert expected == results(clone)
    assert whole == (clone / PIPELINE_LOCK).read_bytes()


def test_paths_locked_by_a_killed_dvc_are_free_again(clone):
    held = {"write": {str(clone / "data/checked"): {"pid": NOBODY, "cmd": "dvc repro"}}, "read": {}}
    (clone / DVC_RWLOCK).write_text(json.dumps(held), encoding="utf-8")
    (clone / "data/checked/snapshot.txt").unlink()
    code, said = repro(clone)

    assert 0 == code, said
