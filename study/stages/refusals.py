"""What can be wrong with `params.yaml` beside its values: what it names, or leaves out, of dvc.yaml and the machine."""

import json
import re
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import get_args

from pydantic import ValidationError

from study.device import chosen
from study.errors import UserError
from study.params.base import Frozen
from study.params.budget import Compared
from study.params.diagnostics import Diagnostics
from study.params.load import Params, Section
from study.params.messages import describe, unknown_name
from study.params.snapshot import Ordinal
from study.params.statistics import BEST
from study.params.tokens import Tokens
from study.params.worlds import Worlds
from study.paths import PARAMS, PIPELINE, RESULTS, results_folder

RECORDS = ("manifest.json", "contrasts.json", "tuning.json")
"""The files of another snapshot's arms that stages read."""
NAMED = re.compile(r"questions\.([\w-]+)")
"""A question that dvc.yaml names."""


def refuse_left_out(params: Params) -> None:
    """Whether the whole study can be run, which `dvc repro` of some arms alone need not ask.

    Raises:
        UserError: a section is missing that dvc.yaml has a stage of, or a question that a stage names.
    """
    pipeline = PIPELINE.read_text(encoding="utf-8") if PIPELINE.exists() else ""
    for name in get_args(Section):
        if not getattr(params, name) and f"\n  {name}:\n" in pipeline:
            raise UserError(f"{PARAMS}: {name}: this section is missing, and {PIPELINE} has a stage of it; put it back")
    for name in dict.fromkeys(NAMED.findall(pipeline)):
        if name not in params.questions:
            raise UserError(
                f"{PARAMS}: questions: '{name}' is missing, and stages of {PIPELINE} read it; give a question that name"
            )


def refuse_sections(params: Params) -> None:
    """The sections of the arms that have one, which `load` leaves to their types, and the variants that they name.

    Raises:
        UserError: one is wrong.
    """
    sections: tuple[type[Frozen], ...] = (Tokens, Diagnostics, Worlds)
    for kind in sections:
        name = kind.__name__.lower()
        if getattr(params, name):
            try:
                params.section(kind)
            except ValidationError as error:
                raise UserError(f"{PARAMS}: {name}.{describe(error, kind)}") from None
    if params.diagnostics:
        _asked(params, params.section(Diagnostics))
    if params.tokens:
        params.section(Tokens).entry(params.variants)
    if params.worlds:
        params.section(Worlds).entries(params.roster)


def refuse_values(params: Params) -> None:
    """Numbers that no number is compared with, and orders in which a value stands twice or is empty.

    Raises:
        UserError: there is one.
    """
    for place, value in _values("", params.model_dump()):
        if isinstance(value, float) and not isfinite(value):
            raise UserError(f"{PARAMS}: {place}: {value:g} is not finite; give a number")
    for name, kind in params.snapshot.attributes.items():
        order = kind.order if isinstance(kind, Ordinal) else []
        for value in order:
            if not value or order.count(value) > 1:
                fault = "stands twice; name each value once" if value else "is a missing value; leave it out"
                raise UserError(f"{PARAMS}: snapshot.attributes.{name}.order: '{value}' {fault}")


def _values(place: str, value: object) -> Iterator[tuple[str, object]]:
    """All values of parameters, with the places where they stand."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _values(f"{place}.{key}" if place else str(key), inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _values(place, inner)
    else:
        yield place, value


def refuse_device(params: Params) -> None:
    """The GPU that is asked for is there; the machine that drives a cluster needs one too, as manifests name it."""
    if params.device == "cuda":
        if params.engine.name == "ray" and not params.engine.gpus:
            raise UserError(
                f"{PARAMS}: device: cuda, but tasks of Ray see no GPU without engine.gpus, their share of one"
            )
        chosen(params.device)


def refuse_snapshots(params: Params) -> None:
    """The other snapshots that are named have published results, of which none is damaged.

    Raises:
        UserError: one has none, or a file that is read of it is no JSON.
    """
    known = sorted(path.parents[1].name for path in RESULTS.glob("*/main/manifest.json"))
    known = [name for name in known if name != params.snapshot.name]
    asked = {"compare_with": params.compare_with, "warm_start": [params.warm_start] if params.warm_start else []}
    for place, names in asked.items():
        for name in names:
            if name not in known:
                told = unknown_name(f"{PARAMS}: {place}", name, known)
                raise UserError(told if known else f"{PARAMS}: {place}: '{name}' has no results in {RESULTS}")
            refuse_damaged(name)


def refuse_damaged(snapshot: str) -> None:
    """The records of its arms and its data cards, which git keeps, and may have left with the marks of a merge.

    Raises:
        UserError: one of them is no JSON.
    """
    for path in sorted(results_folder(snapshot, "main").parent.glob("*/*.json")):
        if path.name in RECORDS or path.parent.name == "data":
            try:
                json.loads(path.read_text(encoding="utf-8"))
            except ValueError as error:
                raise UserError(f"{path}: {error}: this is no result; restore it from git") from None


def _asked(params: Params, asked: Diagnostics) -> None:
    for variant in asked.impersonal:
        entry = params.variant(variant, place := "diagnostics.impersonal")
        if entry.arm != "main":
            raise UserError(f"{PARAMS}: {place}: '{variant}' is of the arm {entry.arm}; name one of the arm main")
    groups: list[tuple[str, Compared, str]] = [
        *(("asked", "main", family) for family in asked.asked),
        *(("screened", "who", family) for family in asked.screened),
    ]
    for field, arm, family in groups:
        if not params.candidates(arm, BEST + family):
            raise UserError(
                f"{PARAMS}: diagnostics.{field}: no variant of the arm {arm} is of family {family}; drop it"
            )
