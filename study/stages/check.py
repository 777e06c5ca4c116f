"""Validates `params.yaml` whole and writes what every stage depends on: the fingerprint of its code.

It runs before any stage, so a wrong setting stops the study before anything is touched.
"""

from pathlib import Path

from study.fingerprint import closure, fingerprint
from study.params import load
from study.paths import CHECKED, write_text

STAGES = ("snapshot", "split", "features", "compare")
PER_VARIANT = ("train", "score")
EXHIBITS = Path("study/exhibits")


def run() -> None:
    """Writes `data/checked/<stage>.txt`, and for train and score one file per variant."""
    params = load()
    for stage in STAGES:
        _write(CHECKED / f"{stage}.txt", [f"study.stages.{stage}"])
    pages = [f"study.exhibits.{path.stem}" for path in sorted(EXHIBITS.glob("*.py"))]
    _write(CHECKED / "report.txt", ["study.stages.report", *pages])
    for stage in PER_VARIANT:
        for path in (CHECKED / stage).glob("*.txt"):
            if path.stem not in params.roster:
                path.unlink()
        for variant, entry in params.roster.items():
            _write(CHECKED / stage / f"{variant}.txt", [f"study.stages.{stage}", *entry.modules()])


def _write(path: Path, roots: list[str]) -> None:
    write_text(path, fingerprint(closure(roots)))
