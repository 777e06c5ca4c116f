"""Killed at any moment and run again: the study goes on, and its results are those of an uninterrupted run."""

import random
import shutil
import time
from contextlib import suppress

import psutil
import pytest

from study.repro import mend
from tests.faults.small import (
    DVC,
    PATIENCE,
    TARGET,
    below,
    end,
    kill_group,
    repro,
    results,
    run,
    start,
    wait_until,
    workers,
)

pytestmark = pytest.mark.slow
MOMENTS = 20


def kill(victim: str, folder, seconds: float) -> None:
    """Starts `dvc repro` and kills the victim after so many seconds, of a worker: of its life."""
    running = start(folder, *DVC, "repro", TARGET)
    if victim == "worker":
        if wait_until(lambda: workers(running), running):
            time.sleep(seconds)
            for worker in workers(running)[:1]:
                with suppress(psutil.NoSuchProcess):  # it has ended since
                    worker.kill()
        said = end(running)
        assert "Traceback" not in said
        assert 0 == running.returncode, said
        return
    time.sleep(seconds)
    children = below(running)
    if victim == "group":
        kill_group(running)
    else:
        running.kill()
    end(running)
    _, alive = psutil.wait_procs(children, timeout=PATIENCE)
    assert [] == alive, "a stage outlives its DVC"


def go_on(folder) -> None:
    code, said = repro(folder)
    assert 0 == code, said


def test_a_run_killed_again_and_again_ends_with_the_results_of_one_that_was_not(
    untouched, finished, expected, tmp_path
):
    _, seconds = finished
    generator = random.Random(5)
    folder = tmp_path / "clone"
    shutil.copytree(untouched, folder)
    for victim in ("group", "dvc", "group"):
        kill(victim, folder, generator.uniform(0.1, 0.5) * seconds)
    mend(folder)  # a DVC that was killed may have left a record half written, which another one refuses
    kill("worker", folder, generator.uniform(0, 2))
    go_on(folder)

    assert expected == results(folder)
    assert "up to date" in run(folder, *DVC, "status", TARGET)[1]


@pytest.mark.long
@pytest.mark.parametrize("moment", range(MOMENTS))
@pytest.mark.parametrize("victim", ["group", "dvc", "worker"])
def test_a_run_killed_at_any_moment_goes_on_to_the_same_results(
    victim, moment, untouched, finished, expected, tmp_path
):
    _, seconds = finished
    generator = random.Random(f"{victim} {moment}")
    folder = tmp_path / "clone"
    shutil.copytree(untouched, folder)
    kill(victim, folder, generator.uniform(0, 6 if victim == "worker" else seconds))
    go_on(folder)

    assert expected == results(folder)
    shutil.rmtree(folder)
