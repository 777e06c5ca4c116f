"""What is predicted, and on which windows it is measured."""

from math import ceil, isinf
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from study.params.base import Frozen

STUDY_DAYS = 7
"""Days that a horizon of minutes has on the clock of the study."""
MINUTES_OF_DAY = 1440
MICROSECOND = 1 / 86_400_000_000
"""In days."""


def _as_text(value: object) -> object:
    """A number or a truth value of YAML as the text that a log has for it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


Text = Annotated[str, BeforeValidator(_as_text)]
Allowed = Annotated[list[Text], Field(min_length=1)]
"""Values of a column, of which an event of the key action has one."""


class Windows(Frozen):
    """How many consecutive windows of one horizon each span has; the last ends where the last event's day begins."""

    stop: int = Field(ge=1)
    select: int = Field(ge=1)
    test: int = Field(ge=1)


class Between(Frozen):
    """Numbers from `least` to `most`, both included."""

    least: float = Field(default=float("-inf"), exclude_if=isinf)  # JSON has no infinity
    most: float = Field(default=float("inf"), exclude_if=isinf)

    @property
    def told(self) -> str:
        """The numbers in words."""
        bounds = [f"at least {self.least:g}"] * (self.least > float("-inf"))
        return " and ".join([*bounds, *[f"at most {self.most:g}"] * (self.most < float("inf"))]) or "any number"


class BaseQuestion(Frozen):
    """What the questions share.

    `key_action` selects events by allowed values per column, or by the range of a number; of a list, one allowed
    value is enough. Cut-offs are one horizon apart: `horizon_days` from local midnight to local midnight, or
    `horizon_minutes`. With `sessions` no user comes back: each session has a cut-off of its own, after one of its
    moments, and its window is the rest of the session, at most one horizon (`study/events/clock.py`).
    """

    key_action: dict[str, Allowed | Between] = Field(min_length=1)
    horizon_days: int | None = Field(default=None, ge=1)
    horizon_minutes: int | None = Field(default=None, ge=1, lt=MINUTES_OF_DAY * STUDY_DAYS)
    sessions: bool = False
    windows: Windows

    def __hash__(self) -> int:
        """Equal questions have equal text; the fields alone, mappings among them, could not be hashed."""
        return hash(self.model_dump_json())

    @model_validator(mode="after")
    def _has_one_horizon(self) -> "BaseQuestion":
        if (self.horizon_days is None) == (self.horizon_minutes is None):
            raise ValueError("give one of horizon_days and horizon_minutes")
        if self.sessions and self.horizon_minutes is None:
            raise ValueError("sessions need horizon_minutes, as long as the longest session")
        return self

    @property
    def study_days(self) -> int:
        """Days of the horizon on the clock of the study, on which horizons of minutes are stretched."""
        return self.horizon_days or STUDY_DAYS

    @property
    def right_before(self) -> float:
        """Days on the clock of the study before the cut-off of a session, in which its last moment lies."""
        return ceil(self._stretch) * MICROSECOND

    @property
    def _stretch(self) -> float:
        return STUDY_DAYS * MINUTES_OF_DAY / self.horizon_minutes if self.horizon_minutes else 1

    @property
    def fixed(self) -> list[str]:
        """The columns that the key filter fixes to one value."""
        return [c for c, allowed in self.key_action.items() if isinstance(allowed, list) and len(allowed) == 1]

    @property
    def told(self) -> dict[str, str]:
        """What is allowed in each column of the key filter, in words."""
        allowed = self.key_action.items()
        return {column: " or ".join(a) if isinstance(a, list) else a.told for column, a in allowed}

    @property
    def horizon(self) -> str:
        """The horizon in words."""
        if self.sessions:
            return "the rest of the session"
        count, unit = (self.horizon_days, "day") if self.horizon_days else (self.horizon_minutes, "minute")
        return f"{count} {unit}{'' if count == 1 else 's'}"


class WhatQuestion(BaseQuestion):
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


class WhoQuestion(BaseQuestion):
    """Question `who`: rank users by whether they take a key action in [T, T+H).

    Asked about those with an event in the `eligible_days` before T; of sessions, about those whose cut-off T is. The
    key action itself is the one candidate.
    """

    kind: Literal["who"]
    eligible_days: float = Field(gt=0)

    @property
    def eligible(self) -> float:
        """The eligible days on the clock of the study."""
        return self.right_before if self.sessions else self.eligible_days * self._stretch

    @property
    def candidate_columns(self) -> list[str]:
        """None: the candidate is no value of the log."""
        return []


QuestionName = Annotated[str, Field(pattern=r"^\w[\w-]*$")]
"""As that of a variant; DVC would take what follows a dot for a key of the question."""
Question = Annotated[WhatQuestion | WhoQuestion, Field(discriminator="kind")]
