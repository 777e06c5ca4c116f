"""Where measurements are kept: a log per benchmark, a line a run, which the page Scaling of the book reads."""

import argparse
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
CPUINFO = Path("/proc/cpuinfo")
SETTINGS = ("threads", "budget")
"""Lists of which a run that has more is another one: of the threads one has the long run, and a budget is one."""
FAST = ("avx512f", "avx512_bf16", "amx_bf16")
"""Instructions by which products of matrices take much less time."""


def origin() -> dict[str, Any]:
    """When, at which revision, on which machine and with which versions."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "revision": revision(),
        "machine": machine(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def machine() -> str:
    """The name of the processor, with its family, its model and what it has of `FAST`: several have one name."""
    first = CPUINFO.read_text(encoding="utf-8").partition("\n\n")[0] if CPUINFO.exists() else ""
    facts = {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in first.splitlines())}
    if not {"model name", "cpu family", "model"} <= set(facts):
        return facts.get("model name") or platform.processor()
    flags = facts.get("flags", "").split()
    told = ", ".join(f"{'with' if flag in flags else 'without'} {flag}" for flag in FAST)
    return f"{facts['model name']} (family {facts['cpu family']}, model {facts['model']}, {told})"


def start(benchmark: Callable[[], None]) -> None:
    """Runs a benchmark; a mistake of the user ends in one line and exit code 2."""
    try:
        benchmark()
    except UserError as error:
        print(f"downfunnel: {hidden(str(error))}", file=sys.stderr)
        sys.exit(2)


class Line:
    """A run that becomes a line of the log: made where it begins, appended where it ends.

    Args:
        name: of the benchmark; the line goes to `benchmarks/log/<name>.jsonl`, or where `--out` says.
        parser: of its arguments, but for `--out`.

    Attributes:
        given: the arguments.
    """

    def __init__(self, name: str, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, help=f"instead of {benchmark_log(name)}")
        self.given = parser.parse_args()
        if vars(self.given).get("repeats", 1) < 1:
            parser.error("--repeats: at least 1")
        self.path: Path = self.given.out or benchmark_log(name)
        self.begun = origin() | asked(parser, self.given)

    def append(self, measured: dict[str, Any]) -> None:
        """Adds what was measured; a revision that is another one by then is told too."""
        end = revision()
        told = {} if end == self.begun["revision"] else {"revision_at_end": end}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a", encoding="utf-8") as log:
            log.write(json.dumps(self.begun | told | measured) + "\n")


def asked(parser: argparse.ArgumentParser, given: argparse.Namespace) -> dict[str, Any]:
    """The arguments of a run; `changed` are those by which it does not measure what it does by default.

    A list is not changed by what it has beside all of its default, but for `SETTINGS`.
    """
    arguments = {name: value for name, value in vars(given).items() if name != "out"}
    defaults = {name: parser.get_default(name) for name in arguments}
    changed = [name for name, value in arguments.items() if not _holds(name, value, defaults[name])]
    return {"arguments": arguments, "changed": changed}


def _holds(name: str, value: Any, default: Any) -> bool:
    may_have_more = isinstance(default, list) and name not in SETTINGS
    return set(default) <= set(value) if may_have_more else bool(value == default)


def spread(values: list[float]) -> dict[str, float]:
    """The median, the smallest and the largest."""
    return {"median": median(values), "least": min(values), "most": max(values)}
