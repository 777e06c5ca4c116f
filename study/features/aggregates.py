"""Aggregates of (query, candidate) rows: what is known as-of about the user, the candidate, the pair and attributes.

An index is made once over a span, and answers for every cut-off in it; no answer reads an event of the cut-off's own
day or later. The cost is events * log(events) once; for each question rows * log(events), and for the neighbours the
pasts of at most `POOL` users, and a comparison for every user. Nothing is hard-coded to a log: attributes are whatever
columns it has.
"""

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from study.events.log import Ints, Log
from study.events.spans import DAY
from study.features.attribute_features import AttributeIndex
from study.features.candidate_attributes import describing
from study.features.candidate_features import CandidateIndex
from study.features.features import Columns, ratio, spread
from study.features.neighbours import POOL, cells_of, hash_order, nearest_mean
from study.features.pair_features import PairIndex
from study.features.timeline import Asof
from study.features.user_features import UserIndex
from study.prepared import kept

NEIGHBOURS, NEIGHBOUR_HALF_LIFE = 100, 120.0
"""The defaults of TIFU-KNN, so that trees are given what it is given."""
CACHED_ROWS = 4_096
"""Rows that a matrix is filled by: a whole column at a time would miss the cache at every cell."""
SHARED_HALF_LIVES = (14.0, 40.0, 120.0)


@dataclass(frozen=True)
class Aggregates:
    """The index over a log, which it does not hold: the log keeps it, and both are freed together.

    Attributes:
        ids: `log.users`.
        rated: the rates of the users who may be neighbours, and who they are, of the last day that was asked about.
    """

    ids: list[str]
    users: UserIndex
    candidates: CandidateIndex
    pairs: PairIndex
    attributes: list[AttributeIndex]
    rated: dict[int, tuple[csr_array, Ints]] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, log: Log) -> Self:
        """Sorts the events of a log."""
        pairs = PairIndex.of(log)
        candidates = CandidateIndex.of(log, pairs)
        return cls(
            ids=log.users,
            users=UserIndex.of(log, pairs),
            candidates=candidates,
            pairs=pairs,
            attributes=[AttributeIndex.of(log, name, pairs, candidates) for name in describing(log)],
        )

    @classmethod
    def kept(cls, log: Log) -> Self:
        """The index over a log, made once and kept with it."""
        return kept(log.memo, cls, partial(cls.of, log))

    def columns(self, local: int, users: Ints, candidates: Ints) -> Columns:
        """The named features of R rows at one cut-off.

        Args:
            local: the cut-off on the local clock, a midnight; microseconds.
            users: indices into `log.users`, int64 [R].
            candidates: codes, int64 [R].

        Returns:
            Float arrays [R]; NaN where there is nothing to measure.
        """
        day = local // DAY
        distinct, row = np.unique(users, return_inverse=True)
        met, place = np.unique(candidates, return_inverse=True)
        user = spread(self.users.columns(day, distinct), row)
        popular = Asof(self.candidates.acted, met, day)
        candidate = spread(self.candidates.columns(popular), place)
        acted = self.pairs.at(day, users, candidates)
        pair = self.pairs.columns(acted)
        columns = {**user, **candidate, **pair, **_shares(pair, user, candidate)}
        columns["neighbours_rate"] = cells_of(self._neighbours(day, distinct), row, candidates).astype(np.float64)
        for index in self.attributes:
            columns |= index.columns(acted, users, index.modes_at(popular)[place], user["user_key_events"])
        return columns

    def rows(self, local: int, users: Ints, candidates: Ints) -> NDArray[np.float32]:
        """The same as one matrix, float32 [R, F], in the order of `names`."""
        columns = self.columns(local, users, candidates)
        matrix = np.empty((len(users), len(columns)), dtype=np.float32)
        for begin in range(0, len(users), CACHED_ROWS):
            some = slice(begin, begin + CACHED_ROWS)
            for place, values in enumerate(columns.values()):
                matrix[some, place] = values[some]
        return matrix

    @cached_property
    def names(self) -> list[str]:
        """The names of the F features."""
        nothing = np.zeros(0, dtype=np.int64)
        return list(self.columns(0, nothing, nothing))

    def _neighbours(self, day: int, users: Ints) -> csr_array:
        """The mean decayed rates of the nearest users, float32 [U, catalogue]."""
        rates, members = self._rated(day)
        own = self.pairs.rates(day, NEIGHBOUR_HALF_LIFE, users)
        return nearest_mean(own, rates, users, members, NEIGHBOURS)

    def _rated(self, day: int) -> tuple[csr_array, Ints]:
        """The decayed rates of the users who may be neighbours at a day; kept until another is asked."""
        if day not in self.rated:
            self.rated.clear()
            users, first = self.by_hash
            members = np.sort(users[first < day][:POOL])
            self.rated[day] = self.pairs.rates(day, NEIGHBOUR_HALF_LIFE, members), members
        return self.rated[day]

    @cached_property
    def by_hash(self) -> tuple[Ints, Ints]:
        """The users who may ever be neighbours in the order of `hash_order`, and the day of their first action."""
        users, first = self.pairs.beginnings
        order = hash_order(self.ids, users)
        return users[order], first[order]


def _shares(pair: Columns, user: Columns, candidate: Columns) -> Columns:
    """The pair against the user's activity and against the candidate's own rhythm."""
    columns = {
        "pair_share_of_days": ratio(pair["pair_days"], user["user_days"]),
        "pair_share_of_events": ratio(pair["pair_events"], user["user_key_events"]),
        "pair_recency_over_candidate_gap": ratio(pair["pair_age"], candidate["candidate_gap"]),
    }
    for half_life in SHARED_HALF_LIVES:
        name = f"decayed_{half_life:g}"
        columns[f"pair_share_of_{name}"] = ratio(pair[f"pair_{name}"], user[f"user_{name}"])
    return columns
