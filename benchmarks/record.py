"""Where measurements are kept: a log per benchmark, a line a run, which the page Scaling of the book reads."""

import json
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from study.errors import UserError
from study.paths import benchmark_log
from study.provenance import revision
from study.redact import hidden

PACKAGES = ("numpy", "polars", "pyarrow", "torch", "lightgbm", "joblib")


def origin() -> dict[str, Any]:
    """When, at which revision, on which machine and with which versions."""
    cores = Path("/proc/cpuinfo")
    names = [line for line in cores.read_text().splitlines() if line.startswith("model name")] if cores.exists() else []
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision(),
        "machine": names[0].partition(": ")[2] if names else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def start(benchmark: Callable[[], None]) -> None:
    """Runs a benchmark; a mistake of the user ends in one line and exit code 2."""
    try:
        benchmark()
    except UserError as error:
        print(f"downfunnel: {hidden(str(error))}", file=sys.stderr)
        sys.exit(2)


def append(name: str, measured: dict[str, Any], out: Path | None = None) -> None:
    """Adds a run to `benchmarks/log/<name>.jsonl`, or to another file."""
    path = out or benchmark_log(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(json.dumps(origin() | measured) + "\n")


def spread(values: list[float]) -> dict[str, float]:
    """The median, the smallest and the largest."""
    return {"median": median(values), "least": min(values), "most": max(values)}
