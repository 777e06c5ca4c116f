"""What every benchmark writes beside its figures: when, where and with what, and how they spread."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any


def spread(values: list[float]) -> dict[str, float]:
    """The median, the smallest and the largest."""
    return {"median": median(values), "least": min(values), "most": max(values)}


def origin(packages: tuple[str, ...]) -> dict[str, Any]:
    """When, at which revision, on which machine and with which versions of the packages."""
    told = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    cores = Path("/proc/cpuinfo")
    names = [line for line in cores.read_text().splitlines() if line.startswith("model name")] if cores.exists() else []
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": told.stdout.strip(),
        "machine": names[0].partition(": ")[2] if names else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }


def append(path: Path, record: dict[str, Any]) -> None:
    """Adds a record to a log as one line of JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(record) + "\n")
