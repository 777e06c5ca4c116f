from dataclasses import replace

import numpy as np
import pytest

from study.diagnostics.attributes import without
from study.diagnostics.labels import permuted, permuting
from study.diagnostics.noise import with_noise
from study.diagnostics.order import shuffled
from study.diagnostics.plan import changes
from study.diagnostics.recent import last_events
from study.diagnostics.steady import steady
from study.events.fold import Fold
from study.events.spans import DAY, Window, make_spans
from study.events.stream import Readouts
from study.features.sequences import event_stream
from study.features.training_rows import training_rows
from study.models import user_rows
from study.models.screening_sequence import user_readouts
from study.params.diagnostics import Diagnostics
from tests.made import FEATURES, QUESTION, asked, day_of, made_log, random_log

ROWS = [
    ("a", 1.0, "buy", "x", "red"),
    ("a", 1.0, "look", "y", "blue"),
    ("a", 5.0, "buy", "z", "red"),
    ("a", 6.0, "look", "x", "red"),
    ("b", 2.0, "buy", "y", "blue"),
    ("b", 3.0, "look", "z", "red"),
]
ASKED = Diagnostics(
    asked={"counting": ["order"]},
    last_events=[8],
    noise_attributes=[1],
    noise_values=3,
    user_shares=[0.5],
    impersonal=["popularity"],
    screened=["aggregates"],
)


@pytest.fixture
def log():
    return made_log(ROWS)


@pytest.fixture
def whole(generator):
    return random_log(generator, users=30, events=600, days=60)


@pytest.fixture
def generator():
    return np.random.default_rng(3)


def fold_of(log, end=56):
    spans = make_spans(day_of(0), day_of(60), "UTC", QUESTION)
    return Fold(log.before(day_of(end)), spans, day_of(end), FEATURES)


def of_user(log, user):
    return slice(log.offsets[user], log.offsets[user + 1])


def test_shuffling_keeps_times_and_contents_and_the_moments_together(whole):
    mixed = shuffled(whole, 1)

    for user in range(len(whole.users)):
        mine = of_user(whole, user)
        assert set(whole.time[mine]) == set(mixed.time[mine])
        assert sorted(whole.candidate[mine]) == sorted(mixed.candidate[mine])
        assert (np.diff(mixed.time[mine]) >= 0).all()
    assert sorted(sizes(whole)) == sorted(sizes(mixed))
    assert not np.array_equal(whole.candidate, mixed.candidate)
    np.testing.assert_array_equal(mixed.candidate, shuffled(whole, 1).candidate)


def sizes(log):
    ends = np.flatnonzero(log.moment_end)
    return np.diff(np.append(-1, ends)).tolist()


def test_shuffling_moves_all_columns_of_an_event_together(whole):
    mixed = shuffled(whole, 1)
    before = {*zip(whole.user, whole.candidate, whole.codes["colour"], whole.key, strict=True)}

    assert before == {*zip(mixed.user, mixed.candidate, mixed.codes["colour"], mixed.key, strict=True)}


