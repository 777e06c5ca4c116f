"""Changes values of `params.yaml` in place: comments, order and layout stay as they are."""

import re
from typing import Any

import yaml

PLAIN = re.compile(r"[a-z][\w./-]*", re.IGNORECASE)


def edited(text: str, changes: dict[str, Any]) -> str:
    """The text with some values replaced, each a scalar or a list of scalars.

    Args:
        changes: the new value of each key, `section.key` inside a section. A key that is not there is added at the
            end, which a key inside a section cannot be.

    Raises:
        KeyError: a key inside a section is not there.
    """
    root = yaml.compose(text)
    assert root is not None
    spans = {key: _span(root, key.split(".")) for key in changes}
    for key, span in sorted(spans.items(), key=lambda found: found[1] or (0, 0), reverse=True):
        if span is not None:
            start, end = span
            indent = "  " if text[:start].rstrip(" ").endswith("\n") else " " * (start == end)
            text = text[:start] + indent + flow(changes[key]) + text[end:]
    added = [f"{key}: {flow(changes[key])}\n" for key, span in spans.items() if span is None]
    return text + "\n" * bool(added and not text.endswith("\n")) + "".join(added)


def _span(node: yaml.Node, keys: list[str]) -> tuple[int, int] | None:
    """Where the value of a key begins and ends, in characters; None where the key could be added."""
    found = {key.value: value for key, value in node.value}
    if keys[0] not in found:
        if isinstance(node, yaml.MappingNode) and node.start_mark.column == 0 and len(keys) == 1:
            return None
        raise KeyError(keys[0])
    value = found[keys[0]]
    return _span(value, keys[1:]) if len(keys) > 1 else (value.start_mark.index, _end(value))


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
