"""Readouts of a log that can be read by eye: one user, three moments, candidates a=0, b=1, c=2."""

from dataclasses import replace

import numpy as np
import pytest

from study.events.stream import Cutoffs, Stream
from study.features.sequences import event_stream, prompt_of, token_stream
from study.nn.objectives import horizon, masked_event, next_line, next_moment, next_token
from tests.made import QUESTION, made_log

DAY = 86_400_000_000
PURCHASE, LETTER = 2, 3
PROMPT = (PURCHASE,)  # event_type alone is fixed by the key filter


@pytest.fixture
def stream():
    # user 0: day 0 {a, b}, day 2 letter, day 3 {c}; user 1: day 1 {b}
    time = np.array([0, 0, 2, 3, 1]) * DAY
    candidate = np.array([0, 1, -1, 2, 1], dtype=np.int32)
    return Stream(
        offsets=np.array([0, 4, 5]),
        inputs=np.arange(5, dtype=np.int32)[:, None] + 10,
        event=np.arange(5),
        user=np.array([0, 0, 0, 0, 1], dtype=np.int32),
        time=time,
        local=time,
        gap=np.zeros(5, dtype=np.int64),
        candidate=candidate,
        key=candidate >= 0,
        event_type=np.array([PURCHASE, PURCHASE, LETTER, PURCHASE, PURCHASE], dtype=np.int32),
        moment_end=np.array([False, True, True, True, True]),
    )


def cutoffs(start: list[int], stop: list[int], end: int, horizon_days: int = 2) -> Cutoffs:
    starts = np.array(start, dtype=np.int64) * DAY
    stops = np.array(stop, dtype=np.int64) * DAY
    return Cutoffs(starts, starts, stops, horizon_days * DAY, end * DAY, PURCHASE, PROMPT)


NONE = cutoffs([], [], 100)


