"""Where a stage keeps what it has finished until all of it is: a stage that was cut goes on from there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from study.errors import UserError
from study.paths import SCRATCH


@contextmanager
def scratch(work: Path, identity: str, told: str) -> Iterator[Path]:
    """The folder `data/scratch/<work>/<identity>`, held by one run at a time.

    Args:
        identity: of exactly these parameters, inputs and code.
        told: what is done there, for messages.

    Raises:
        UserError: another run holds it.
    """
    folder = SCRATCH / work / identity
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UserError(f"{told}: another run is at it (lock {folder / 'lock'}); wait for it to end") from None
    try:
        yield folder
    finally:
        lock.release()
