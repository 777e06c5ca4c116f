"""Named columns of features, and the little arithmetic that they share."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints

Columns = dict[str, NDArray[np.float64]]
WINDOWS = (7, 14, 28, 56, 112)
"""Days."""
HALF_LIVES = (5.0, 14.0, 40.0, 120.0)
"""Days."""


def ratio(above: NDArray[Any], below: NDArray[Any]) -> NDArray[np.float64]:
    """Above / below, float64, of the shape of both; NaN where `below` is not above 0."""
    positive = below > 0
    return np.where(positive, above / np.where(positive, below, 1), np.nan)


def spread(columns: Columns, index: Ints) -> Columns:
    """Each column, float64 [N], at the given places, int64 [R]: float64 [R]."""
    return {name: values[index] for name, values in columns.items()}
