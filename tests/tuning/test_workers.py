"""Workers: what they keep, what they hear, and who ends with whom: a worker with its driver, that with nobody."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from study.params.engine import Engine
from study.tuning.workers import run_all
from tests.faults.small import wait_until, workers

PR_GET_PDEATHSIG = 2


def signal_of_the_parents_end() -> Callable[[], int]:
    """A task: the signal that its process gets when the one that started it ends; 0 for none.

    A function made here travels to a worker by its code: workers cannot import the tests.
    """

    def task() -> int:
        found = ctypes.c_int()
        ctypes.CDLL(None).prctl(PR_GET_PDEATHSIG, ctypes.byref(found))
        return found.value

    return task


def found(workers: int) -> set[int]:
    tasks = [signal_of_the_parents_end()] * 2
    return {value for _, value in run_all(tasks, workers, Engine(name="loky"))}


def test_a_worker_ends_with_its_driver():
    assert {int(signal.SIGKILL)} == found(2)


def test_workers_are_in_the_folder_of_their_driver_when_that_has_changed_too(tmp_path, monkeypatch):
    folders = [tmp_path / name for name in ("one", "other")]
    found = []
    for folder in folders:
        folder.mkdir()
        monkeypatch.chdir(folder)
        found.append({where for _, where in run_all([os.getcwd] * 2, 2, Engine())})

    assert [{str(folder)} for folder in folders] == found


def test_a_driver_that_works_itself_stays_as_it_is():
    assert {signal_of_the_parents_end()()} == found(1)
    assert 0 == signal_of_the_parents_end()()


def prepared_by(megabytes: int) -> Callable[[], int]:
    """A task that keeps so much more in its process, and answers which process that is."""

    def task() -> int:
        kept = signal.__dict__.setdefault("kept_by_a_test", [])
        kept.append(bytearray(os.urandom(1)) * (megabytes << 20))
        time.sleep(1.1)  # loky looks at a process once a second
        return os.getpid()

    return task


def test_a_worker_keeps_what_it_has_prepared():
    """loky would end it after the second task; the reference is what it holds after the first."""
    processes = [process for _, process in run_all([prepared_by(400)] * 6, 2, Engine(name="loky"))]

    assert 6 == len(processes)
    assert len(set(processes)) <= 2


INTERRUPTED_AS_IT_STARTS = """
import os, signal, sys
if any("popen_loky" in argument for argument in sys.orig_argv):
    os.kill(os.getpid(), signal.SIGINT)
"""
"""Python runs a `sitecustomize` before anything else of a process."""

DRIVER = """
import os, signal
from study.params.engine import Engine
from study.tuning.workers import run_all

def hears():
    return os.getpid(), signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])

before = hears()
found = [answer for _, answer in run_all([hears] * 4, 2, Engine(name="loky"))]
print(4 == len(found), before[0] not in {process for process, _ in found}, {heard for _, heard in found})
print(before == hears() == (os.getpid(), True))
"""


def test_a_worker_hears_of_no_ctrl_c_from_its_first_moment_on_and_its_driver_does(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTED_AS_IT_STARTS)
    here = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{here}"}
    done = subprocess.run([sys.executable, "-c", DRIVER], capture_output=True, text=True, env=environment, check=False)

    assert "True True {False}\nTrue\n" == done.stdout, done.stderr
    assert "" == done.stderr


STARTS_LATE = """
import os, sys, time
if any("popen_loky" in argument for argument in sys.orig_argv):
    while not os.path.exists("ended"):
        time.sleep(0.01)
"""

LEFT_BEHIND = """
import pathlib
from study.params.engine import Engine
from study.tuning.workers import run_all

list(run_all([lambda: pathlib.Path("done").touch()] * 2, 3, Engine(name="loky")))
"""


def test_a_worker_whose_driver_ends_while_it_is_starting_does_nothing_and_ends_too(tmp_path):
    """One of three has no task that lies ready for it."""
    (tmp_path / "sitecustomize.py").write_text(STARTS_LATE)
    here = Path(__file__).parents[2]
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{here}"}
    driver = subprocess.Popen(
        [sys.executable, "-c", LEFT_BEHIND], cwd=tmp_path, env=environment, stderr=subprocess.DEVNULL
    )
    assert wait_until(lambda: 3 == len(workers(driver)), driver)
    left = workers(driver)
    time.sleep(0.5)  # its tasks lie ready by then
    driver.kill()
    driver.wait()
    (tmp_path / "ended").touch()
    _, alive = psutil.wait_procs(left, timeout=120)  # loky itself would end them after 300 seconds
    for process in alive:
        process.kill()

    assert [] == alive
    assert not (tmp_path / "done").exists()
