"""The queries of the windows of a log that comes in parts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from study.errors import UserError
from study.events.clock import Clock
from study.events.queries import answered, refuse_empty, tables_of
from study.events.spans import EPOCH, Window
from study.events.spill import Kept, Shelf
from study.events.split import TIME
from study.params.question import Question, WhoQuestion

Windows = dict[str, list[Window]]
"""Of each span."""


@dataclass(frozen=True)
class Answers:
    """What the windows of some spans ask of the users of one part.

    Attributes:
        acted: whether a key action with a candidate comes before all windows.
        differs: whether there is a user who does not take the key action, or the question is not about that.
        answered: of each span and window, whether it has a query with an answer.
        tables: the queries of each span and window, sorted by user.
    """

    acted: bool
    differs: bool
    answered: dict[str, list[bool]]
    tables: dict[str, list[Kept]]


def asked_of(events: pl.DataFrame, windows: Windows, first: int, question: Question, shelf: Shelf) -> Answers:
    """The queries of the users of one part.

    Args:
        events: sorted, with `key` and `candidate`.
        first: the first cut-off of all windows of the question, microseconds since 1970 UTC.
        shelf: for the queries.
    """
    made = iter(tables_of(events, [window for some in windows.values() for window in some], question))
    tables = {span: [next(made) for _ in some] for span, some in windows.items()}
    return Answers(
        acted=bool(events.select((pl.col("key") & TIME.lt(first)).any()).item()),
        differs=not isinstance(question, WhoQuestion)
        or not all(t["label"].all() for some in tables.values() for t in some),
        answered={span: [answered(table) for table in some] for span, some in tables.items()},
        tables={span: [shelf.keep(table, f"queries-{span}") for table in some] for span, some in tables.items()},
    )


class Asked:
    """Queries by span, window and user.

    Args:
        name: of the question, for messages.
        windows: of each span.
        clock: of the question, for messages.
    """

    def __init__(self, name: str, windows: Windows, question: Question, clock: Clock) -> None:
        self.name, self.windows, self.question, self.clock = name, windows, question, clock
        self.tables: dict[str, list[list[Kept]]] = {span: [[] for _ in some] for span, some in windows.items()}
        self.first = min(window.cutoff for some in windows.values() for window in some)
        self.acted = self.differs = False
        self.answered: dict[str, list[bool]] = {span: [False] * len(some) for span, some in windows.items()}

    def add(self, answers: Answers) -> None:
        """The queries of further users, whose ids come after those of the parts before."""
        self.acted |= answers.acted
        self.differs |= answers.differs
        for span, tables in answers.tables.items():
            for number, table in enumerate(tables):
                self.answered[span][number] |= answers.answered[span][number]
                self.tables[span][number].append(table)

    def check(self) -> None:
        """Whether every window can be scored, and something can be learned before all of them.

        Raises:
            UserError: one has no query, or none with an answer; or no key action comes before them, or all users who
                are asked about take it in each.
        """
        if not self.acted:
            raise UserError(
                f"params.yaml: questions.{self.name}: no key action that has a candidate comes before the first "
                "window, so there is nothing to learn from; check key_action and candidate, ask for fewer windows, or "
                "bring a longer log"
            )
        for span, some in self.windows.items():
            for window, has_answer in zip(some, self.answered[span], strict=True):
                told = f"{span} window{self._when(window)}"
                refuse_empty(f"questions.{self.name}", self.question, told, has_answer=has_answer)
        if not self.differs:
            raise UserError(
                f"params.yaml: questions.{self.name}: all users who are asked about take the key action in every "
                "window, so that all rankings are alike and nothing can be learned; ask for a rarer key action or a "
                "shorter horizon"
            )

    def _when(self, window: Window) -> str:
        """When a window is in the time of the log; of sessions, which are laid side by side, there is none."""
        if self.question.sessions:
            return ""
        if self.question.horizon_minutes is None:
            return f" of {window.day}"
        begin = EPOCH + timedelta(microseconds=self.clock.of_log(window.cutoff))
        return f" that begins at {begin:%Y-%m-%d %H:%M} UTC"

    def of(self, span: str) -> Iterator[pl.DataFrame]:
        """The queries of a span in the order of cut-off and user, table by table."""
        for parts in self.tables[span]:
            yield from (part.read() for part in parts)

    def lazy(self, span: str) -> list[pl.LazyFrame]:
        """The same as a table for each window, which is not read yet."""
        return [pl.concat([part.lazy() for part in parts]) for parts in self.tables[span]]
