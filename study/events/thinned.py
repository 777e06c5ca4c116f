"""The events of some users of a log: all that is studied of one that has more than is asked for."""

from functools import partial

import numpy as np
import polars as pl

from study.events.parts import Parts, Piece, bounds_of
from study.events.spill import Kept, Shelf
from study.seeds import hash_text, mix64, seed_of


class Thinned(Parts):
    """The parts of a log without the events of all but some users."""

    def __init__(self, whole: Parts, users: Kept) -> None:
        self.whole = whole
        self.users = users

    @property
    def pieces(self) -> list[Piece]:
        """See `Parts`."""
        return [partial(_of_some, piece, self.users) for piece in self.whole.pieces]

    def bounds(self) -> tuple[int, int]:
        """See `Parts`."""
        first, last = zip(*(bounds_of(part.lazy()) for part in self), strict=True)
        return min(first), max(last)


def _of_some(piece: Piece, users: Kept) -> pl.DataFrame:
    return piece().join(users.read(), on="user_id", how="semi", maintain_order="left")


def thinned(events: Parts, most: int, shelf: Shelf) -> Parts:
    """The log itself, if it has at most so many events; or else all events of as many users as have that many.

    Users are taken in the order of a hash of their ids, which depends on nothing else, up to the one before `most` is
    passed; one stays in any case. A smaller `most` keeps some of the users of a larger one.

    Args:
        shelf: for their ids.
    """
    counts = pl.concat(part.group_by("user_id").len("events") for part in events).sort("user_id")
    if counts["events"].sum() <= most:
        return events
    order = mix64(hash_text(counts["user_id"].to_list()) ^ np.uint64(seed_of("thinned")))
    drawn = counts.with_columns(order=order).sort("order", maintain_order=True)
    fitting = int((drawn["events"].cum_sum() <= most).sum())
    return Thinned(events, shelf.keep(drawn.head(max(fitting, 1)).select("user_id"), "users"))
