"""One line that says what is wrong in `params.yaml`, where, and what is known."""

import re
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from study.errors import choices
from study.params.edit import flow

MAPPING = ("dict_type", "model_type", "model_attributes_type")
LIST = ("list_type", "tuple_type")
KEY = "[key]"
"""What pydantic adds to a place where the key is at fault."""
Place = tuple[int | str, ...]


def unknown_name(place: str, name: str, known: list[str]) -> str:
    """That a name is not known, the closest one that is, and some of them."""
    return f"{place}: '{name}' is unknown; {choices(name, known)}"


def describe(error: ValidationError, model: type) -> str:
    """What pydantic found first, in the words of this study.

    Args:
        model: the type that was validated.
    """
    return _told(_first(error.errors(), model), model)


def _first(errors: list[ErrorDetails], model: type) -> ErrorDetails:
    """The fault to mend first: a key that is misspelt is also missing, and a value of no type fails for each."""
    for error in errors:
        if error["type"] == "extra_forbidden":
            return error
    first = next((error for error in errors if error["type"] != "missing"), errors[0])
    place = _walked(first, model)[0]
    for error in errors:
        found = _walked(error, model)[0]
        is_inside = len(found) > len(place) and found[: len(place)] == place
        if is_inside or (found == place and error["type"].startswith("union_tag")):
            return error
    return first


def _told(error: ErrorDetails, model: type) -> str:
    parts, parent = _walked(error, model)
    place, context = ".".join(map(str, parts)), error.get("ctx", {})
    if error["type"] == "union_tag_invalid":
        return unknown_name(_below(place, context), context["tag"], _quoted(context["expected_tags"]))
    if error["type"] == "union_tag_not_found":
        place = _below(place, context)
    fault = _fault(error, list(getattr(parent, "model_fields", {})))
    return f"{place}: {fault}" if place else fault


def _fault(error: ErrorDetails, known: list[str]) -> str:
    """What is wrong at a place.

    Args:
        known: the keys that it could have instead of its own.
    """
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        told = f"; {choices(str(error['loc'][-1]), known)}" if known else ""
        return f"this key is unknown; remove it or correct its spelling{told}"
    if kind in {"missing", "union_tag_not_found"}:
        return "this is missing; add it"
    if kind in LIST and isinstance(given, str | int | float):
        return f"'{given}' is no list; write {flow([given])}"
    if kind in MAPPING:
        return "keys with values are needed here, each as `key: value`"
    return _of_value(error)


def _of_value(error: ErrorDetails) -> str:
    """What is wrong with a value of the right type."""
    given, context = error["input"], error.get("ctx", {})
    if error["type"] == "literal_error" and isinstance(given, str):
        return f"'{given}' is unknown; {choices(given, _quoted(context['expected']))}"
    if error["type"] == "string_pattern_mismatch":
        return f"'{given}' is no name here: it must match {context['pattern']}"
    told = error["msg"].removeprefix("Value error, ")
    is_plain = error["type"] != "value_error" and isinstance(given, str | int | float)
    return f"{told}, and is {given!r}" if is_plain else told


def _quoted(text: str) -> list[str]:
    """What pydantic lists in quotes."""
    return re.findall("'([^']*)'", text)


def _below(place: str, context: dict[str, Any]) -> str:
    """The place of the key that tells the types of a union apart."""
    return f"{place}.{context['discriminator'].strip(chr(39))}".lstrip(".")


def _walked(error: ErrorDetails, model: Any) -> tuple[Place, Any]:
    """The place of an error as it stands in the file, and the type that its last part belongs to.

    Pydantic also names the members of the unions that it went through.
    """
    place: list[int | str] = []
    parent = None
    for part in error["loc"]:
        model = _plain(model)
        if get_origin(model) in {Union, UnionType}:
            model = _member(model, part)
        elif part != KEY:
            place.append(part)
            parent, model = model, _inside(model, part)
    return tuple(place), parent


def _plain(model: Any) -> Any:
    """A type without what is noted beside it, and without None."""
    while get_origin(model) is Annotated:
        model = get_args(model)[0]
    if get_origin(model) in {Union, UnionType} and type(None) in get_args(model):
        return _plain(Union[tuple(kind for kind in get_args(model) if kind is not type(None))])  # noqa: UP007 - computed
    return model


def _inside(model: Any, part: int | str) -> Any:
    """The type at one step of a place: a field, an entry of a mapping or one of a list."""
    if get_origin(model) in {dict, list, tuple}:
        return get_args(model)[-1]
    fields = getattr(model, "model_fields", {})
    return fields[part].annotation if part in fields else None


def _member(model: Any, part: int | str) -> Any:
    """The member of a union that pydantic names by a tag, by its class or by what it is made of."""
    members = [_plain(member) for member in get_args(model)]
    return next((member for member in members if part in _tags(member) or str(part).startswith(_name(member))), None)


def _name(member: Any) -> str:
    """How pydantic begins to name a member of a union."""
    origin = get_origin(member)
    if origin is Literal:
        return "literal["
    if origin in {Union, UnionType}:
        return "tagged-union["
    return f"{origin.__name__}[" if origin else str(getattr(member, "__name__", member))


def _tags(member: Any) -> set[Any]:
    """The values of the fields that can have only a few."""
    kinds = (field.annotation for field in getattr(member, "model_fields", {}).values())
    return {value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)}
