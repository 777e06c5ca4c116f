"""What the other attributes say of a user and a candidate: departments, prices, placements, whatever a log has."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log
from study.features.candidate_features import CandidateIndex
from study.features.features import Columns, ratio
from study.features.pair_features import PairIndex
from study.features.timeline import Asof, Timeline

HALF_LIFE = 40.0


@dataclass(frozen=True)
class AttributeIndex:
    """One attribute column of the key actions.

    A candidate's *mode* is the code that most of its key actions before the cut-off have: the department of a
    category, say. Codes of numeric attributes are ordered, those of categorical ones fall with frequency, so that
    their mean says how high, or how unusual, the values were. A missing value counts in it with its code, as the least.

    Attributes:
        affinity: the days of each (user, code), grouped by user * size + code.
        pair_codes: running sum of the codes, over the days of each pair.
        modes: the mode after each day of each candidate, over `CandidateIndex.acted`, int64.
    """

    name: str
    size: int
    affinity: Timeline
    pair_codes: NDArray[np.float64]
    modes: Ints

    @classmethod
    def of(cls, log: Log, name: str, pairs: PairIndex, candidates: CandidateIndex) -> Self:
        """Of a column of the log that is no part of the candidate."""
        size, codes = log.sizes[name], log.codes[name][log.key].astype(np.int64)
        order = candidates.acted.order
        return cls(
            name=name,
            size=size,
            affinity=Timeline.of(log.user[log.key] * np.int64(size) + codes, log.day[log.key]),
            pair_codes=pairs.acted.running(codes),
            modes=running_modes(log.candidate[log.key][order], codes[order], size)[candidates.acted.events[1:] - 1],
        )

    def columns(self, acted: Asof, users: Ints, modes: Ints, user_events: NDArray[np.float64]) -> Columns:
        """The user's affinity to the candidate's mode, and the codes of the pair's own events; [R] each.

        Args:
            acted: the key actions of the R pairs.
            users: of the pairs, int64 [R].
            modes: of the candidates, as of `modes_at`, int64 [R].
            user_events: key actions of the user, [R].
        """
        affinity = Asof(self.affinity, users * self.size + modes, acted.day)
        return {
            f"{self.name}_share": ratio(affinity.events(), user_events),
            f"{self.name}_decayed": affinity.decayed(HALF_LIFE),
            f"{self.name}_pair_mean": ratio(acted.total(self.pair_codes), acted.events()),
        }

    def modes_at(self, acted: Asof) -> Ints:
        """The mode of each candidate whose key actions are asked about, int64 [C]; 0 where there is none."""
        modes = np.zeros(len(acted.groups), dtype=np.int64)
        modes[acted.has] = self.modes[acted.stops[acted.has] - 1]
        return modes


def running_modes(groups: NDArray[np.int32], codes: Ints, size: int) -> Ints:
    """The most frequent code of a group up to and with each event, the lowest where several tie, int64 [N].

    Counts only rise, so the mode is the greatest of all pairs of a count and a code that there were so far.

    Args:
        groups: of each event, ascending, [N].
        codes: below `size`, int64 [N].
    """
    cells = groups.astype(np.int64) * size + codes
    order, running = np.argsort(cells, kind="stable"), np.arange(len(cells))
    begins = np.append(True, cells[order][1:] != cells[order][:-1])[: len(cells)]
    earlier = np.empty_like(cells)
    earlier[order] = running - np.maximum.accumulate(np.where(begins, running, 0))
    leads = earlier * size + size - 1 - codes
    width = int(leads.max(initial=0)) + 1
    return size - 1 - np.maximum.accumulate(groups * np.int64(width) + leads) % width % size
