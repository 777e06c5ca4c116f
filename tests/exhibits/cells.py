"""What the cells of a page show, without a book being built."""

import ast
import re

from study.exhibits.markup import Html
from study.paths import REPORT

CELL = re.compile(r"^```\{code-cell\}[^\n]*\n(?::[^\n]*\n)*(.*?)^```$", re.MULTILINE | re.DOTALL)


def shown(page: str) -> str:
    """What the cells of a page show, run as the book runs them."""
    names: dict[str, object] = {}
    pieces = []
    for source in CELL.findall((REPORT / f"{page}.md").read_text(encoding="utf-8")):
        *body, last = ast.parse(source).body
        exec(compile(ast.Module(body, []), page, "exec"), names)
        if isinstance(last, ast.Expr):
            found = eval(compile(ast.Expression(last.value), page, "eval"), names)
            assert isinstance(found, Html)
            pieces.append(found._repr_html_())
        else:
            exec(compile(ast.Module([last], []), page, "exec"), names)
    return "\n".join(pieces)
