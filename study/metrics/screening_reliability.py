"""Reliability: does what is called 20 % happen to 20 % of the users?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True)
class Reliability:
    """The users in B bins of ascending probability, about equally many each.

    Attributes:
        predicted: mean probability of each bin, float64 [B].
        observed: share of its users who take the key action, float64 [B].
        users: number of users of each bin, float64 [B].
    """

    predicted: Floats
    observed: Floats
    users: Floats

    @property
    def error(self) -> float:
        """The expected calibration error (Naeini et al., 2015), over bins of equal mass."""
        return float((np.abs(self.predicted - self.observed) * self.users).sum() / self.users.sum())


def bin_of(probabilities: Floats, bins: int = BINS) -> NDArray[np.int64]:
    """The bin of each user, int64 [U]: by rank, except that equal probabilities share the first of their bins."""
    ordered = np.sort(probabilities)
    first = np.searchsorted(ordered, probabilities, side="left")
    return first * bins // max(len(probabilities), 1)


def reliability(probabilities: Floats, labels: NDArray[np.bool_], bins: int = BINS) -> Reliability:
    """The bins of some users; a bin that ties leave empty is left out.

    Args:
        probabilities: that each user takes the key action, float64 [U].
        labels: whether it does, bool [U].
        bins: how many there are without ties.
    """
    place = bin_of(probabilities, bins)
    users = np.bincount(place, minlength=bins).astype(np.float64)
    filled = users > 0
    predicted = np.bincount(place, weights=probabilities, minlength=bins)[filled] / users[filled]
    observed = np.bincount(place, weights=labels.astype(np.float64), minlength=bins)[filled] / users[filled]
    return Reliability(predicted, observed, users[filled])
