"""What is left out of a batch is counted, and never what a readout sees; what neighbours ask alike is counted once."""

from dataclasses import replace

import numpy as np
import pytest

from study.events.spans import DAY
from study.events.stream import Readouts, Stream
from study.features.own_counts import OwnCounts
from study.features.sequences import event_stream
from study.nn.time import time_features
from study.training.batches import (
    Asking,
    Batcher,
    Pieces,
    bucketed,
    by_readouts,
    chunks_of_epoch,
    own_past,
    up_to_the_last_readout,
)
from tests.made import day_of, made_log


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


def test_a_piece_is_half_as_often_kept_with_every_half_life_of_its_age():
    """Histories of two events, of today, of ten days ago and of twenty, two thousand of each."""
    age = np.repeat([0, 10, 20], 2000)
    offsets, time = np.arange(0, 12_001, 2), np.repeat(100 - age, 2) * DAY
    starts, _ = chunks_of_epoch(offsets, time, 10_000, 10.0, np.random.default_rng(0))
    kept = np.bincount(age[starts // 2])[[0, 10, 20]] / 2000

    assert [1, 0.5, 0.25] == pytest.approx(kept.tolist(), abs=0.04)


COUNT = 3000
"""Positions of one history, each a readout; every third asks about the own past."""


@pytest.fixture(scope="module")
def in_part() -> Batcher:
    """Of batches that ask a fifth of what need not be asked, and all that must be."""
    place, none = np.arange(COUNT), np.zeros(COUNT, dtype=np.int64)
    flags, codes = np.zeros(COUNT, dtype=bool), np.zeros(COUNT, dtype=np.int32)
    ends = np.array([0, COUNT])
    stream = Stream(ends, codes[:, None], place, codes, none, none, none, codes, flags, codes, flags)
    until = np.where(place % 3 == 0, place, -1)
    asked = Readouts(place, none, none, codes, np.arange(COUNT + 1), none, until, place % 2 == 0)
    how = Asking(context=COUNT, recency_days=1.0, prefixes=False, hides=False, read_share=0.2, key_weight=3.0)
    return Batcher(stream, asked, how, None, np.zeros(1, dtype=np.int64))


@pytest.fixture(scope="module")
def asked_in_part(in_part):
    """One batch, a single piece."""
    return in_part.assemble(pieces([0], [COUNT], [0], [COUNT]), np.random.default_rng(1))


def test_readouts_about_the_own_past_are_asked_always_and_the_others_in_part(asked_in_part):
    at = asked_in_part.at.numpy()

    assert np.arange(0, COUNT, 3).tolist() == at[at % 3 == 0].tolist()
    assert 0.2 == pytest.approx((at % 3 > 0).sum() / (COUNT * 2 / 3), abs=0.03)


def test_what_is_asked_in_part_counts_for_what_was_not_drawn(asked_in_part):
    """So that the expected loss is that of all readouts, whatever they weigh."""
    at, weight = asked_in_part.at.numpy(), asked_in_part.weight.numpy()
    alone = np.where(at % 2 == 0, 3.0, 1.0)

    assert np.allclose(np.where(at % 3 == 0, alone, alone / 0.2), weight)
    assert COUNT * 2 == pytest.approx(weight.sum(), rel=0.05)


BASKETS = [("a", 1.0, "buy", "x", None), ("a", 2.0, "buy", "y", None), ("b", 3.0, "buy", "x", None)]
"""Two key actions of one user, one of another."""


def test_the_own_past_of_the_lines_of_a_basket_is_counted_once():
    own = OwnCounts.of(made_log(BASKETS), 7 * DAY)
    users = np.array([0, 0, 0, 0, 0, 1])
    until = np.array([2, -1, 2, 2, 1, 3])
    time = np.array([day_of(9.0)] * 3 + [day_of(10.0)] + [day_of(9.0)] * 2)
    found = own_past(own, np.arange(2), users, until, time)
    alone = [own_past(own, np.arange(2), *(part[row : row + 1] for part in (users, until, time))) for row in range(6)]

    assert found.shared is not None
    assert [0, 2, 3, 4, 5] == found.shared.readouts.tolist()  # the second asks for nothing
    assert [2, 1, 1, 1] == found.shared.asking  # the same until at another time is another question
    assert [2, 2, 1, 1] == found.shared.sizes
    assert [None] * 6 == [each.shared for each in alone]
    assert np.repeat(np.arange(6), [len(each.rows) for each in alone]).tolist() == found.rows.tolist()
    assert np.concatenate([each.classes for each in alone]).tolist() == found.classes.tolist()
    assert np.array_equal(np.concatenate([each.counts for each in alone]), found.counts[found.shared.place])


def test_a_candidate_without_a_class_is_no_part_of_the_own_past():
    own = OwnCounts.of(made_log(BASKETS), 7 * DAY)
    asked = np.array([0]), np.array([2]), np.array([day_of(9.0)])
    both, one = (own_past(own, np.array(classes), *asked) for classes in ([3, 5], [-1, 5]))

    assert [3, 5] == both.classes.tolist()
    assert [5] == one.classes.tolist()
    assert np.array_equal(both.counts[1:], one.counts)


def test_candidates_of_one_class_are_counted_together():
    own = OwnCounts.of(made_log(BASKETS), 7 * DAY)
    asked = np.array([0]), np.array([2]), np.array([day_of(9.0)])
    apart, together = (own_past(own, np.array(classes), *asked) for classes in ([3, 5], [4, 4]))

    assert ([0], [4]) == (together.rows.tolist(), together.classes.tolist())
    assert np.allclose(np.expm1(apart.counts.numpy()).sum(axis=0), np.expm1(together.counts.numpy()[0]))


LENGTHS = np.array([40, 3, 25, 1])
"""Positions of the histories of four users, each a readout."""


@pytest.fixture(scope="module")
def of_four() -> Batcher:
    """Pieces of ten positions at most that end at their only readout; a day is a position's half-life."""
    ends, none = np.append(0, np.cumsum(LENGTHS)), np.zeros(LENGTHS.sum(), dtype=np.int64)
    place, user = np.arange(LENGTHS.sum()), np.repeat(np.arange(4), LENGTHS).astype(np.int32)
    codes, flags = none.astype(np.int32), none.astype(bool)
    age = np.repeat(LENGTHS, LENGTHS) - 1 - (place - np.repeat(ends[:-1], LENGTHS))
    time = (100 - age) * DAY
    stream = Stream(ends, codes[:, None], place, user, time, time, none, codes, flags, codes, flags)
    asked = Readouts(place, time, none, codes, np.append(place, len(place)), none, none - 1, flags)
    how = Asking(context=10, recency_days=1.0, prefixes=True, hides=False, read_share=1.0, key_weight=1.0)
    return Batcher(stream, asked, how, None, np.zeros(1, dtype=np.int64))


def test_a_piece_that_ends_at_its_readout_begins_in_the_history_of_its_user(of_four):
    stream, random = of_four.stream, np.random.default_rng(0)
    plans = [plan for _ in range(200) for plan in of_four.epoch(90, random)]
    starts, stops = (np.concatenate([getattr(plan, end) for plan in plans]) for end in ("starts", "stops"))

    assert (starts >= 0).all()
    assert (stream.user[starts] == stream.user[stops - 1]).all()
    assert np.minimum(10, stops - stream.offsets[stream.user[stops - 1]]).tolist() == (stops - starts).tolist()


def test_prefixes_are_thinned_by_the_age_of_their_readout(of_four):
    """The last position of the first user is as old as none, the one before it a half-life, and so on."""
    random, last = np.random.default_rng(0), LENGTHS[0] - 1
    kept = np.concatenate([plan.stops - 1 for _ in range(2000) for plan in of_four.epoch(90, random)])
    often = np.bincount(kept, minlength=LENGTHS.sum())[[last, last - 1, last - 2]] / 2000

    assert [1, 0.5, 0.25] == pytest.approx(often.tolist(), abs=0.04)


def test_a_batch_has_at_most_its_size_of_positions_with_padding_and_every_piece_once():
    random = np.random.default_rng(0)
    lengths = random.integers(1, 30, 2000)
    starts = np.cumsum(lengths) - lengths
    batches = list(bucketed(Pieces(starts, starts + lengths, starts, starts), 90, random))

    assert all(len(one.starts) * (one.stops - one.starts).max() <= 90 for one in batches)
    assert starts.tolist() == sorted(np.concatenate([one.starts for one in batches]).tolist())
    padded_to = sum(len(one.starts) * (one.stops - one.starts).max() for one in batches)
    assert padded_to < 1.1 * lengths.sum()


def test_pieces_that_end_at_their_readout_are_those_of_the_readouts_that_are_asked(in_part):
    """None is computed to be dropped."""
    batcher = replace(in_part.how, prefixes=True, context=3, recency_days=1e9)
    prefixes = Batcher(in_part.stream, in_part.asked, batcher, None, in_part.classes)
    generator = np.random.default_rng(1)
    batches = [prefixes.assemble(found, generator) for found in prefixes.epoch(90, generator)]
    asked = sum(len(batch.at) for batch in batches)

    assert asked == sum(len(batch.lengths) for batch in batches)
    assert COUNT / 3 + 0.2 * COUNT * 2 / 3 == pytest.approx(asked, rel=0.05)
    assert COUNT * 2 == pytest.approx(sum(float(batch.weight.sum()) for batch in batches), rel=0.05)


def test_a_readout_is_told_the_time_from_its_position_to_its_cutoff_and_the_calendar_of_that():
    """And so is the own past: as of the cut-off, as where a model is asked to rank."""
    log = made_log(BASKETS)
    stream, own, hour = event_stream(log), OwnCounts.of(log, 7 * DAY), DAY // 24
    time = np.array([day_of(4.0), day_of(9.0), day_of(5.0)])
    position, none, labels = np.array([0, 1, 2]), np.zeros(3, dtype=np.int32), np.zeros(3, dtype=np.int64)
    asked = Readouts(position, time, time + hour, none, np.arange(4), labels, position + 1, none > 0)
    how = Asking(context=5, recency_days=1.0, prefixes=False, hides=False, read_share=1.0, key_weight=1.0)
    batcher = Batcher(stream, asked, how, own, np.arange(2))
    batch = batcher.assemble(pieces([0, 2], [2, 3], [0, 2], [2, 3]), np.random.default_rng(0))
    gaps = np.array([3, 7, 2]) * DAY
    past = own_past(own, np.arange(2), np.array([0, 0, 1]), position + 1, time)

    assert np.array_equal(time_features(gaps, time + hour), batch.query)
    assert past.classes.tolist() == batch.own.classes.tolist()
    assert np.array_equal(past.counts, batch.own.counts)


def test_histories_are_cut_elsewhere_in_every_epoch_into_pieces_that_have_a_past():
    """A hundred positions, one alone, and five; nothing is so old that it is left out."""
    offsets, random = np.array([0, 100, 101, 106]), np.random.default_rng(0)
    time, cuts, seen = np.zeros(106, dtype=np.int64), set(), np.zeros(106, dtype=int)
    for _ in range(200):
        starts, stops = chunks_of_epoch(offsets, time, 10, 1.0, random)
        cuts |= {int(stop) % 10 for stop in stops if stop < 100}
        for start, stop in zip(starts, stops, strict=True):
            assert 1 < stop - start <= 10
            seen[start:stop] += 1

    assert set(range(10)) == cuts
    assert 0 == seen[100]
    assert np.delete(seen, 100).min() >= 150
    assert seen.max() <= 200
