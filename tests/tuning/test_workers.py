"""Workers: what they keep, and who ends with whom: a worker with the process that started it, that with nobody."""

import ctypes
import os
import signal
import time
from collections.abc import Callable

from study.params.engine import Engine
from study.tuning.workers import run_all

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
    assert 2 == len(set(processes))
