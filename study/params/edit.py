"""Changes values of `params.yaml` in place: comments, order and layout stay as they are."""

import re
from collections.abc import Iterator
from typing import Any

import yaml

from study.errors import UserError
from study.paths import PARAMS

MERGE = "<<"
PLAIN = re.compile(r"[a-z][\w./-]*", re.IGNORECASE)


def edited(text: str, changes: dict[str, Any]) -> str:
    """The text with some values replaced, each a scalar or a list of scalars.

    Args:
        changes: the new value of each key, `section.key` inside a section. A key that is not there is added at the
            end, which a key inside a section cannot be.

    Raises:
        KeyError: a key inside a section is not there.
        UserError: a value is written by an anchor, an alias or a merge, so that another would change with it.
    """
    try:
        root = yaml.compose(text)
    except yaml.composer.ComposerError as error:
        told = f"{error.problem}: its anchor stood in a section that is written anew"
        raise UserError(f"{PARAMS}: {told}; write its values out") from None
    assert root is not None
    shared = set(_shared(root, set()))
    spans = {key: _span(root, key, key.split("."), shared) for key in changes}
    for key, span in sorted(spans.items(), key=lambda found: found[1] or (0, 0), reverse=True):
        if span is not None:
            start, end = span
            indent = "  " if text[:start].rstrip(" ").endswith("\n") else " " * (start == end)
            text = text[:start] + indent + flow(changes[key]) + text[end:]
    added = [f"{key}: {flow(changes[key])}\n" for key, span in spans.items() if span is None]
    return text + "\n" * bool(added and not text.endswith("\n")) + "".join(added)


def _shared(node: yaml.Node, seen: set[int]) -> Iterator[int]:
    """The ids of the nodes that an alias stands for, too."""
    if id(node) in seen:
        yield id(node)
        return
    seen.add(id(node))
    for part in _inner(node):
        yield from _shared(part, seen)


def _inner(node: yaml.Node) -> list[yaml.Node]:
    """The items of a list, and keys and values of a mapping."""
    found = node.value if isinstance(node, yaml.CollectionNode) else []
    return [part for one in found for part in (one if isinstance(one, tuple) else (one,))]


def _span(node: yaml.Node, named: str, keys: list[str], shared: set[int]) -> tuple[int, int] | None:
    """Where the value of a key begins and ends, in characters; None where the key could be added.

    Args:
        named: the whole key, for messages; `keys` is what is left of it below the node.
        shared: see `_shared`.
    """
    found, is_last = {key.value: value for key, value in node.value}, len(keys) == 1
    if keys[0] not in found:
        if MERGE in found:
            raise _not_alone(named)
        if isinstance(node, yaml.MappingNode) and node.start_mark.column == 0 and is_last:
            return None
        raise KeyError(keys[0])
    value = found[keys[0]]
    if id(value) in shared or (is_last and _has_shared(value, shared)):
        raise _not_alone(named)
    return (value.start_mark.index, _end(value)) if is_last else _span(value, named, keys[1:], shared)


def _has_shared(node: yaml.Node, shared: set[int]) -> bool:
    return any(id(part) in shared or _has_shared(part, shared) for part in _inner(node))


def _not_alone(named: str) -> UserError:
    told = "is written by an anchor (&), an alias (*) or a merge (<<), so that other values would change with it"
    return UserError(f"{PARAMS}: {named}: {told}; write its values out")


def _end(node: yaml.Node) -> int:
    """The end of a value: of a block, that of its last value, for comments may follow before the next key."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(last, tuple) else last)
    return int(node.end_mark.index)


def flow(value: Any) -> str:
    """A value on one line; text in quotes wherever any reader of YAML might take it for something else."""
    if isinstance(value, list):
        return f"[{', '.join(map(flow, value))}]"
    plain = str(yaml.safe_dump(value, default_flow_style=True, width=float("inf"), allow_unicode=True))
    plain = plain.removesuffix("\n").removesuffix("\n...")
    if isinstance(value, str) and not PLAIN.fullmatch(plain):
        return plain if plain[:1] in {"'", '"'} else f'"{plain}"'
    return plain
