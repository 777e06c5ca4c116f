"""One line that says what is wrong in `params.yaml`, where, and what is known."""

from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic_core import ErrorDetails

from study.errors import choices


def unknown_name(place: str, name: str, known: list[str]) -> str:
    """That a name is not known, the closest one that is, and some of them."""
    return f"{place}: '{name}' is unknown; {choices(name, known)}"


def describe(error: ErrorDetails, model: type) -> str:
    """What pydantic found, in the words of this study.

    Args:
        model: the type that was validated.
    """
    place = ".".join(str(part) for part in error["loc"])
    if error["type"] == "extra_forbidden":
        return f"{place}: this key is unknown; remove it or correct its spelling{_siblings(error, model)}"
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message


def _siblings(error: ErrorDetails, model: Any) -> str:
    for part in error["loc"][:-1]:
        model = _inside(model, part)
    known = getattr(model, "model_fields", None)
    return f"; {choices(str(error['loc'][-1]), list(known))}" if known else ""


def _inside(model: Any, part: int | str) -> Any:
    """The type at one step of a place: a field, an entry of a mapping, or the member of a union that a tag names."""
    if get_origin(model) is Annotated:
        model = get_args(model)[0]
    if get_origin(model) is dict:
        return get_args(model)[1]
    fields = getattr(model, "model_fields", {})
    if part in fields:
        return fields[part].annotation
    return next((member for member in get_args(model) if part in _tags(member)), None)


def _tags(member: Any) -> set[Any]:
    """The values of the fields that can have only a few."""
    kinds = (field.annotation for field in getattr(member, "model_fields", {}).values())
    return {value for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)}
