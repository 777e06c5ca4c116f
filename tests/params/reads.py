"""Which fields of which parameter types the code reads, as far as its annotations say of what type a name is."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, get_args

from study.params.base import Frozen

STUDY = Path(__file__).parents[2] / "study"
Types = set[type[Frozen]]
PASSES = 3
"""An attribute may be given the value of another one, and so on."""


def known_types() -> dict[str, Types]:
    """The parameter types, and what each name of `study/params` that is made of them may stand for."""
    found: dict[str, Types] = {}
    protocols: dict[str, set[str]] = {}
    for path in sorted((STUDY / "params").glob("[a-z]*.py")):
        for name, value in vars(import_module(f"study.params.{path.stem}")).items():
            found[name] = set(_inside(value))
            if isinstance(value, type) and is_protocol(value):
                protocols[name] = {member for member in vars(value) | vars(value.__base__) if member[0] != "_"}
    found.pop("Frozen")
    every = set().union(*found.values())
    found |= {name: {kind for kind in every if asked <= set(kind.model_fields)} for name, asked in protocols.items()}
    return {name: types for name, types in found.items() if types}


def is_protocol(value: type) -> bool:
    """Stands for every type with its members."""
    return getattr(value, "_is_protocol", False) and value is not Protocol


def _inside(value: Any) -> Iterator[type[Frozen]]:
    if isinstance(value, type) and issubclass(value, Frozen):
        yield value
        for below in value.__subclasses__() if value is not Frozen else []:
            yield from _inside(below)
    for part in get_args(value):
        yield from _inside(part)


class Reader:
    """Walks the code of the study; `read` has every field that something of its type is asked for."""

    def __init__(self) -> None:
        self.read: set[tuple[type[Frozen], str]] = set()
        self.types = known_types()
        self.returned: dict[str, Types] = defaultdict(set)
        self.attributes: dict[tuple[str, str], Types] = defaultdict(set)
        """Of a class and an attribute, and of '' and an attribute of any class."""
        trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(STUDY.rglob("*.py"))}
        for _ in range(PASSES):
            for path, tree in trees.items():
                self.in_params = path.parent.name == "params"
                self._body(tree.body, {}, "")

    def _body(self, body: list[ast.stmt], env: dict[str, Types], owner: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                self._body(node.body, dict(env), node.name)
            elif isinstance(node, ast.FunctionDef):
                self._function(node, env, owner)
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and owner:
                self._has(owner, node.target.id, self._said(node.annotation))
            else:
                self._statement(node, env, owner)

    def _function(self, node: ast.FunctionDef, env: dict[str, Types], owner: str) -> None:
        said = self._said(node.returns)
        self.returned[node.name] |= said
        if any("property" in ast.unparse(one) for one in node.decorator_list):
            self._has(owner, node.name, said)
        if any("validator" in ast.unparse(one) for one in node.decorator_list):
            return  # what only says that a value is wrong does not use it
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        inner = env | {one.arg: self._said(one.annotation) for one in arguments}
        if owner and "self" in inner:
            inner["self"] = self.types.get(owner, set()) if self.in_params else set()
        if self.in_params and not owner:
            return  # the checks of the parameters, likewise
        self._body(node.body, inner, owner if "self" in inner else "")

    def _statement(self, node: ast.stmt, env: dict[str, Types], owner: str) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            self._assignment(node, node.value, env, owner)
            return
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.stmt):
                self._body([part], env, owner)
            elif isinstance(part, ast.expr):
                found = self._of(part, env, owner)
                if isinstance(node, ast.For) and part is node.iter:
                    self._bind(node.target, found, env, owner)
            elif isinstance(part, ast.ExceptHandler | ast.match_case):
                self._body(part.body, env, owner)
            elif isinstance(part, ast.withitem):
                self._bind(part.optional_vars, self._of(part.context_expr, env, owner), env, owner)

    def _assignment(self, node: ast.Assign | ast.AnnAssign, value: ast.expr, env: dict[str, Types], owner: str) -> None:
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if isinstance(targets[0], ast.Tuple) and isinstance(value, ast.Tuple):
            for target, one in zip(targets[0].elts, value.elts, strict=True):
                self._bind(target, self._of(one, env, owner), env, owner)
            return
        said = self._said(node.annotation) if isinstance(node, ast.AnnAssign) else set()
        self._bind(targets[0], said | self._of(value, env, owner), env, owner)

    def _bind(self, target: ast.expr | None, found: Types, env: dict[str, Types], owner: str) -> None:
        for node in ast.walk(target) if target is not None else []:
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                env[node.id] = found
            elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
                self._has(owner, node.attr, found)

    def _has(self, owner: str, attribute: str, found: Types) -> None:
        self.attributes[owner, attribute] |= found
        self.attributes["", attribute] |= found

    def _said(self, annotation: ast.expr | None) -> Types:
        """The types that an annotation names."""
        if annotation is None:
            return set()
        found: Types = set()
        for node in ast.walk(annotation):
            name = node.id if isinstance(node, ast.Name) else node.value if isinstance(node, ast.Constant) else None
            found |= self.types.get(name, set()) if isinstance(name, str) else set()
        return found

    def _of(self, node: ast.expr, env: dict[str, Types], owner: str) -> Types:
        """The types that the value of an expression may have, or hold; what is read in it is noted."""
        if isinstance(node, ast.Name):
            return set(env.get(node.id, set()))
        if isinstance(node, ast.Attribute):
            return self._attribute(node, env, owner)
        if isinstance(node, ast.Call):
            return self._call(node, env, owner)
        if isinstance(node, ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp):
            inner = dict(env)
            for one in node.generators:
                self._bind(one.target, self._of(one.iter, inner, owner), inner, owner)
                for condition in one.ifs:
                    self._of(condition, inner, owner)
            parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
            return set().union(*(self._of(part, inner, owner) for part in parts))
        if isinstance(node, ast.Lambda):
            self._of(node.body, env | {one.arg: set() for one in node.args.args}, owner)
            return set()
        inside = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
        found = [self._of(part, env, owner) for part in inside]
        if isinstance(node, ast.NamedExpr):
            env[node.target.id] = found[-1]
        holds = ast.Subscript | ast.IfExp | ast.BoolOp | ast.NamedExpr | ast.Tuple | ast.List | ast.Dict | ast.Starred
        return set().union(*found) if isinstance(node, holds) else set()

    def _attribute(self, node: ast.Attribute, env: dict[str, Types], owner: str) -> Types:
        whose = self._of(node.value, env, owner)
        fields = {kind for kind in whose if node.attr in kind.model_fields}
        self.read |= {(kind, node.attr) for kind in fields}
        if fields:
            return set().union(*(set(_inside(kind.model_fields[node.attr].annotation)) for kind in fields))
        if isinstance(node.value, ast.Name) and node.value.id == "self" and (owner, node.attr) in self.attributes:
            return set(self.attributes[owner, node.attr])
        return set(self.attributes["", node.attr]) if not whose else whose | self.returned[node.attr]

    def _call(self, node: ast.Call, env: dict[str, Types], owner: str) -> Types:
        given = [self._of(part, env, owner) for part in [*node.args, *(word.value for word in node.keywords)]]
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        if name in {"cast", "section"}:
            return self._said(node.args[0])
        whose = self._of(node.func, env, owner)
        if name == "model_dump":
            kept = [one for word in node.keywords if word.arg == "include" for one in ast.walk(word.value)]
            named = {one.value for one in kept if isinstance(one, ast.Constant)}
            self.read |= {(kind, field) for kind in whose for field in named & set(kind.model_fields)}
        if name in {"values", "items", "get", "model_copy"} and whose:
            return whose
        if name in self.returned or name in self.types:
            return self.returned[name] | self.types.get(name, set())
        return set().union(*given)  # of sorted, list, enumerate, next: what it was given
