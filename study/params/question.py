"""What is predicted, and on which windows it is measured."""

from pydantic import Field

from study.params.base import Frozen


class Windows(Frozen):
    """How many consecutive windows of one horizon each span has; the last ends where the last event's day begins."""

    stop: int = Field(ge=1)
    select: int = Field(ge=1)
    test: int = Field(ge=1)


class Question(Frozen):
    """Question `what`: rank the catalogue for each user who takes a key action in the window [T, T+H).

    `key_action` selects events by allowed values per column; `candidate` names the columns whose joint value is
    the candidate. Cut-offs are local midnights, `horizon_days` apart.
    """

    key_action: dict[str, list[str]] = Field(min_length=1)
    candidate: list[str] = Field(min_length=1)
    horizon_days: int = Field(ge=1)
    windows: Windows
