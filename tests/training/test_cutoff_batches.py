from dataclasses import replace

import numpy as np
import pytest
import torch

from study.events.spans import DAY
from study.features.own_counts import OwnCounts
from study.features.sequences import event_stream, token_stream
from study.models.screening_sequence import user_readouts
from study.training.batches import Asking, own_past
from study.training.cutoff_batches import CutoffBatcher, Strata
from tests.screened import screened_fold, screened_log

CONTEXT = 12
HOW = Asking(context=CONTEXT, recency_days=200.0, prefixes=False, hides=False, read_share=1.0, key_weight=1.0)
STRATA = Strata(users=16, positives=4)


@pytest.fixture(scope="module", params=[event_stream, token_stream])
def batcher(request):
    fold = screened_fold(screened_log())
    stream = request.param(fold.log)
    own = OwnCounts.of(fold.log, fold.horizon)
    return fold, CutoffBatcher(stream, user_readouts(fold, stream), HOW, own, STRATA)


def plans(batcher, seed=0):
    found = list(batcher.epoch(0, np.random.default_rng(seed)))
    assert found
    return found


def test_a_batch_has_different_users_of_one_cutoff_and_the_asked_share_of_positives(batcher):
    _, source = batcher
    for plan in plans(source):
        asked, users = source.asked, source.stream.user[plan.stops - 1]
        positives = source.acts[source.asked.time == asked.time[plan.low[0]]].sum()

        assert 1 == len(np.unique(asked.time[plan.low]))
        assert STRATA.users == len(np.unique(users))
        assert min(STRATA.positives, positives) == source.acts[plan.low].sum()


def test_a_piece_ends_before_its_cutoff_and_is_as_long_as_there_is_room(batcher):
    _, source = batcher
    for plan in plans(source):
        time = source.asked.time[plan.low]
        first = source.stream.offsets[source.stream.user[plan.stops - 1]]

        assert (source.stream.time[plan.stops - 1] < time).all()
        later = np.append(source.stream.time, np.iinfo(np.int64).max)[plan.stops]
        is_same = np.append(source.stream.user, -1)[plan.stops] == source.stream.user[plan.stops - 1]
        assert (~is_same | (later >= time)).all()
        assert (np.minimum(plan.stops - first, CONTEXT) == plan.stops - plan.starts).all()


def test_labels_are_the_users_with_a_key_action_in_the_window(batcher):
    fold, source = batcher
    window = fold.windows()[-1]
    users, labels = fold.asked(window)
    at = source.asked.time == window.cutoff

    assert users.tolist() == source.stream.user[source.asked.position[at]].tolist()
    assert (labels.sizes > 0).tolist() == source.acts[at].tolist()


def test_the_assembled_batch_asks_each_user_once_at_its_last_position(batcher):
    _, source = batcher
    plan = plans(source)[0]
    batch = source.assemble(plan, np.random.default_rng(0))

    assert STRATA.users == len(batch.at) == len(batch.lengths)
    assert (batch.at == np.arange(STRATA.users) * batch.days.shape[1] + batch.lengths.numpy() - 1).all()
    assert np.flatnonzero(source.acts[plan.low]).tolist() == batch.rows.tolist()
    assert set(batch.labels.tolist()) <= {0}


def test_a_user_is_asked_with_the_own_past_before_the_cutoff_alone(batcher):
    """Whatever a log holds of what comes after it."""
    fold, source = batcher
    generator = np.random.default_rng(0)
    for plan in plans(source):
        time, users = int(source.asked.time[plan.low[0]]), source.stream.user[plan.stops - 1].astype(np.int64)
        past = fold.log.before(time)
        until = past.offsets[users + 1]
        ages = np.full(len(users), time)
        expected = own_past(OwnCounts.of(past, fold.horizon), source.classes, users, until, ages)
        own = source.assemble(plan, generator).own

        assert past.time[until - 1].max() < time
        assert torch.equal(expected.rows, own.rows)
        assert torch.equal(expected.classes, own.classes)
        assert torch.equal(expected.counts, own.counts)


def test_batches_are_a_pure_function_of_the_generator(batcher):
    _, source = batcher
    first, again, other = plans(source), plans(source), plans(source, seed=1)

    assert all(np.array_equal(a.low, b.low) for a, b in zip(first, again, strict=True))
    assert any(not np.array_equal(a.low, b.low) for a, b in zip(first, other, strict=True))


def test_the_prior_shift_turns_the_share_in_batches_into_that_among_all(batcher):
    """Also where a cut-off has fewer users of a kind than a batch asks for."""
    _, source = batcher
    for strata in (STRATA, Strata(users=STRATA.users, positives=STRATA.users - 1)):
        every = CutoffBatcher(source.stream, source.asked, HOW, source.own, strata)
        drawn = np.concatenate([source.acts[plan.low] for seed in range(20) for plan in plans(every, seed)])
        odds = np.exp(np.log(drawn.mean() / (1 - drawn.mean())) - every.prior_shift())
        assert source.acts.mean() == pytest.approx(odds / (1 + odds), rel=0.05)


def test_where_all_users_do_the_same_there_is_nothing_to_learn():
    fold = screened_fold(screened_log(users=1), end=21)
    stream = event_stream(fold.log)
    source = CutoffBatcher(stream, user_readouts(fold, stream), HOW, None, STRATA)

    with pytest.raises(FloatingPointError, match="nothing to learn"):
        plans(source)
    assert np.isfinite(source.prior_shift())


def test_a_cutoff_is_drawn_half_as_often_as_one_that_is_later_by_the_half_life(batcher):
    _, source = batcher
    some = CutoffBatcher(source.stream, source.asked, replace(HOW, recency_days=7.0), source.own, STRATA)
    chances, times = some._chances(), np.unique(source.asked.time)

    assert 1.0 == pytest.approx(chances.sum())
    assert np.exp2(np.diff(times) / DAY / 7.0) == pytest.approx(chances[1:] / chances[:-1])


def test_a_readout_is_told_the_calendar_of_its_cutoff_on_the_local_clock():
    """As a query is: in New York a midnight is hours later than that of UTC."""
    fold = screened_fold(screened_log())
    fold = replace(fold, spans=replace(fold.spans, timezone="America/New_York"))
    asked = user_readouts(fold, event_stream(fold.log))
    local = {window.cutoff: window.local for window in fold.windows()}

    assert [local[time] for time in asked.time.tolist()] == asked.local.tolist()
    assert (asked.local < asked.time).all()
