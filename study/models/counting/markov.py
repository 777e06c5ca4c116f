"""First-order Markov: what follows, one moment later, on what the user last acted on."""

from functools import partial
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.events.ragged import expand
from study.features.histories import moments_of
from study.models.base import Scores
from study.models.rule import Rule, known_only
from study.params.base import Frozen
from study.params.roster import CountingEntry
from study.params.tuned import Range
from study.prepared import kept


class Settings(Frozen):
    """How much is smoothed and averaged.

    `smoothing` is how many transitions the prior (popularity in later moments) counts for; `moments` is how many of
    the user's last moments are averaged.
    """

    smoothing: Annotated[float, Range(0.1, 1000, log=True)] = 10.0
    moments: Annotated[int, Range(1, 20, log=True)] = 1


class Markov(Rule):
    """Fitted transitions from each candidate of a moment to each of the same user's next, as probabilities."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def learn(self, fold: Fold) -> dict[str, NDArray[Any]]:
        """Transition counts as a sparse matrix [known, known], and `sources`: moments with a next one, [known].

        `prior` is the share of the later moments that have a candidate, [known]; zeros where no moment has a next one.
        """
        moments, users = moments_of(fold.log)
        moments = moments[:, : fold.log.known]
        has_next = np.flatnonzero(users[1:] == users[:-1])
        counts = (moments[has_next].T @ moments[has_next + 1]).tocsr()
        counts.sort_indices()
        later = moments[has_next + 1]
        return {
            "values": counts.data.astype(np.float32),
            "columns": counts.indices,
            "rows": counts.indptr,
            "sources": moments[has_next].sum(axis=0).astype(np.float32),
            "prior": (later.mean(axis=0) if len(has_next) else later.sum(axis=0)).astype(np.float32),
        }

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        f, smoothing = self.fitted, self.settings.smoothing
        known = len(f["sources"])
        weights = 1 / (f["sources"] + smoothing)
        counts = csr_array((f["values"], f["columns"], f["rows"]), shape=(known, known))
        state = _last_moments(queries, self.settings.moments)[:, :known]
        seen = (state @ diags_array(weights) @ counts).toarray()
        unseen = (state @ (smoothing * weights))[:, None] * f["prior"]
        return known_only((seen + unseen).astype(np.float32), candidates)


def _last_moments(queries: Queries, count: int) -> csr_array:
    """In how many of the last `count` moments with a key action each candidate was, float32 [Q, catalogue]."""
    moments, users = kept(queries.log.memo, moments_of.__name__, partial(moments_of, queries.log))
    stops = np.searchsorted(users, queries.users, side="right")
    starts = np.maximum(np.searchsorted(users, queries.users), stops - count)
    columns = expand(starts, stops)[1]
    indptr = np.concatenate(([0], np.cumsum(stops - starts)))
    return csr_array((np.ones(len(columns), np.float32), columns, indptr), shape=(len(stops), len(users))) @ moments


def build(entry: CountingEntry, settings: Settings) -> Markov:
    """The rule of a roster entry."""
    return Markov(settings)
