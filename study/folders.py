"""Folders that are written as one: by replacement, and, where a user names the place, of nothing but their own."""

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

from filelock import FileLock, Timeout

from study.errors import UserError
from study.failures import naming

Owned = Callable[[Path], bool]
"""Whether a folder holds what the command writes, and nothing else."""
BEGUN, BEFORE = "new", "old"
"""How the hidden folders end that a replacement leaves when it is killed."""
HELD = "lock"


def place_of(folder: Path, is_own: Owned, what: str) -> Path:
    """Where a folder is to be written: of a link what it points to is replaced, and `.` has a name.

    What a replacement that was killed has moved away is put back.

    Args:
        what: the command writes, for messages.

    Raises:
        UserError: something else is there.
    """
    place = folder.resolve()
    _restore(place, is_own)
    if place.exists() and not is_own(place):
        told = f"exists and is no {what}, or has other files in it"
        raise UserError(f"{folder}: {told}; give another folder with --to")
    return place


def refuse_unwritable(place: Path) -> None:
    """Finds out now whether a folder can be made there, by one that is made in the nearest that exists and removed.

    Args:
        place: see `place_of`.

    Raises:
        OSError: the machine refuses; it names the nearest folder, or the file that stands for one.
    """
    nearest = next(parent for parent in place.parents if parent.exists())
    try:
        Path(mkdtemp(prefix=".", dir=nearest)).rmdir()
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(nearest)) from error


def left_of(folder: Path) -> str | None:
    """The name of the folder whose replacement, when it was killed, has left this one; None if it is none of these."""
    hidden, _, end = folder.name.rpartition(".")
    return hidden[1:] if hidden.startswith(".") and end in {BEGUN, BEFORE} else None


@contextmanager
def held(place: Path, told: str) -> Iterator[None]:
    """A folder that one run at a time writes, by a hidden lock beside it.

    Args:
        place: see `place_of`.
        told: what is done there, for messages.

    Raises:
        UserError: another run is at it.
        OSError: the machine refuses; it names `place`.
    """
    lock = FileLock(place.with_name(f".{place.name}.{HELD}"), timeout=0)
    with naming(place):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout:
            raise UserError(f"{told}: another run is at it (lock {lock.lock_file}); wait for it to end") from None
    try:
        yield
    finally:
        Path(lock.lock_file).unlink(missing_ok=True)  # while it is held: whoever has opened it takes a new one
        lock.release()


@contextmanager
def replacing_folder(place: Path, is_own: Owned = Path.is_dir) -> Iterator[Path]:
    """Yields an empty folder beside `place`, hidden, and, if the block succeeds, puts it there whole.

    Args:
        place: see `place_of`; what is there stays if anything fails.
        is_own: by default whatever is there is replaced.

    Raises:
        OSError: the machine refuses; it names `place`.
    """
    fresh = place.with_name(f".{place.name}.{BEGUN}")
    with naming(place):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(parents=True)
        try:
            yield fresh
            _swap(fresh, place, is_own)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def _swap(fresh: Path, place: Path, is_own: Owned) -> None:
    old = _old(place)
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(place))
        place.rename(old)
    try:
        fresh.rename(place)
    except BaseException:
        _restore(place, is_own)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _restore(place: Path, is_own: Owned) -> None:
    """Puts back what `_swap` has moved away, where nothing has come in its place."""
    if not place.exists() and is_own(_old(place)):
        with suppress(FileNotFoundError):  # another process of the same command was first
            _old(place).rename(place)


def _old(place: Path) -> Path:
    return place.with_name(f".{place.name}.{BEFORE}")
