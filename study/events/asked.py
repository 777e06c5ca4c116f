"""The queries of the windows of a log that comes in parts."""

from collections.abc import Iterator
from datetime import timedelta

import polars as pl

from study.errors import UserError
from study.events.clock import Clock
from study.events.queries import answered, refuse_empty, tables_of
from study.events.spans import EPOCH, Window
from study.events.spill import Folder
from study.events.split import TIME
from study.failures import naming
from study.params.question import Question, WhoQuestion


class Asked:
    """Queries by span, window and user. Those of the first part are held, those of others lie on disk.

    Args:
        name: of the question, for the files and for messages.
        windows: of each span.
        folder: for what lies on disk.
        clock: of the question, for messages.
    """

    def __init__(
        self, name: str, windows: dict[str, list[Window]], question: Question, folder: Folder, clock: Clock
    ) -> None:
        self.name, self.windows, self.question, self.folder, self.clock = name, windows, question, folder, clock
        self.tables: dict[str, list[list[pl.LazyFrame]]] = {span: [[] for _ in some] for span, some in windows.items()}
        self.first = min(window.cutoff for some in windows.values() for window in some)
        self.acted, self.differs = False, not isinstance(question, WhoQuestion)
        self.answered: dict[str, list[bool]] = {span: [False] * len(some) for span, some in windows.items()}

    def add(self, events: pl.DataFrame, spans: list[str]) -> None:
        """The queries of further users in the windows of some spans.

        Args:
            events: sorted, with `key` and `candidate`; of users whose ids come after those of the parts before.
        """
        self.acted |= bool(events.select((pl.col("key") & TIME.lt(self.first)).any()).item())
        places = [(span, number) for span in spans for number in range(len(self.windows[span]))]
        tables = tables_of(events, [self.windows[span][number] for span, number in places], self.question)
        for (span, number), table in zip(places, tables, strict=True):
            self.answered[span][number] |= answered(table)
            self.differs = self.differs or not table["label"].all()
            parts = self.tables[span][number]
            parts.append(self._kept(table, f"{span}-{number}-{len(parts):05d}") if parts else table.lazy())

    def _kept(self, table: pl.DataFrame, name: str) -> pl.LazyFrame:
        path = self.folder() / f"queries-{self.name}-{name}.parquet"
        with naming(path):
            table.write_parquet(path, compression="lz4")
        return pl.scan_parquet(path, glob=False)

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
            yield from (part.collect() for part in parts)

    def lazy(self, span: str) -> pl.LazyFrame:
        """The same as one table that is not read yet."""
        return pl.concat([part for parts in self.tables[span] for part in parts])
