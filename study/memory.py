"""The memory of this process: what the kernel says of it (Linux), in MB, and how much of it stays when it is freed."""

import ctypes
from functools import cache
from pathlib import Path

OWN = Path("/proc/self")
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
KEPT, MAPPED = 256 << 20, 32 << 20
"""Bytes that stay with a process though they are free, at most, and from how many on a piece is mapped alone."""


def held_mb() -> float:
    """What the process holds now."""
    return _told("VmRSS")


def peak_mb() -> float:
    """The most that it has held, since it began or since `forget_peak`; what its parent held is no part of it."""
    return _told("VmHWM")


def forget_peak() -> None:
    """Sets the most back to what is held now."""
    (OWN / "clear_refs").write_text("5", encoding="ascii")


@cache
def keep_freed() -> None:
    """Lets glibc keep what a step frees for the next one, instead of giving it back to the kernel and asking anew.

    Where another library allocates, nothing changes.
    """
    tell = getattr(ctypes.CDLL(None), "mallopt", None)
    if tell is not None:
        tell(M_MMAP_THRESHOLD, MAPPED)
        tell(M_TRIM_THRESHOLD, KEPT)


def _told(name: str) -> float:
    lines = dict(line.split(":", 1) for line in (OWN / "status").read_text(encoding="ascii").splitlines())
    return float(lines[name].split()[0]) / 1024
