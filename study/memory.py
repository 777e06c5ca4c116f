"""What the kernel says of this process's memory (Linux), in MB."""

from pathlib import Path

OWN = Path("/proc/self")


def held_mb() -> float:
    """What the process holds now."""
    return _told("VmRSS")


def peak_mb() -> float:
    """The most that it has held, since it began or since `forget_peak`; what its parent held is no part of it."""
    return _told("VmHWM")


def forget_peak() -> None:
    """Sets the most back to what is held now."""
    (OWN / "clear_refs").write_text("5", encoding="ascii")


def _told(name: str) -> float:
    lines = dict(line.split(":", 1) for line in (OWN / "status").read_text(encoding="ascii").splitlines())
    return float(lines[name].split()[0]) / 1024
