"""The expected best of a number of trials."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def expected_best(values: Sequence[float]) -> NDArray[np.float64]:
    """Expected maximum of n = 1, 2, ... draws with replacement from `values`, float64 [len(values)].

    Dodge, Gururangan, Card, Schwartz and Smith, "Show Your Work: Improved Reporting of Experimental Results"
    (EMNLP 2019).
    """
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    ranks = np.arange(1, len(ordered) + 1)
    draws = ranks[:, None]
    chances = (ranks / len(ordered)) ** draws - ((ranks - 1) / len(ordered)) ** draws
    return np.asarray(chances @ ordered, dtype=np.float64)
