"""What is derived from events before a model learns from them: made once, and mapped into memory by all who ask.

A file has the bytes of all arrays, each at a multiple of `ALIGNED`; then, pickled, where they stand, the value without
them, and the seconds that it took to make; last the place of that and `END`, so that one cut short is known.
"""

import hashlib
import mmap
import os
import pickle
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from filelock import FileLock, Timeout

from study.fingerprint import fingerprint
from study.paths import SCRATCH, replacing
from study.provenance import file_hash
from study.versions import versions

PREPARED = SCRATCH / "prepared"
ROOM = 8 << 30
"""Bytes that stay free on the disk: results need them, and what is derived can be made anew."""
ALIGNED = 64
END = b"prepared"
CODE = Path(__file__).parent

T = TypeVar("T")


class Made(NamedTuple):
    """A value, and the seconds that it took to make."""

    value: Any
    seconds: float


class Prepared(dict[Any, Any]):
    """A memo with a folder: what `kept` makes lies there too, for the next worker and the next stage.

    Its arrays are not read but mapped, so that the processes of a machine hold one copy between them. Who changes one
    in place changes it for itself alone. What is put into it by other means stays in this process.

    Attributes:
        spared: seconds that others took for what this process found, less those that finding it took.
    """

    spared: ClassVar[float] = 0.0

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder

    def part(self, name: str) -> "Prepared":
        """The memo of something that is derived from this one."""
        return Prepared(self.folder / name)

    def made(self, key: Any, make: Callable[[], Any]) -> Any:
        """What lies in the folder under a key; `make` makes it where nothing does, and keeps it where there is room.

        Processes that ask for the same at once wait for the first. A file that is cut short is made anew.

        Args:
            key: of values whose `repr` tells them apart.
        """
        path, watch = self.folder / f"{hashlib.sha256(repr(key).encode()).hexdigest()[:24]}.pickle", Stopwatch()
        found = _read(path)
        if found is None and _has_room(path, 0):
            with _turn(path) as is_first:
                found = _read(path) or (_written(path, _timed(make)) if is_first else None)
        found = found or _timed(make)
        Prepared.spared += found.seconds - watch.seconds()
        return found.value


class Stopwatch:
    """Counts from now what this process would take if it made by itself all that others have made for it."""

    def __init__(self) -> None:
        self.began, self.spared = time.perf_counter(), Prepared.spared

    def seconds(self) -> float:
        """Seconds since then, and those that it was spared."""
        return time.perf_counter() - self.began + Prepared.spared - self.spared


def _timed(make: Callable[[], Any]) -> Made:
    watch = Stopwatch()
    return Made(make(), watch.seconds())


@contextmanager
def _turn(path: Path) -> Iterator[bool]:
    """Whether it is for this process to make a file; where another does, the block begins when that has ended."""
    lock, is_first = FileLock(path.with_suffix(".lock")), True
    with suppress(OSError):  # a disk without locks, or that nothing can be written to
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(blocking=False)
        except Timeout:
            is_first = False
            lock.acquire()
            lock.release()
    try:
        yield is_first
    finally:
        lock.release()


def _has_room(path: Path, size: int) -> bool:
    try:
        folder = next(folder for folder in path.parents if folder.exists())
        return shutil.disk_usage(folder).free >= ROOM + size
    except OSError:  # another process has removed it
        return False


def _read(path: Path) -> Made | None:
    """What lies there, its arrays mapped; nothing where no whole file does."""
    try:
        with path.open("rb") as file:
            whole = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY))
    except (OSError, ValueError):  # an empty file cannot be mapped
        return None
    place = len(whole) - len(END) - 8
    if place < 0 or whole[place + 8 :] != END:
        return None
    begin = int.from_bytes(whole[place : place + 8], "little")
    spans, text, seconds = pickle.loads(whole[begin:place])  # noqa: S301 - written here, for this machine alone
    arrays = [whole[first:last] for first, last in spans]
    return Made(pickle.loads(text, buffers=arrays), seconds)  # noqa: S301


def _written(path: Path, made: Made) -> Made:
    """The value as it lies in the file now; where there is no room for it, as it was made: a run goes on without."""
    buffers: list[pickle.PickleBuffer] = []
    text = pickle.dumps(made.value, protocol=5, buffer_callback=buffers.append)
    arrays = [buffer.raw() for buffer in buffers]
    if not _has_room(path, sum(array.nbytes for array in arrays) + len(text)):
        return made
    try:
        with replacing(path) as temporary, temporary.open("wb") as file:
            spans = []
            for array in arrays:
                file.seek(-file.tell() % ALIGNED, os.SEEK_CUR)
                spans.append((file.tell(), file.tell() + array.nbytes))
                file.write(array)
            place = file.tell()
            pickle.dump((spans, text, made.seconds), file)
            file.write(place.to_bytes(8, "little") + END)
            file.flush()
            os.fsync(file.fileno())  # or a machine that loses its power may keep a file with holes
    except OSError:
        return made
    return _read(path) or made


def kept(memo: dict[Any, Any], key: Any, make: Callable[[], T]) -> T:
    """What a memo has under a key, made by `make` where it has nothing yet."""
    if key not in memo:
        memo[key] = made(memo, key, make)
    found: T = memo[key]
    return found


def made(memo: dict[Any, Any], key: Any, make: Callable[[], T]) -> T:
    """What `make` makes, or what the folder of a memo has under a key; the memo itself does not hold it."""
    found: T = memo.made(key, make) if isinstance(memo, Prepared) else make()
    return found


def latest(memo: dict[Any, Any], name: Any, told: Any, make: Callable[[], T]) -> T:
    """What was made last under a name; where it was told something else it is let go, and then made anew."""
    if name not in memo or memo[name][0] != told:
        memo.pop(name, None)
        memo[name] = told, make()
    found: T = memo[name][1]
    return found


def prepared(question: str, span: str, told: str, files: list[Path]) -> Prepared:
    """The memo of what is derived from some files of a question.

    Its folder is that of exactly these files, settings, code and versions. Those of others, which nothing asks for any
    more, are removed.

    Args:
        span: what tells these files from others of the question.
        told: the settings.
    """
    parts = [_code(), told, *map(file_hash, files)]
    identity = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = PREPARED / question / span
    for other in folder.glob("*"):
        if other.name != identity:
            shutil.rmtree(other, ignore_errors=True)
    return Prepared(folder / identity)


@cache
def _code() -> str:
    """All code of the package, and the versions of what it computes with."""
    return "\n".join([fingerprint(sorted(CODE.rglob("*.py"))), *versions()])
