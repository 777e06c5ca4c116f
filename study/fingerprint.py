"""Which code a stage depends on: its static import closure, and the parts that a roster entry loads by name."""

import ast
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from study.errors import UserError
from study.syntax import parsed

PACKAGE = "study"


@cache
def _path(module: str) -> Path | None:
    base = Path(*module.split("."))
    for candidate in (base.with_suffix(".py"), base / "__init__.py"):
        if candidate.is_file():
            return candidate
    return None


@cache
def imports_of(module: str) -> frozenset[str]:
    """The modules of the package that a module imports anywhere in its text, and its own packages.

    Raises:
        UserError: its text is no Python.
    """
    path = _path(module)
    if path is None:
        return frozenset()
    found = {module.rsplit(".", depth)[0] for depth in range(1, module.count(".") + 1)}
    for node in _statements(parsed(path, path.as_posix()).body):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(name for name in found if name.split(".")[0] == PACKAGE and _path(name))


def _statements(block: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """The statements of a block and of the blocks within: an import is one, and nine of ten nodes are none."""
    for statement in block:
        yield statement
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            yield from _statements(getattr(statement, inner, ()))


def closure(roots: list[str]) -> list[Path]:
    """The files that the modules need, directly or not, sorted; relative to the root of the repository."""
    seen: set[str] = set()
    waiting = list(roots)
    while waiting:
        module = waiting.pop()
        if module not in seen:
            seen.add(module)
            waiting += imports_of(module)
    return sorted(path for path in map(_path, seen) if path)


def fingerprint(files: list[Path]) -> str:
    """One line per file: its hash and name; two equal texts mean equal code."""
    return "".join(map(_line, files))


def refuse_edited(told: Path, begun: Path | None = None) -> None:
    """Of a stage that DVC runs: its code, as it is on the disk, is that which `check` has written to a file.

    What an edit in between would make stood under the fingerprint of the code before it, even once it is taken back.

    Args:
        begun: where work of the edit may lie; None where the stage has not begun.

    Raises:
        UserError: a file is another one.
    """
    for line in told.read_text(encoding="utf-8").splitlines():
        name = line.partition("  ")[2]
        file = Path(name)
        if file.suffix == ".py" and not (file.is_file() and line + "\n" == _line.__wrapped__(file)):
            first = f"delete {begun}, where work of the edit may lie, and " if begun and begun.exists() else ""
            raise UserError(f"{name}: it was edited since `check` read it; {first}run `dvc repro` again")


@cache
def _line(file: Path) -> str:
    return f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.as_posix()}\n"
