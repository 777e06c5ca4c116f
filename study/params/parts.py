"""What a file that an entry loads by name says of itself, read from its text: to import it would load torch."""

import ast
import importlib.util
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from study.errors import UserError
from study.params.messages import unknown_name
from study.syntax import parsed

OBJECTIVES = "study.nn.objectives"
MARKS = {OBJECTIVES: "CLASSES"}
"""The name that makes a file of a folder a part; `build` in all others. A file without it is a helper."""
Asked = tuple[str, Callable[[Any], bool]]
"""What a declaration has to be, in words, and whether a value is."""
LAYOUTS = ("event", "token")
EITHER: Asked = ("True or False", lambda value: isinstance(value, bool))
TRUE: Asked = ("True; leave it out where it is not", lambda value: value is True)
NEEDED: dict[str, dict[str, Asked]] = {
    "study.nn.representations": {"LAYOUT": ('"event" or "token"', lambda value: value in LAYOUTS)},
    "study.nn.architectures": {"SEES_LATER": EITHER, "READS_ORDER": EITHER},
    "study.nn.heads": {"READS_OWN": EITHER, "COMPOSES": EITHER},
    OBJECTIVES: {
        "CLASSES": ('"candidates" or "tokens"', lambda value: value in ("candidates", "tokens")),
        "LAYOUTS": (
            '("event",), ("token",) or both',
            lambda value: isinstance(value, tuple) and set() < set(value) <= set(LAYOUTS),
        ),
        "ASKS_ABOUT_TIME": EITHER,
        "READ_SHARE": ("above 0 and at most 1", lambda value: isinstance(value, int | float) and 0 < value <= 1),
    },
}
"""What every part of a folder says of itself."""
RANKED = {"what": "candidates", "who": "users"}
"""What is ranked in each kind of question."""
RANKS: Asked = ('"candidates" or "users"', lambda value: value in RANKED.values())
LOSSES = ("bce", "lambdarank")
"""What a model on aggregates may be trained with."""
SPARED: dict[str, dict[str, Asked]] = {
    "study.models": {
        "RANKS": RANKS,
        "TREES": TRUE,
        "LOSSES": (
            '("bce",), ("lambdarank",) or both',
            lambda value: isinstance(value, tuple) and set() < set(value) <= set(LOSSES),
        ),
    },
    "study.models.counting": {"RANKS": RANKS},
    "study.nn.representations": {"READS_CANDIDATE_ALONE": TRUE},
    "study.nn.architectures": {"IS_BLIND": TRUE},
    OBJECTIVES: {"HIDES": TRUE, "WEIGHS_KEY": TRUE, "CONTRASTS_PARTS": TRUE},
}
"""What a part may say."""
NUMBERS = {"int": "a whole number of 1 or more", "float": "a number"}
"""What an option of a loss may be, by its annotation; a whole one counts something."""


def is_part(module: str) -> bool:
    """Whether the module is there and no helper."""
    return importlib.util.find_spec(module) is not None and _mark(module) in names_in(module)


def siblings(module: str) -> list[str]:
    """The names of the parts in the folder of a module, sorted."""
    folder = importlib.util.find_spec(_folder(module))
    locations = list(folder.submodule_search_locations or []) if folder else []
    names = sorted(path.stem for where in locations for path in Path(where).glob("[a-z]*.py"))
    return [name for name in names if is_part(f"{_folder(module)}.{name}")]


def no_part(place: str, module: str) -> str:
    """That a module is no part, with those of its folder, and what a file that is there lacks."""
    told = unknown_name(place, module.rpartition(".")[2], siblings(module))
    if importlib.util.find_spec(module) is None:
        return told
    return f"{told}; {file_of(module)} is a helper, for it has no {_mark(module)}"


def ranks_other(module: str, kind: str) -> bool:
    """Whether a model ranks users alone where candidates are asked for, or the other way round.

    Args:
        kind: of the question.
    """
    return "RANKS" in (names := names_in(module)) and bool(names["RANKS"] != RANKED[kind])


