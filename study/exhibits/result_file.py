"""The files that results are read from, each checked against its record."""

from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from study.errors import UserError
from study.exhibits.records import Manifest

REPRODUCE = "run `dvc repro`"
MANIFEST = "manifest.json"
Found = TypeVar("Found")


def read(path: Path, kind: type[Found], remedy: str = REPRODUCE) -> Found:
    """A result file; `remedy` is how it is made.

    Raises:
        UserError: it is missing or broken.
    """
    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; {remedy}") from None
    except ValidationError as error:
        raise UserError(f"{path}: {found_first(error)}; {remedy}") from None


def found_first(error: ValidationError) -> str:
    """What pydantic found first: where, if that is any place inside, and what."""
    first = error.errors()[0]
    place = ".".join(map(str, first["loc"]))
    return f"{place}: " * bool(place) + first["msg"].removeprefix("Value error, ")


def read_if_made(path: Path, kind: type[Found], remedy: str = REPRODUCE) -> Found | None:
    """The same; None where it has not been made yet."""
    return read(path, kind, remedy) if path.exists() else None


def manifest_of(root: Path, arm: str) -> Manifest | None:
    """The manifest of an arm; None where it has not been run, or on another state of the log than the arm main.

    A log that goes on under its name leaves the results of what has not been run again behind.

    Args:
        root: the results of the snapshot.
    """
    found, main = (read_if_made(root / name / MANIFEST, Manifest) for name in (arm, "main"))
    return found if found is None or main is None or found.data_hash == main.data_hash else None
