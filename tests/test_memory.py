"""What is freed stays with the process where it was told to keep it."""

import subprocess
import sys

PROGRAM = """
import ctypes, resource, sys
import torch
from study.memory import keep_freed

def faults():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    held = [torch.zeros(2 << 20) for _ in range(20)]
    del held
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

ctypes.CDLL(None).prctl(41, 1, 0, 0, 0)  # PR_SET_THP_DISABLE: where the kernel gives pages of 2 MB there are few faults
if sys.argv[1] == "keeps":
    keep_freed()
faults()
print(min(faults() for _ in range(5)))
"""


def faults_of(how: str) -> int:
    """Pages that the kernel gives for 160 MB that were held before, in pieces of 8; the least of some times."""
    told = subprocess.run([sys.executable, "-c", PROGRAM, how], check=True, capture_output=True, text=True)
    return int(told.stdout)


def test_memory_that_was_freed_is_not_asked_for_again():
    assert faults_of("keeps") < 5_000
    assert faults_of("gives back") > 20_000
