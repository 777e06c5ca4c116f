"""What the machine refused, in one line: the path, why, and what to do."""

import errno
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from study.errors import UserError

AGAIN = "then run the same command again: what is finished stays"
ANEW = "then run the same command again: it begins anew"
_ROOM, _RIGHTS, _SHAPE = "make room", "make it writable for you", "move it away"
_ABSENT = "an earlier stage makes it, or params.yaml names it; `dvc repro` runs what is missing"
_ADVICE = {
    errno.ENOSPC: _ROOM,
    errno.EDQUOT: _ROOM,
    errno.EFBIG: "a limit on the size of files is in the way (ulimit -f); raise it",
    errno.EACCES: _RIGHTS,
    errno.EPERM: _RIGHTS,
    errno.EROFS: _RIGHTS,
    errno.ENOTDIR: f"a file stands where a folder is needed; {_SHAPE}",
    errno.EEXIST: f"a file stands where a folder is needed; {_SHAPE}",
    errno.EISDIR: f"a folder stands where a file is needed; {_SHAPE}",
    errno.EMFILE: "no more files may be open at once; raise the limit (ulimit -n)",
}
_NUMBER, _NESTED = re.compile(r"\(os error (\d+)\)"), re.compile(r"\[Errno (\d+)\]")


def explain(error: OSError, again: str = AGAIN) -> str:
    """One line for the person who runs the study.

    Args:
        again: what the same command does after that is mended.
    """
    number = _number(error)
    if number is None:
        return " ".join(str(error).split())
    place = _missing(error) or error.filename
    where = f"{os.fspath(place)}: " if isinstance(place, str | os.PathLike) else ""
    said = os.strerror(number) if where else " ".join(_NUMBER.sub("", str(error)).split())
    advice = _ABSENT if number == errno.ENOENT else f"{_ADVICE.get(number, 'mend that')}, {again}"
    return f"{where}{said}; {advice}"


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Makes of whatever the machine refuses in the block an OSError that names `path`.

    An open file that cannot grow names no path, shutil.Error tells of many files at once and names none, and what
    polars and safetensors raise is no OSError at all. What is told to the user as it is passes.
    """
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        number = _number(error)
        if number is None or getattr(error, "filename", None) or _missing(error):
            raise
        raise OSError(number, os.strerror(number), str(path)) from error


def _missing(error: Exception) -> str | None:
    """The first file of a folder that was to be copied and is not there."""
    is_so = isinstance(error, shutil.Error) and _number(error) == errno.ENOENT
    return str(error.args[0][0][0]) if is_so else None


def _number(error: Exception) -> int | None:
    """What the system calls the refusal; of a folder that was copied, the one of its first file that was not."""
    if isinstance(error, OSError) and error.errno is not None:
        return error.errno
    found = (_NESTED if isinstance(error, shutil.Error) else _NUMBER).search(str(error))
    return int(found[1]) if found else None
