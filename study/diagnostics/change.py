"""What a change of the data is, and how it reaches a fit and a query."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal
from zoneinfo import ZoneInfo

from study.events.fold import Fold
from study.events.log import Log, Queries
from study.events.spans import local_date
from study.params.diagnostics import Topic

UNCHANGED: Literal["unchanged"] = "unchanged"
"""The fit that every change is compared with."""
Rewrite = Callable[[Log, int, int], Log]
"""(log, its end in microseconds since 1970 UTC, the same on the local clock) to the changed log, same users."""
Retrain = Callable[[Fold, int], Fold]
"""(fold, seed of the fit) to the changed fold."""


@dataclass(frozen=True)
class Change:
    """One way in which the data is changed.

    Attributes:
        history: what becomes of the events before a cut-off, when a query is scored and, where `retrains`, of those of
            the fit span; None leaves them alone.
        training: what becomes of the fit span alone, drawn anew for each fit.
        retrains: whether the model is fitted anew; else the unchanged fit is scored.
    """

    name: str
    topic: Topic | Literal["unchanged"]
    retrains: bool
    history: Rewrite | None = None
    training: Retrain | None = None

    @property
    def fit(self) -> str:
        """The name of the change whose fit is scored."""
        return self.name if self.retrains else UNCHANGED

    def fold(self, fold: Fold, seed: int) -> Fold:
        """The fold that a fit under this change sees; of its labels too, as far as `history` moves them."""
        if self.history is not None:
            fold = replace(fold, log=self.history(fold.log, fold.end, local_of(fold)), memo={})
        return fold if self.training is None else self.training(fold, seed)

    def queries(self, queries: Queries) -> Queries:
        """The same queries about changed histories; what is relevant and what is ranked stay as they were."""
        log = queries.log if self.history is None else self.history(queries.log, queries.cutoff, queries.local)
        return replace(queries, log=log, memo={})


def local_of(fold: Fold) -> int:
    """The end of a fold, a local midnight, on the local clock: microseconds since the local 1970."""
    return fold.spans.window(local_date(fold.end, ZoneInfo(fold.spans.timezone))).local