def grows_trees(module: str) -> bool:
    """Whether a round of a model is a tree; one that does not say so has one round."""
    return bool(names_in(module).get("TREES"))


def losses_of(module: str) -> tuple[str, ...]:
    """What a model on aggregates can be trained with: bce alone where it does not say."""
    found: tuple[str, ...] = names_in(module).get("LOSSES", LOSSES[:1])
    return found


def refuse_lacking(module: str, names: Sequence[str]) -> None:
    """Whether there is a module that binds some names.

    Raises:
        UserError: there is none, or it lacks one.
    """
    if importlib.util.find_spec(module) is None:
        raise UserError(f"{file_of(module)}: there is no such file; add it")
    for name in names:
        if name not in names_in(module):
            raise UserError(f"{file_of(module)}: {name} is missing; add it")


@cache
def names_in(module: str) -> dict[str, Any]:
    """What a module binds, with what it imports from its own folder: plain values, functions as they are parsed.

    Anything else is None.

    Raises:
        UserError: its text is no Python, or it imports a module of its folder that is not there.
    """
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    found: dict[str, Any] = {}
    for node in parsed(Path(spec.origin), file_of(module)).body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {name: value for target in targets for name, value in _bound(target, node.value)}
        elif isinstance(node, ast.ImportFrom) and node.module and _folder(node.module) == _folder(module):
            if importlib.util.find_spec(node.module) is None:
                raise UserError(f"{file_of(module)}: line {node.lineno}: there is no module {node.module}; correct it")
            there = names_in(node.module)
            found |= {alias.asname or alias.name: there.get(alias.name) for alias in node.names}
    return found


def file_of(module: str) -> str:
    """The file of a module, from the root of the repository."""
    return f"{module.replace('.', '/')}.py"


def refuse_misdeclared(module: str) -> None:
    """Whether a part says of itself what it has to.

    Raises:
        UserError: it does not, or says it wrongly.
    """
    names = names_in(module)
    needed, spared = (asked.get(_folder(module), {}) for asked in (NEEDED, SPARED))
    for name, (wanted, is_allowed) in {**needed, **spared}.items():
        if name not in names and name in needed:
            raise UserError(f"{file_of(module)}: {name} is missing; it has to be {wanted}")
        if name in names and not is_allowed(names[name]):
            told = "no plain value" if names[name] is None else repr(names[name])
            raise UserError(f"{file_of(module)}: {name} is {told}; it has to be {wanted}")


def _mark(module: str) -> str:
    return MARKS.get(_folder(module), "build")


def _folder(module: str) -> str:
    return module.rpartition(".")[0]


def _bound(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, Any]]:
    """The names that an assignment binds, and their plain values; several may stand beside each other."""
    if isinstance(target, ast.Name):
        yield target.id, _plain(value)
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for pair in zip(target.elts, value.elts, strict=False):
            yield from _bound(*pair)


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
    given = build.args
    first = [*given.posonlyargs, *given.args]
    taken = [*first[1:], *given.kwonlyargs]  # the first is the frequency of the classes
    known = {one.arg: ast.unparse(one.annotation) if one.annotation else "" for one in taken}
    spared = {one.arg for one in first[len(first) - len(given.defaults) :]}
    spared |= {one.arg for one, value in zip(given.kwonlyargs, given.kw_defaults, strict=True) if value is not None}
    for name, value in options.items():
        if name not in known:
            loss = module.rpartition(".")[2]
            return unknown_name(place, name, list(known)) if known else f"{place}: {loss} has no options; remove {name}"
        if not _is_allowed(value, known[name]):
            return f"{place}.{name}: {value!r} is not {NUMBERS[known[name]]}"
    missing = [name for name in known if name not in spared and name not in options]
    return f"{place}.{missing[0]}: this is missing; add it" if missing else None


def _is_allowed(value: Any, annotation: str) -> bool:
    if annotation not in NUMBERS:
        return True
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return (is_whole and value >= 1) if annotation == "int" else (is_whole or isinstance(value, float))
