"""Item-to-item: candidates that occur in the same moments as what the user acted on."""

from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.features.histories import decayed_days, moments_of
from study.models.base import Scores
from study.models.rule import Rule, known_only
from study.params.base import Frozen
from study.params.roster import CountingEntry
from study.params.tuned import Range


class Settings(Frozen):
    """How fast the user's past fades, and how much a candidate's similarity is sharpened: its power."""

    half_life_days: Annotated[float, Range(2, 400, log=True)] = 120.0
    power: Annotated[float, Range(0.5, 6.0)] = 4.0


class CoOccurrence(Rule):
    """Fitted cosine of two candidates over moments (Sarwar et al., 2001), summed over the user's as-of decayed days.

    Each candidate is its own best neighbour.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.settings = settings

    def learn(self, fold: Fold) -> dict[str, NDArray[Any]]:
        """The cosines as a sparse matrix [known, known]: `values`, `columns`, `rows` (its index pointer)."""
        moments = moments_of(fold.log)[0][:, : fold.log.known]
        counts = (moments.T @ moments).tocsr()
        scale = diags_array(1 / np.sqrt(np.maximum(counts.diagonal(), 1)))
        cosine = (scale @ counts @ scale).tocsr()
        cosine.sort_indices()
        return {"values": cosine.data.astype(np.float32), "columns": cosine.indices, "rows": cosine.indptr}

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        f = self.fitted
        known = len(f["rows"]) - 1
        cosine = csr_array((f["values"] ** self.settings.power, f["columns"], f["rows"]), shape=(known, known))
        history = decayed_days(queries, queries.users, self.settings.half_life_days)[:, :known]
        return known_only((history @ cosine).toarray(), candidates)


def build(entry: CountingEntry, settings: Settings) -> CoOccurrence:
    """The rule of a roster entry."""
    return CoOccurrence(settings)