def answers(asked):
    days = (asked.time // DAY).tolist()
    return list(zip(asked.position.tolist(), days, sets_of(asked), strict=True))


def sets_of(asked):
    return [asked.labels[a:b].tolist() for a, b in zip(asked.offsets[:-1], asked.offsets[1:], strict=True)]


def test_next_line_asks_every_event_about_the_next_that_has_a_candidate(stream):
    assert answers(next_line.readouts(stream, NONE)) == [(0, 0, [1]), (1, 3, [2]), (2, 3, [2])]


def test_next_moment_asks_moment_ends_about_the_next_set(stream):
    assert answers(next_moment.readouts(stream, NONE)) == [(1, 3, [2]), (2, 3, [2])]


def test_next_moment_has_the_whole_set_of_the_next_moment(stream):
    stream.user[:] = 0
    stream.offsets[:] = [0, 5, 5]
    stream.time[:] = np.array([0, 1, 1, 2, 2]) * DAY
    stream.moment_end[:] = [True, False, True, False, True]

    assert answers(next_moment.readouts(stream, NONE)) == [(0, 1, [1]), (2, 2, [1, 2])]


def test_next_moment_asks_for_the_candidates_of_the_event_type_that_comes_first_there(stream):
    stream.user[:], stream.offsets[:], stream.candidate[:] = 0, [0, 5, 5], [0, 1, 2, 1, 0]
    stream.time[:] = np.array([0, 1, 1, 2, 2]) * DAY
    stream.moment_end[:] = [True, False, True, False, True]
    stream.event_type[:] = [PURCHASE, LETTER, PURCHASE, PURCHASE, LETTER]
    asked = next_moment.readouts(stream, NONE)

    assert [(0, 1, [1]), (2, 2, [1])] == answers(asked)
    assert [LETTER, PURCHASE] == asked.event_type.tolist()
    assert [False, True] == asked.is_key.tolist()


def test_moments_and_cutoffs_are_told_on_their_local_clocks(stream):
    hour = DAY // 24
    early = replace(cutoffs([3], [5], 100), local=np.array([3 * DAY - hour]))
    asked = horizon.readouts(replace(stream, local=stream.time + hour), early)

    assert [(2, 2, [2]), (2, 3, [2])] == answers(asked)
    assert [2 * DAY + hour, 3 * DAY - hour] == asked.local.tolist()


def test_horizon_is_open_at_the_moment_and_closed_at_its_end(stream):
    assert answers(horizon.readouts(stream, cutoffs([], [], 100, horizon_days=3))) == [(1, 0, [2]), (2, 2, [2])]
    assert answers(horizon.readouts(stream, cutoffs([], [], 100, horizon_days=2))) == [(2, 2, [2])]


def test_horizon_asks_at_cutoffs_between_moments_by_the_law_of_the_query_cutoffs(stream):
    asked = horizon.readouts(stream, cutoffs([1, 3], [3, 5], 100, horizon_days=2))

    assert answers(asked) == [(2, 2, [2]), (2, 3, [2])]


def test_a_label_whose_horizon_passes_the_end_does_not_exist(stream):
    assert answers(horizon.readouts(stream, cutoffs([], [], 4, horizon_days=3))) == [(1, 0, [2])]


def test_a_horizon_that_ends_with_the_fit_span_passes_it(stream):
    """What happens at the end itself is not in the span."""
    ends = cutoffs([], [], 4, horizon_days=2)

    assert [] == answers(horizon.readouts(stream, ends))
    assert [(2, 2, [2])] == answers(horizon.readouts(stream, replace(ends, end=ends.end + 1)))


def test_key_actions_alone_are_labels_of_a_horizon(stream):
    stream.candidate[2:4] = [2, 0]  # the letter has a candidate too

    assert [(1, 0, [0]), (2, 2, [0])] == answers(horizon.readouts(stream, cutoffs([], [], 100, horizon_days=3)))


def test_the_own_past_ends_with_what_the_position_sees(stream):
    """With the target in it, a head that reads it would be told the answer."""
    until = {
        "line": next_line.readouts(stream, NONE).until.tolist(),
        "moment": next_moment.readouts(stream, NONE).until.tolist(),
        "horizon": horizon.readouts(stream, cutoffs([3], [5], 100, horizon_days=3)).until.tolist(),
        "masked": masked_event.readouts(stream, NONE).until.tolist(),
    }

    assert {"line": [1, 2, 3], "moment": [2, 3], "horizon": [2, 3, 3], "masked": [-1] * 4} == until


def test_the_own_past_at_a_token_ends_before_the_basket_at_hand():
    log = made_log([("a", day, "buy", item, None) for day, item in [(0.0, "x"), (0.0, "y"), (3.0, "x")]])
    stream = token_stream(log)
    asked = next_token.readouts(stream, replace(NONE, prompt=prompt_of(log)))

    assert [0, 0, 1, 1, 2, 2] == stream.event.tolist()
    assert [0, -1, 0, -1, 2] == asked.until.tolist()


def test_the_own_past_is_asked_about_after_the_whole_prompt_whatever_comes_next():
    """The second event has no candidate, the third one another colour, the fourth none, the fifth is no purchase."""
    rows = [("buy", "x", "red"), ("buy", None, "red"), ("buy", "x", "blue"), ("buy", "x", None), ("look", "x", "red")]
    question = QUESTION.model_copy(update={"key_action": {"event_type": ["buy"], "colour": ["red"]}})
    log = made_log([("a", float(day), *row) for day, row in enumerate([*rows, rows[0]])], question)
    stream = token_stream(log)
    asked = next_token.readouts(stream, replace(NONE, prompt=prompt_of(log)))

    assert ["event_type", "colour"] == list(log.prompt)
    assert [0, 0, 0, 1, 1, 2, 2, 2, 3, 3, 4, 4, 4, 5, 5, 5] == stream.event.tolist()
    assert [0, 5] == [until for until in asked.until.tolist() if until >= 0]
    assert [1, 14] == np.flatnonzero(asked.until >= 0).tolist()


def test_a_purchase_without_a_candidate_is_asked_after_its_prompt():
    log = made_log([("a", 0.0, "buy", "x", "red"), ("a", 1.0, "buy", None, "red")])
    asked = next_token.readouts(token_stream(log), replace(NONE, prompt=prompt_of(log)))

    assert [0, -1, -1, 1] == asked.until.tolist()


def test_next_token_never_crosses_users(stream):
    assert answers(next_token.readouts(stream, NONE)) == [(0, 0, [11]), (1, 2, [12]), (2, 3, [13])]


def test_a_token_weighs_as_a_key_action_where_the_one_that_is_asked_for_is_of_one(stream):
    """The letter is none; the purchase that comes after it is."""
    assert [True, False, True] == next_token.readouts(stream, NONE).is_key.tolist()


def test_masked_event_asks_every_event_that_has_a_candidate_about_itself(stream):
    asked = masked_event.readouts(stream, NONE)

    assert [(0, 0, [0]), (1, 0, [1]), (3, 3, [2]), (4, 1, [1])] == answers(asked)
    assert [PURCHASE] * 4 == asked.event_type.tolist()


MANY = 300_000
"""Users whose number times the microseconds of a year does not fit 64 bits."""
YEAR = 365 * DAY  # microseconds


def test_horizons_of_a_large_log_are_each_users_own():
    """Two key actions of every user, a day apart: the first alone has a label, the second one's candidate."""
    size, user = 2 * MANY, np.repeat(np.arange(MANY, dtype=np.int32), 2)
    first = np.random.default_rng(0).integers(0, YEAR, MANY)
    time, candidate = np.stack([first, first + DAY], axis=1).ravel(), np.arange(size, dtype=np.int32) % 7
    none, flags = np.zeros(size, dtype=np.int64), np.ones(size, dtype=bool)
    offsets = np.arange(0, size + 1, 2)
    stream = Stream(offsets, candidate[:, None], np.arange(size), user, time, none, none, candidate, flags, none, flags)
    start = 180 * DAY
    asked = horizon.readouts(stream, cutoffs([180], [182], 400))
    between = (time[::2] < start) & (start <= time[1::2])

    assert np.array_equal(np.bincount(user[asked.position], minlength=MANY), 1 + between)
    assert (asked.position % 2 == 0).all()
    assert np.array_equal(candidate[asked.position + 1], asked.labels)


def of_one_user(time, candidate):
    count = len(time)
    none = np.zeros(count, dtype=np.int64)
    user, code = none.astype(np.int32), np.asarray(candidate, dtype=np.int32)
    ends = np.append(time[1:] != time[:-1], True)
    return Stream(np.array([0, count]), code[:, None], none, user, time, time, none, code, code >= 0, none, ends)


@pytest.mark.parametrize("shift", [0, -5], ids=["even", "a clock was put forward"])
def test_a_horizon_has_each_candidate_of_its_key_actions_once(shift):
    """Against sets that are looked for one by one; a window at a cut-off may end before that of a moment before it."""
    random = np.random.default_rng(2)
    time, candidate = np.sort(random.integers(0, 100, 300)), random.integers(-1, 4, 300)
    asked = horizon.readouts(
        of_one_user(time, candidate),
        Cutoffs(np.array([40, 60]), np.array([40, 60]), np.array([50, 70]) + shift, 10, 90, PURCHASE, PROMPT),
    )
    found = {(t, p): labels for p, t, labels in zip(asked.position, asked.time, sets_of(asked), strict=True)}
    moments = {t: (int(np.flatnonzero(time == t)[-1]), t + 11) for t in np.unique(time) if t + 10 < 90}
    expected = {(t, p): np.unique(candidate[p + 1 :][(time[p + 1 :] < s)]) for t, (p, s) in moments.items()}
    for t in (40, 60):
        last = int(np.flatnonzero(time < t)[-1])
        expected[t, last] = np.unique(candidate[last + 1 :][time[last + 1 :] < t + 10 + shift])
    expected = {key: labels[labels >= 0].tolist() for key, labels in expected.items() if (labels >= 0).any()}
    assert expected == found


def test_a_cutoff_looks_at_the_users_who_act_after_it_alone(monkeypatch):
    """A horizon of minutes has thousands of cut-offs, most users are there for a few of them."""
    log = made_log([(f"u{i:03d}", day, "buy", "x", None) for i in range(100) for day in (i % 50, i % 50 + 1.5)])
    looked, search = [], horizon.first_at
    monkeypatch.setattr(horizon, "first_at", lambda *given: looked.append(len(given[2])) or search(*given))
    starts = log.time.min() + np.arange(1, 50) * DAY
    asked = horizon.readouts(event_stream(log), Cutoffs(starts, starts, starts + DAY, DAY, 2**62, PURCHASE, PROMPT))

    assert (98, True) == (len(asked.time), sum(looked) < 4 * len(log.time))


def test_horizons_of_a_user_of_very_many_key_actions_take_no_more_than_their_labels(monkeypatch):
    """Each of 2,000 moments has up to 1,000 key actions in its horizon, but two candidates."""
    taken = []
    put_together = horizon.with_sets
    monkeypatch.setattr(horizon, "with_sets", lambda *given: taken.append(len(given[1])) or put_together(*given))
    asked = horizon.readouts(of_one_user(np.arange(2_000), np.arange(2_000) % 2), replace(NONE, horizon=1_000))

    assert [len(asked.labels)] == taken