def test_a_steady_pace_has_equal_distances_up_to_half_a_one_before_the_end(log):
    end = day_of(10)
    paced = steady(log, end, end)
    distance = 2 * DAY  # a: 4 and 1 days, b: 1 day; on average 2

    expected = [end - distance // 2 - n * distance for n in (2, 2, 1, 0, 1, 0)]
    assert expected == paced.time.tolist()
    assert expected == paced.local.tolist()
    np.testing.assert_array_equal(log.codes["item"], paced.codes["item"])


def test_the_last_events_of_each_user_are_left(log):
    short = last_events(log, 2)

    assert [0, 2, 4] == short.offsets.tolist()
    np.testing.assert_array_equal(log.time[[2, 3, 4, 5]], short.time)


def test_a_dropped_attribute_is_missing_and_candidates_stay(log):
    dropped = without(log, "item")

    assert not dropped.codes["item"].any()
    np.testing.assert_array_equal(log.candidate, dropped.candidate)
    np.testing.assert_array_equal(log.codes["colour"], dropped.codes["colour"])


def test_what_a_key_action_starts_with_has_no_dropped_attribute(log):
    fixed = replace(log, prompt={"event_type": 2, "colour": 3})

    assert {"event_type": 2} == without(fixed, "colour").prompt
    assert fixed.prompt == without(fixed, "item").prompt


def test_noise_is_the_same_in_every_log_that_a_history_begins(whole):
    noisy = with_noise(whole, 2, 7, seed=4)
    early = with_noise(whole.before(day_of(30)), 2, 7, seed=4)

    assert ["noise_1", "noise_2"] == list(noisy.codes)[-2:]
    assert {9} == {noisy.sizes["noise_1"], noisy.sizes["noise_2"]}
    np.testing.assert_array_equal(noisy.before(day_of(30)).codes["noise_2"], early.codes["noise_2"])
    assert set(range(2, 9)) == set(noisy.codes["noise_1"])
    assert abs(np.corrcoef(noisy.codes["noise_1"], noisy.codes["noise_2"])[0, 1]) < 0.15
    assert not np.array_equal(noisy.codes["noise_1"], with_noise(whole, 2, 7, seed=5).codes["noise_1"])


def test_label_sets_change_hands_inside_a_cutoff(whole):
    fold = fold_of(whole)
    window = fold.windows()[-1]
    users, labels = fold.asked(window)
    same, other = permuting(fold, 2).asked(window)

    np.testing.assert_array_equal(users, same)
    assert sets(labels) != sets(other)
    assert sorted(sets(labels)) == sorted(sets(other))
    assert sets(other) != sets(permuting(fold, 3).asked(window)[1])


def sets(labels):
    return [labels.codes[a:b].tolist() for a, b in zip(labels.offsets, labels.offsets[1:], strict=False)]


def test_a_fold_made_from_a_permuted_one_is_permuted_as_well(whole):
    fold = permuting(fold_of(whole), 2)
    window = fold.windows()[0]
    earlier = replace(fold, log=fold.log.before(day_of(49)), end=day_of(49), memo={})

    assert sets(fold.asked(window)[1]) == sets(earlier.asked(window)[1])
    assert readouts().labels.tolist() != earlier.relabelled(readouts()).labels.tolist()


def readouts():
    count = 40
    none = np.zeros(count, dtype=np.int64)
    time = np.repeat([day_of(3), day_of(12)], count // 2)
    offsets = np.arange(count + 1)
    return Readouts(none, time, none, none, offsets, np.arange(count), none, none > 0)


def test_readouts_exchange_labels_with_those_of_the_same_group():
    asked_about = readouts()
    mixed = permuted(asked_about, asked_about.time, 1).labels

    assert set(range(20)) == set(mixed[:20].tolist())
    assert not np.array_equal(np.arange(20), mixed[:20])


def test_label_sets_of_different_sizes_stay_whole():
    offsets = np.array([0, 1, 3, 6])
    three = np.zeros(3, dtype=np.int64)
    asked_about = Readouts(three, three, three, three, offsets, np.array([7, 1, 2, 4, 5, 6]), three, three > 0)
    mixed = permuted(asked_about, three, 1)

    found = sorted(mixed.labels[a:b].tolist() for a, b in zip(mixed.offsets, mixed.offsets[1:], strict=False))
    assert [[1, 2], [4, 5, 6], [7]] == found


def test_the_rows_of_aggregates_follow_the_permuted_labels(whole):
    fold = fold_of(whole)
    honest, mixed = (training_rows(one, 0) for one in (fold, permuting(fold, 2)))

    np.testing.assert_array_equal(honest.features, mixed.features)
    assert not np.array_equal(honest.relevant, mixed.relevant)


def test_users_who_are_screened_exchange_their_labels_too(whole):
    fold = replace(fold_of(whole), eligible_days=28)
    honest, mixed = (user_rows.training_rows(one) for one in (fold, permuting(fold, 2)))

    np.testing.assert_array_equal(honest.features, mixed.features)
    assert not np.array_equal(honest.relevant, mixed.relevant)
    begins = np.cumsum(honest.sizes) - honest.sizes
    counts = [np.add.reduceat(rows.relevant.astype(int), begins).tolist() for rows in (honest, mixed)]
    assert counts[0] == counts[1]  # as many positives at each cut-off


def test_the_readouts_of_screened_users_exchange_their_labels_too(whole):
    fold = replace(fold_of(whole), eligible_days=28)
    stream, mixed = event_stream(fold.log), permuting(fold, 2)
    honest, permuted_ones = user_readouts(fold, stream), user_readouts(mixed, stream)
    again = mixed.relabelled(permuted_ones)
    acts = [np.diff(one.offsets) for one in (honest, permuted_ones, again)]

    np.testing.assert_array_equal(honest.position, again.position)
    assert not np.array_equal(acts[0], acts[1])
    assert not np.array_equal(acts[0], acts[2])
    for number in np.unique(honest.time):
        assert {acts[0][honest.time == number].sum()} == {one[honest.time == number].sum() for one in acts[1:]}


def test_every_change_leaves_users_and_relevant_candidates_alone(whole):
    queries = asked(whole, 40)
    for change in changes(ASKED, ["item", "colour"], seed=1, by_counts=True):
        changed = change.queries(queries)
        np.testing.assert_array_equal(queries.users, changed.users)
        assert (queries.cutoff, whole.users) == (changed.cutoff, changed.log.users)
        assert (changed.log.time < queries.cutoff).all()
        assert (np.diff(changed.log.offsets)[queries.users] > 0).all()
        assert changed.memo is not queries.memo


def test_a_window_of_the_fold_is_a_window(whole):
    assert isinstance(permuting(fold_of(whole), 0).windows()[0], Window)


def test_a_changed_fold_has_nothing_that_was_derived_from_the_unchanged_one(whole):
    fold = fold_of(whole)
    fold.memo["derived"] = "from the unchanged one"
    changed = [change.fold(fold, 1) for change in changes(ASKED, ["item"], seed=1, by_counts=True)[1:]]

    assert not [one for one in changed if "derived" in one.memo]
