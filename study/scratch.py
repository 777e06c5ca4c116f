"""Where a stage keeps what it has finished until all of it is: a stage that was cut goes on from there."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from study.device import Device, name_of
from study.errors import UserError
from study.paths import SCRATCH
from study.versions import versions


@contextmanager
def scratch(work: Path, identity: str, told: str, device: Device) -> Iterator[Path]:
    """A folder below `data/scratch/<work>`, held by one run at a time.

    Args:
        identity: of exactly these parameters, inputs and code. The folder is that of these versions and this device,
            too: what others have begun is not gone on with.
        told: what is done there, for messages.
        device: where networks are trained.

    Raises:
        UserError: another run holds it.
    """
    parts = [identity, name_of(device), *versions()]
    folder = SCRATCH / work / hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
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
