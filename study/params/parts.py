"""What a file that an entry loads by name says of itself, read from its text: to import it would load torch."""

import ast
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

from study.params.messages import unknown_name

OBJECTIVES = "study.nn.objectives"
MARKS = {OBJECTIVES: "CLASSES"}
"""The name that makes a file of a folder a part; `build` in all others. A file without it is a helper."""
NUMBERS = {"int": "a whole number of 1 or more", "float": "a number"}
"""What an option of a loss may be, by its annotation; a whole one counts something."""


def is_part(module: str) -> bool:
    """Whether the module is there and no helper."""
    return importlib.util.find_spec(module) is not None and MARKS.get(_folder(module), "build") in names_in(module)


def siblings(module: str) -> list[str]:
    """The names of the parts in the folder of a module, sorted."""
    folder = importlib.util.find_spec(_folder(module))
    locations = list(folder.submodule_search_locations or []) if folder else []
    names = sorted(path.stem for where in locations for path in Path(where).glob("[a-z]*.py"))
    return [name for name in names if is_part(f"{_folder(module)}.{name}")]


@cache
def names_in(module: str) -> dict[str, Any]:
    """What a module binds, with what it imports from its own folder: plain values, functions as they are parsed.

    Anything else is None.
    """
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    found: dict[str, Any] = {}
    for node in ast.parse(Path(spec.origin).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign):
            found |= {target.id: _plain(node.value) for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and node.module and _folder(node.module) == _folder(module):
            there = names_in(node.module)
            found |= {alias.asname or alias.name: there.get(alias.name) for alias in node.names}
    return found


def _folder(module: str) -> str:
    return module.rpartition(".")[0]


def _plain(value: ast.expr) -> Any:
    try:
        return ast.literal_eval(value)
    except ValueError:
        return None


def misfit(place: str, module: str, options: dict[str, Any]) -> str | None:
    """Why `build` of a loss takes no such options, by its signature, in one line; None where it does.

    Args:
        place: of the options, with which the line begins.
        module: of the loss.
        options: all that the roster says.
    """
    build = names_in(module)["build"]
    if not isinstance(build, ast.FunctionDef):
        return None
    taken = build.args.args[1:]  # the first is the frequency of the classes
    known = {one.arg: ast.unparse(one.annotation) if one.annotation else "" for one in taken}
    for name, value in options.items():
        if name not in known:
            loss = module.rpartition(".")[2]
            return unknown_name(place, name, list(known)) if known else f"{place}: {loss} has no options; remove {name}"
        if not _is_allowed(value, known[name]):
            return f"{place}.{name}: {value!r} is not {NUMBERS[known[name]]}"
    for name in list(known)[: len(known) - len(build.args.defaults)]:
        if name not in options:
            return f"{place}.{name}: this is missing; add it"
    return None


def _is_allowed(value: Any, annotation: str) -> bool:
    if annotation not in NUMBERS:
        return True
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return (is_whole and value >= 1) if annotation == "int" else (is_whole or isinstance(value, float))
