"""A log in parts on the clock of a question."""

from dataclasses import dataclass
from functools import partial

import polars as pl

from study.errors import UserError
from study.events.clock import Clock, clock_of, on_study_clock
from study.events.parts import Held, Parts, Piece
from study.events.spans import Spans, make_spans
from study.params.question import Question


@dataclass(frozen=True)
class Timed(Parts):
    """Parts of whole users, as often as they are gone over; where the clock is stretched, their order is to be made.

    Attributes:
        parts: the log.
        clock: of all of them.
        left_out: how many sessions are not there (`on_study_clock`).
    """

    parts: Parts
    clock: Clock
    left_out: int = 0

    @property
    def pieces(self) -> list[Piece]:
        """See `Parts`."""
        return [partial(_placed, piece, self.clock) for piece in self.parts.pieces]

    def bounds(self) -> tuple[int, int]:
        """See `Parts`; on the clock of the question."""
        return self.clock.first, self.clock.last

    def spans(self, name: str, question: Question) -> Spans:
        """The windows of the question.

        Raises:
            UserError: as `make_spans`, or the windows begin before there are dates.
        """
        clock, place, counts = self.clock, f"questions.{name}", question.windows
        try:
            return make_spans(clock.first, clock.last, clock.timezone, question, place)
        except OverflowError:
            raise UserError(
                f"params.yaml: {place}: the first of {counts.stop + counts.select + counts.test} windows of "
                f"{question.horizon} would begin before there are dates; lower the horizon (horizon_days, "
                "horizon_minutes) or windows"
            ) from None


def _placed(piece: Piece, clock: Clock) -> pl.DataFrame:
    return clock.place(piece())


def timed(parts: Parts, question: Question, timezone: str, seed: int) -> Timed:
    """The log on the clock of the question. Sessions are laid side by side, which takes all of them at once.

    Raises:
        UserError: as `clock_of`, or of sessions as `on_study_clock`.
    """
    if not question.sessions:
        return Timed(parts, clock_of(*parts.bounds(), question, timezone))
    log = on_study_clock(pl.concat(parts).sort("user_id", "timestamp"), question, seed)
    return Timed(Held(log.events), Clock(log.timezone, log.first, log.last, log.first, None), log.left_out)
