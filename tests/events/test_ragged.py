"""Searching in rows that differ in length, whatever their number and however large the values."""

from itertools import chain

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from study.events.ragged import first_at

LARGE = 2**62
"""A joint key of two rows and such values would not fit 64 bits."""
ROWS = st.lists(st.lists(st.integers(0, LARGE), max_size=6).map(sorted), min_size=1, max_size=5)


@given(ROWS, st.data())
def test_the_first_value_of_a_row_that_reaches_the_bound_is_found_or_its_end(rows, data):
    values, offsets = np.array(list(chain(*rows)), dtype=np.int64), np.cumsum([0, *map(len, rows)])
    known = st.sampled_from([0, LARGE, *values.tolist()])
    asked = data.draw(st.lists(st.tuples(st.integers(0, len(rows) - 1), known | st.integers(0, LARGE)), max_size=9))
    row, bound = (
        (np.array(part, dtype=np.int64) for part in zip(*asked, strict=True)) if asked else np.zeros((2, 0), int)
    )
    expected = [offsets[r] + next((i for i, value in enumerate(rows[r]) if value >= b), len(rows[r])) for r, b in asked]

    assert expected == first_at(values, offsets, row, bound).tolist()
