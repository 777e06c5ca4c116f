"""`params.yaml` as plain values, before it is validated."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from study.errors import UserError

Loader: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Reads plain values; with libyaml, which few builds of PyYAML lack, ten times as fast. Every command waits for it."""


def read_plain(path: Path) -> Any:
    """The values of a file.

    Raises:
        UserError: the file is missing, no YAML, or has a key twice; one line.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; run from the root of the repository") from None
    except UnicodeDecodeError as error:
        raise _no_yaml(path, error) from None
    return plain(text, path)


def plain(text: str, path: Path) -> Any:
    """The values of a text.

    Args:
        path: what messages name as its place.

    Raises:
        UserError: it is no YAML, or has a key twice, of which YAML would take the last.
    """
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        for place, line, first in _repeated(node, "", set()):
            raise UserError(f"{path}: line {line}: {place} stands there twice, first in line {first}; remove one")
        return None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:  # the latter where a day is in no calendar
        raise _no_yaml(path, error) from None


def _no_yaml(path: Path, error: Exception) -> UserError:
    return UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}")


def _repeated(node: yaml.Node | None, place: str, seen: set[int]) -> Iterator[tuple[str, int, int]]:
    """The keys that a mapping has already: the place of each, its line, and that of the first of its name.

    Args:
        seen: the nodes that were visited: an alias stands for one of them.
    """
    if not isinstance(node, yaml.CollectionNode) or id(node) in seen:
        return
    seen.add(id(node))
    lines: dict[tuple[str, str], int] = {}
    for inner in node.value:
        key, value = inner if isinstance(node, yaml.MappingNode) else (None, inner)
        below = place
        if isinstance(key, yaml.ScalarNode):
            below, line = f"{place}.{key.value}".lstrip("."), key.start_mark.line + 1
            if (key.tag, key.value) in lines:
                yield below, line, lines[key.tag, key.value]
            lines[key.tag, key.value] = line
        yield from _repeated(value, below, seen)
