"""Folders on disk for what memory does not hold."""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cache
from pathlib import Path

from study.paths import SCRATCH

Folder = Callable[[], Path]
"""Makes the folder when it is first asked for: a small log needs none."""


@contextmanager
def spilling(name: str) -> Iterator[Folder]:
    """A folder that goes with the block; what a killed process left under the same name goes before.

    Args:
        name: of the stage, and of what it is asked for.
    """
    with ExitStack() as stack:
        yield cache(lambda: _made(name, stack))


def _made(name: str, stack: ExitStack) -> Path:
    SCRATCH.mkdir(parents=True, exist_ok=True)
    for left in SCRATCH.glob(f"spill-{name}.*[0-9]"):
        with suppress(OSError), _locked(left):  # held by a process that lives, or gone meanwhile
            shutil.rmtree(left)
    folder = SCRATCH / f"spill-{name}.{os.getpid()}"
    folder.mkdir(exist_ok=True)
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    with suppress(OSError):  # a file system without locks
        stack.enter_context(_locked(folder))
    return folder


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder.

    Raises:
        OSError: a process that lives holds it.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
