"""What is derived from events before a model learns from them: made once, and mapped into memory by all who ask."""

import hashlib
import platform
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import joblib

from study.fingerprint import fingerprint
from study.paths import SCRATCH, replacing
from study.provenance import PACKAGES, file_hash, released

PREPARED = SCRATCH / "prepared"
ROOM = 8 << 30
"""Bytes that stay free on the disk: results need them, and what is derived can be made anew."""
CODE = Path(__file__).parent

T = TypeVar("T")


class Prepared(dict[Any, Any]):
    """A memo with a folder: what `kept` makes lies there too, for the next worker and the next stage.

    Its arrays are not read but mapped, so that the processes of a machine hold one copy between them. Who changes one
    in place changes it for itself alone.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def part(self, name: str) -> "Prepared":
        """The memo of something that is derived from this one."""
        return Prepared(self.folder / name)

    def made(self, key: Any, make: Callable[[], Any]) -> Any:
        """What lies in the folder under a key; `make` makes it where nothing does, and keeps it where there is room.

        Args:
            key: of values whose `repr` tells them apart.
        """
        path = self.folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}.joblib"
        if not path.exists():
            value = make()
            if not _written(path, value):
                return value
        return joblib.load(path, mmap_mode="c")


def _written(path: Path, value: Any) -> bool:
    """Whether there is room for a value, and it lies there now; a run goes on without."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free < ROOM:
            return False
        with replacing(path) as temporary:
            joblib.dump(value, temporary)
    except OSError:
        return False
    return True


def kept(memo: dict[Any, Any], key: Any, make: Callable[[], T]) -> T:
    """What a memo has under a key, made by `make` where it has nothing yet."""
    if key not in memo:
        memo[key] = memo.made(key, make) if isinstance(memo, Prepared) else make()
    found: T = memo[key]
    return found


def prepared(question: str, span: str, told: list[str], files: list[Path]) -> Prepared:
    """The memo of what is derived from some files of a question.

    Its folder is that of exactly these files, settings, code and versions. Those of others, which nothing asks for any
    more, are removed.

    Args:
        span: what tells these files from others of the question.
        told: the settings, as text.
    """
    parts = [_code(), *told, *map(file_hash, files)]
    identity = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = PREPARED / question / span
    for other in folder.glob("*"):
        if other.name != identity:
            shutil.rmtree(other, ignore_errors=True)
    return Prepared(folder / identity)


@cache
def _code() -> str:
    """All code of the package, and the versions of what it computes with."""
    versions = [f"{name} {released(name)}" for name in PACKAGES]
    return "\n".join([fingerprint(sorted(CODE.rglob("*.py"))), platform.python_version(), *versions])
