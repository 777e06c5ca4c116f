"""What the other attributes say of a user and a candidate: departments, prices, placements, whatever a log has."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log
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
    """

    name: str
    size: int
    candidates: int
    affinity: Timeline
    pair_codes: NDArray[np.float64]
    cells: Ints
    days: NDArray[np.int32]

    @classmethod
    def of(cls, log: Log, name: str, pairs: PairIndex) -> Self:
        """Groups are user * size + code."""
        size, codes = log.sizes[name], log.codes[name][log.key].astype(np.int64)
        order = np.argsort(log.day[log.key])
        return cls(
            name=name,
            size=size,
            candidates=len(log.catalogue),
            affinity=Timeline.of(log.user[log.key] * np.int64(size) + codes, log.day[log.key]),
            pair_codes=pairs.acted.running(codes),
            cells=(log.candidate[log.key] * np.int64(size) + codes)[order],
            days=log.day[log.key][order],
        )

    def columns(self, acted: Asof, users: Ints, candidates: Ints, user_events: NDArray[np.float64]) -> Columns:
        """The user's affinity to the candidate's mode, and the codes of the pair's own events; [R] each.

        Args:
            acted: the key actions of the R pairs.
            user_events: key actions of the user, [R].
        """
        modes = self.modes(acted.day)
        affinity = Asof(self.affinity, users * self.size + modes[candidates], acted.day)
        return {
            f"{self.name}_share": ratio(affinity.events(), user_events),
            f"{self.name}_decayed": affinity.decayed(HALF_LIFE),
            f"{self.name}_pair_mean": ratio(acted.total(self.pair_codes), acted.events()),
        }

    def modes(self, day: int) -> Ints:
        """The mode of each candidate, int64 [catalogue]; the lowest code where several tie or there is none."""
        before = self.cells[: np.searchsorted(self.days, day)]
        cells = np.bincount(before, minlength=self.candidates * self.size)
        modes: Ints = cells.reshape(self.candidates, self.size).argmax(axis=1)
        return modes
