"""What is left out of a batch is counted, and never what a readout sees."""

import numpy as np

from study.training.batches import Pieces, by_readouts, up_to_the_last_readout


def pieces(starts, stops, low, high):
    return Pieces(*(np.array(values) for values in (starts, stops, low, high)))


def test_pieces_with_the_most_readouts_come_first_and_those_without_are_counted_alone():
    given = pieces([0, 10, 20, 30], [10, 14, 25, 33], [0, 1, 1, 4], [1, 1, 4, 6])
    ordered = by_readouts(given)

    assert [20, 30, 0] == ordered.starts.tolist()
    assert [3, 2, 1] == (ordered.high - ordered.low).tolist()
    assert 4 == ordered.spared
    assert given.positions == ordered.positions


def test_a_batch_that_asks_nothing_keeps_a_piece():
    given = pieces([0, 10], [10, 14], [0, 0], [0, 0])
    ordered = up_to_the_last_readout(by_readouts(given), np.zeros(0, dtype=np.int64))

    assert [10] == ordered.stops.tolist()
    assert 14 == ordered.positions


def test_a_piece_ends_at_its_last_readout():
    given = pieces([0, 10], [10, 20], [0, 2], [2, 3])
    cut = up_to_the_last_readout(given, np.array([1, 4, 19]))

    assert [5, 20] == cut.stops.tolist()
    assert 5 == cut.spared
    assert given.positions == cut.positions
