"""What is predicted, and on which windows it is measured."""

from typing import Annotated, Literal

from pydantic import Field

from study.params.base import Frozen


class Windows(Frozen):
    """How many consecutive windows of one horizon each span has; the last ends where the last event's day begins."""

    stop: int = Field(ge=1)
    select: int = Field(ge=1)
    test: int = Field(ge=1)


class Asked(Frozen):
    """What the questions share.

    `key_action` selects events by allowed values per column. Cut-offs are local midnights, `horizon_days` apart.
    """

    key_action: dict[str, list[str]] = Field(min_length=1)
    horizon_days: int = Field(ge=1)
    windows: Windows

    def __hash__(self) -> int:
        """Equal questions have equal text; the fields alone, mappings among them, could not be hashed."""
        return hash(self.model_dump_json())

    @property
    def fixed(self) -> list[str]:
        """The columns that the key filter fixes to one value."""
        return [column for column, allowed in self.key_action.items() if len(allowed) == 1]


class WhatQuestion(Asked):
    """Question `what`: rank the catalogue for each user who takes a key action in the window [T, T+H).

    `candidate` names the columns whose joint value is the candidate. A share `held_back` of the candidates is
    *young*: their events before the end of each fit span are removed, as if they had not existed yet.
    """

    kind: Literal["what"]
    candidate: list[str] = Field(min_length=1)
    held_back: float = Field(default=0.0, ge=0, lt=1)

    @property
    def candidate_columns(self) -> list[str]:
        """The columns whose joint value is the candidate."""
        return self.candidate


class WhoQuestion(Asked):
    """Question `who`: rank users by whether they take a key action in [T, T+H).

    Asked about those with an event in the `eligible_days` before T. The key action itself is the one candidate.
    """

    kind: Literal["who"]
    eligible_days: int = Field(ge=1)

    @property
    def candidate_columns(self) -> list[str]:
        """None: the candidate is no value of the log."""
        return []


Question = Annotated[WhatQuestion | WhoQuestion, Field(discriminator="kind")]
