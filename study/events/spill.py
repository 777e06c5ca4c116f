"""What memory does not hold: folders on disk, and tables in them."""

import errno
import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import mkstemp

import polars as pl

from study.events.parts import Parts
from study.failures import naming
from study.paths import SCRATCH

Folder = Callable[[], Path]
"""Makes the folder when it is first asked for: a small log needs none."""


@dataclass(frozen=True)
class Kept:
    """A table that is held, or lies on disk."""

    where: pl.DataFrame | Path

    def lazy(self) -> pl.LazyFrame:
        """The table, which is not read yet."""
        return pl.scan_parquet(self.where, glob=False) if isinstance(self.where, Path) else self.where.lazy()

    def read(self) -> pl.DataFrame:
        """The table."""
        return self.lazy().collect().rechunk() if isinstance(self.where, Path) else self.where

    def taken(self) -> pl.DataFrame:
        """The table for the last time: its file goes."""
        table = self.read()
        if isinstance(self.where, Path):
            self.where.unlink()
        return table


@dataclass(frozen=True)
class Shelf:
    """Where tables of a part are kept, by whichever process does it: in memory, or as files of a folder."""

    folder: Path | None = None

    def keep(self, table: pl.DataFrame, name: str) -> Kept:
        """Keeps a table.

        Args:
            name: what its file begins with.
        """
        if self.folder is None:
            return Kept(table)
        opened, made = mkstemp(prefix=f"{name}-", suffix=".parquet", dir=self.folder)
        os.close(opened)
        path = self.folder / Path(made).name
        with naming(path):
            table.write_parquet(path, compression="lz4", statistics=False)
        return Kept(path)


def shelf_for(parts: Parts, folder: Folder) -> Shelf:
    """For the tables of a log: what is made of the only part is held."""
    return Shelf(folder()) if len(parts.pieces) > 1 else Shelf()


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
    names = (SCRATCH / f"spill-{name}.{os.getpid()}-{number}" for number in count())
    return next(folder for folder in names if _is_ours(folder, stack))


def _is_ours(folder: Path, stack: ExitStack) -> bool:
    """Makes a folder and locks it; false where another process has it, or took it for one that is left."""
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    try:
        stack.enter_context(_locked(folder))
    except (BlockingIOError, FileNotFoundError):
        return False
    except OSError:  # a file system without locks, where nothing that is left is removed
        pass
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    return True


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Holds the lock of a folder.

    Raises:
        BlockingIOError: a process that lives holds it.
        FileNotFoundError: it is gone, perhaps since it was opened.
        OSError: the file system has no locks.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not os.path.samestat(os.fstat(descriptor), folder.stat()):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(folder))
        yield
    finally:
        os.close(descriptor)
