"""The text of a module as Python reads it, without running it."""

import ast
from pathlib import Path

from study.errors import UserError


def parsed(path: Path, place: str) -> ast.Module:
    """The statements of a module.

    Args:
        place: what messages call the file.

    Raises:
        UserError: it is no Python.
    """
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise UserError(f"{place}: line {error.lineno}: {error.msg}; correct it") from None
    except ValueError as error:  # bytes that are no text
        raise UserError(f"{place}: {error}; correct it") from None
