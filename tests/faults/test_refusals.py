"""What the machine refuses, an impatient user, two runs at once: a clear end, and a clean rerun."""

import os
import signal
import subprocess
import sys

import psutil
import pytest
from filelock import FileLock

from tests.faults.small import DVC, PATIENCE, TARGET, VARIANTS, below, end, repro, results, run, start, wait_until

pytestmark = pytest.mark.slow
COUNT = [sys.executable, "-m", "study", "train", VARIANTS[0]]
TRAIN = [sys.executable, "-m", "study", "train", VARIANTS[1]]
OWN = [f"data/runs/catalogue/{VARIANTS[1]}", f"data/scratch/train/{VARIANTS[1]}"]
SCORE = [sys.executable, "-m", "study", "score", VARIANTS[1]]


def forget(folder, *names: str) -> None:
    """Removes what a run has left, so that it has to be made again."""
    for name in names:
        subprocess.run(["rm", "-rf", name], cwd=folder, check=True)


def line_of(said: str) -> str:
    assert "Traceback" not in said
    (line,) = [line for line in said.splitlines() if line.startswith("downfunnel: ")]
    return line


def limited(folder, bytes_: int, *command: str) -> tuple[int, str]:
    """Runs a command that may write no file beyond that many bytes: a full disk that any machine can have."""
    script = f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({bytes_}, {bytes_})); "
    return run(folder, sys.executable, "-c", script + "os.execv(sys.argv[1], sys.argv[1:])", *command)


@pytest.mark.parametrize(
    ("command", "room", "place"),
    [
        ([sys.executable, "-m", "study", "snapshot"], 2000, "data/snapshots/tiny.parquet: "),
        (COUNT, 100, "data/scratch/train/"),
    ],
)
def test_a_disk_without_room_is_named_with_what_to_do(command, room, place, clone):
    forget(clone, "data/scratch/train")
    before = results(clone)
    code, said = limited(clone, room, *command)

    assert 1 == code, said
    assert place in line_of(said)
    assert "run the same command again" in line_of(said)
    assert before == results(clone)
    assert [] == [path for path in (clone / "data/snapshots").iterdir() if path.name.startswith(".")]
    assert 0 == run(clone, *command)[0]
    assert before == results(clone)


def test_a_disk_that_is_full_when_a_run_takes_its_place_names_the_run_and_leaves_the_one_that_is_there(clone):
    """What was trained lies in scratch, whole."""
    before = results(clone)
    code, said = limited(clone, 3000, *TRAIN)

    assert 1 == code, said
    assert f"data/runs/catalogue/{VARIANTS[1]}: File too large" in line_of(said)
    assert before == results(clone)
    assert 0 == run(clone, *TRAIN)[0]
    assert before == results(clone)


def test_a_stage_that_a_person_runs_after_a_change_of_the_code_trains_with_the_code_of_now(clone, expected):
    """One that DVC runs ends: its check has fingerprinted the code that was."""
    kept = list((clone / "data/scratch/train" / VARIANTS[0]).iterdir())
    code = clone / "study/models/counting/personal_decay.py"
    code.write_text(code.read_text(encoding="utf-8") + "# changed\n", encoding="utf-8")

    status, said = run(clone, "env", "DVC_STAGE=train", *COUNT)
    assert 2 == status
    assert "study/models/counting/personal_decay.py: it was edited since `check` read it; run" in line_of(said)
    assert kept == list((clone / "data/scratch/train" / VARIANTS[0]).iterdir())
    assert 0 == run(clone, *COUNT)[0]
    assert len(kept) + 1 == len(list((clone / "data/scratch/train" / VARIANTS[0]).iterdir()))
    assert expected == results(clone)


def test_a_file_in_the_way_of_a_folder_is_named(clone, expected):
    forget(clone, "data/scores/catalogue")
    (clone / "data/scores/catalogue").touch()
    code, said = run(clone, *SCORE)

    assert 1 == code
    assert f"data/scores/catalogue/{VARIANTS[1]}" in line_of(said)
    assert "a file stands where a folder is needed" in line_of(said)
    (clone / "data/scores/catalogue").unlink()
    code, said = repro(clone)
    assert 0 == code, said
    assert expected == results(clone)


def test_a_deleted_cache_is_made_again(clone, expected):
    """Cache and working copy of the snapshot and of all runs."""
    forget(clone, ".dvc/cache", "data/snapshots", "data/runs")
    code, said = repro(clone)

    assert 0 == code, said
    assert expected == results(clone)


def test_the_second_of_two_runs_ends_in_a_clear_line_and_the_first_finishes(clone, expected):
    forget(clone, *OWN)
    first = start(clone, sys.executable, "-m", "study", "repro", TARGET)
    assert wait_until(lambda: list((clone / "data/scratch").glob("train/sum*/*")), first)
    code, said = run(clone, *DVC, "repro", TARGET)

    assert 0 != code
    assert "is busy, it is being blocked by" in said or "Unable to acquire lock" in said
    assert "Traceback" not in said
    said = end(first)
    assert 0 == first.returncode, said
    assert expected == results(clone)


def test_one_variant_is_trained_by_one_run_at_a_time(clone):
    (folder,) = (clone / "data/scratch/train" / VARIANTS[0]).iterdir()
    with FileLock(folder / "lock"):
        code, said = run(clone, *COUNT)

    assert 2 == code
    assert "another run is at it" in line_of(said)
    assert 0 == run(clone, *COUNT)[0]


def test_what_repro_has_started_ends_with_it(clone, expected):
    forget(clone, *OWN)
    running = start(clone, sys.executable, "-m", "study", "repro", TARGET)
    assert wait_until(lambda: list((clone / "data/scratch").glob("train/sum*/*/trials/*")), running)
    started = below(running)
    running.terminate()
    running.wait()
    _, alive = psutil.wait_procs(started, timeout=PATIENCE)

    assert len(started) > 1
    assert [] == alive
    assert not (clone / OWN[0]).exists(), "the stage went on to its end"
    code, said = repro(clone)
    assert 0 == code, said
    assert expected == results(clone)


@pytest.mark.parametrize("command", [pytest.param(TRAIN, marks=pytest.mark.long), [*DVC, "repro", TARGET]])
def test_ctrl_c_ends_without_a_traceback_and_the_rerun_goes_on(command, clone, expected):
    forget(clone, *OWN)
    running = start(clone, *command)
    assert wait_until(lambda: list((clone / "data/scratch").glob("train/sum*/*/trials/*")), running)
    os.killpg(running.pid, signal.SIGINT)
    said = end(running)

    assert "downfunnel: interrupted; the same command goes on from here" in said
    assert "Traceback" not in said
    assert (130 if command is TRAIN else 255) == running.returncode
    code, said = repro(clone)
    assert 0 == code, said
    assert expected == results(clone)
