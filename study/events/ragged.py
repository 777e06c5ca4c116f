"""Arrays of rows that differ in length: expanding them, and searching in each."""

import numpy as np

from study.events.log import Ints


def expand(starts: Ints, stops: Ints) -> tuple[Ints, Ints]:
    """All (row, index) with starts[row] <= index < stops[row], as two int64 [M]."""
    sizes = np.maximum(stops - starts, 0)
    rows = np.repeat(np.arange(len(starts)), sizes)
    first = np.repeat(starts - np.concatenate(([0], np.cumsum(sizes)[:-1])), sizes)
    return rows, first + np.arange(len(rows))


def first_at(values: Ints, offsets: Ints, rows: Ints, bounds: Ints) -> Ints:
    """Index of the first value of each asked row that is at least its bound, int64 [Q]; the row's end if there is none.

    By halves of each row: a joint key of row and value need not fit 64 bits, and in microseconds it does not.

    Args:
        values: ascending inside each row, int64 [N].
        offsets: the values of row r are offsets[r]:offsets[r + 1], int64 [R + 1].
        rows, bounds: int64 [Q].
    """
    low, high = offsets[rows], offsets[rows + 1]
    while (is_open := low < high).any():
        middle = np.where(is_open, (low + high) // 2, 0)
        is_below = values[middle] < bounds
        low = np.where(is_open & is_below, middle + 1, low)
        high = np.where(is_open & ~is_below, middle, high)
    return low
