"""Reads `params.yaml` and checks everything that can be checked without the log."""

import importlib.util
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import ValidationError, model_validator
from pydantic_core import ErrorDetails

from study.errors import UserError
from study.params.base import Frozen
from study.params.budget import Budget, Budgets
from study.params.features import Features
from study.params.question import Question
from study.params.roster import Variant
from study.params.snapshot import Snapshot
from study.params.statistics import Contrast, Statistics
from study.paths import PARAMS

BEST = "best:"


class Params(Frozen):
    """The whole of `params.yaml`."""

    seed: int
    budget: Literal["quick", "default", "full"]
    snapshot: Snapshot
    question: Question
    features: Features
    statistics: Statistics
    budgets: Budgets
    roster: dict[str, Variant]
    contrasts: dict[str, Contrast]

    @property
    def spent(self) -> Budget:
        """The budget that `budget` names."""
        chosen: Budget = getattr(self.budgets, self.budget)
        return chosen

    @property
    def groups(self) -> list[str]:
        """The families of the roster, in its order."""
        return list(dict.fromkeys(entry.family for entry in self.roster.values()))

    def variant(self, name: str) -> Variant:
        """The roster entry of that name; an unknown name is the user's error."""
        if name not in self.roster:
            raise UserError(_unknown("roster", name, list(self.roster)))
        return self.roster[name]

    @model_validator(mode="after")
    def _names_exist(self) -> "Params":
        problems = [*_columns(self), *_sides(self), *_modules(self), *_timezone(self)]
        if problems:
            raise ValueError(problems[0])
        return self


def _unknown(place: str, name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, n=1)
    hint = f"did you mean '{close[0]}'? " if close else ""
    return f"{place}: '{name}' is unknown; {hint}known: {', '.join(known)}"


def _columns(params: Params) -> list[str]:
    known = ["event_type", *params.snapshot.attributes]
    asked = {f"question.key_action.{c}": c for c in params.question.key_action}
    asked |= {f"question.candidate.{i}": c for i, c in enumerate(params.question.candidate)}
    problems = [_unknown(place, column, known) for place, column in asked.items() if column not in known]
    for column in params.question.candidate:
        if params.snapshot.attributes.get(column) == "numeric":
            problems.append(f"question.candidate: '{column}' is numeric; a candidate column must be categorical")
    return problems


def _sides(params: Params) -> list[str]:
    known = [*params.roster, *(BEST + group for group in params.groups)]
    return [
        _unknown(f"contrasts.{name}.{side}", getattr(contrast, side), known)
        for name, contrast in params.contrasts.items()
        for side in ("left", "right")
        if getattr(contrast, side) not in known
    ]


def _modules(params: Params) -> list[str]:
    problems = []
    for name, entry in params.roster.items():
        for module in entry.modules():
            if importlib.util.find_spec(module) is None:
                package, _, part = module.rpartition(".")
                folder = importlib.util.find_spec(package)
                locations = list(folder.submodule_search_locations or []) if folder else []
                known = sorted(p.stem for where in locations for p in Path(where).glob("[a-z]*.py"))
                problems.append(_unknown(f"roster.{name} ({package})", part, known))
    return problems


def _timezone(params: Params) -> list[str]:
    try:
        ZoneInfo(params.snapshot.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return [f"snapshot.timezone: '{params.snapshot.timezone}' is unknown; use an IANA name such as Europe/Berlin"]
    return []


def _describe(error: ErrorDetails) -> str:
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{place}: this key is unknown; remove it or correct its spelling{_siblings(error)}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _siblings(error: ErrorDetails) -> str:
    model: Any = Params
    for part in error["loc"][:-1]:
        fields = getattr(model, "model_fields", {})
        model = fields[part].annotation if part in fields else None
    known = getattr(model, "model_fields", None)
    return f"; known: {', '.join(known)}" if known else ""


def load(path: Path = PARAMS) -> Params:
    """The validated parameters.

    Raises:
        UserError: the file is missing, no YAML, or a value in it is wrong; one line, naming the place.
    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path}: no such file; run from the root of the repository") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from None
    try:
        return Params.model_validate(raw)
    except ValidationError as error:
        raise UserError(f"{path}: {_describe(error.errors()[0])}") from None
