"""Distinct integers."""

import numpy as np

from study.events.log import Ints


def distinct(values: Ints) -> Ints:
    """The distinct values, ascending: `np.unique`, several times faster because it sorts and does not hash."""
    ordered = np.sort(values)
    return ordered[np.append(True, ordered[1:] != ordered[:-1])] if len(ordered) else ordered
