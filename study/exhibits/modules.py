"""What modules that no page may import say of themselves, read from their text."""

import ast
import importlib.util
from pathlib import Path
from typing import Any


def told_by(module: str) -> str:
    """The first line of a module's docstring, without the marks of code."""
    return (ast.get_docstring(_parsed(module)) or "").partition("\n")[0].replace("`", "")


def constants(module: str) -> dict[str, Any]:
    """The plain values that a module binds, several in one statement too."""
    found: dict[str, Any] = {}
    for node in _parsed(module).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            try:
                value = ast.literal_eval(node.value)
            except ValueError:
                continue
            target = node.targets[0]
            if isinstance(target, ast.Name):
                found[target.id] = value
            elif isinstance(target, ast.Tuple):
                found |= zip(map(ast.unparse, target.elts), value, strict=True)
    return found


def _parsed(module: str) -> ast.Module:
    spec = importlib.util.find_spec(module)
    assert spec is not None and spec.origin is not None
    return ast.parse(Path(spec.origin).read_text(encoding="utf-8"))
