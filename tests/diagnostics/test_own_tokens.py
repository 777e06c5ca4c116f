"""The yardstick of the token accounting: what counting a user's own tokens of earlier moments loses."""

import numpy as np
import pytest

from study.diagnostics.own_tokens import STRENGTHS, OwnTokens, at_starts, moments_of
from study.diagnostics.slots import Unigram, slots
from study.features.sequences import token_stream
from tests.made import made_log

ROWS = [
    ("a", 1.0, "buy", "x", "red"),
    ("a", 1.0, "look", "y", None),
    ("a", 5.0, "buy", "x", "red"),
    ("a", 9.0, "buy", "x", "blue"),
    ("b", 2.0, "buy", "x", "blue"),
    ("b", 3.0, "buy", "y", "blue"),
]


@pytest.fixture
def log():
    return made_log(ROWS)


def by_hand(stream, starts, position: int, reach: int) -> tuple[int, int]:
    """How often the token at a position, and its slot, occur in the `reach` tokens before of earlier moments."""
    tokens = stream.inputs[:, 0].astype(np.int64)
    earlier = [
        at
        for at in range(max(0, position - reach), position)
        if stream.user[at] == stream.user[position] and stream.time[at] < stream.time[position]
    ]
    slot = slots(starts, tokens)
    return sum(tokens[at] == tokens[position] for at in earlier), sum(slot[at] == slot[position] for at in earlier)


@pytest.mark.parametrize("reach", [1, 4, 6, 100])
def test_tokens_are_counted_in_earlier_moments_of_the_same_user_within_reach(log, reach):
    stream, starts = token_stream(log), Unigram.of(log).starts
    positions = np.arange(len(stream.time))
    found = OwnTokens.before(stream, starts, positions, reach)

    expected = [by_hand(stream, starts, position, reach) for position in positions]
    assert expected == list(zip(found.same.tolist(), found.every.tolist(), strict=True))
    assert (reach > 1) == (max(same for same, _ in expected) > 0)


def test_the_loss_is_that_of_a_posterior_mean_by_hand(log):
    """User a has had two items x and one y before the last event, of which x follows."""
    stream, unigram = token_stream(log), Unigram.of(log)
    last_x = np.flatnonzero((stream.user == 0) & (slots(unigram.starts, stream.inputs[:, 0]) == 1))[-1:]
    own = OwnTokens.before(stream, unigram.starts, last_x, 100)
    (prior,) = np.exp(unigram.logp_in_slot[own.token])

    assert ([2], [3]) == (own.same.tolist(), own.every.tolist())
    assert pytest.approx(-np.log((2 + 3 * prior) / (3 + 3))) == own.losses(unigram, np.full(3, 3.0))[0]


def test_each_slot_has_the_strength_that_loses_least(log):
    stream, unigram = token_stream(log), Unigram.of(log)
    own = OwnTokens.before(stream, unigram.starts, np.arange(len(stream.time)), 100)
    fitted = own.fitted(unigram)

    assert set(fitted) <= set(STRENGTHS)
    for slot in range(len(unigram.starts)):
        inside = slots(unigram.starts, own.token) == slot
        sums = {s: own.losses(unigram, np.full(len(fitted), s))[inside].sum() for s in STRENGTHS}
        assert pytest.approx(min(sums.values())) == sums[fitted[slot]]


def test_a_moment_begins_with_its_first_event(log):
    """Of user a the second event is of the first moment; the item is the second slot."""
    stream, starts = token_stream(log), Unigram.of(log).starts
    positions = np.arange(len(stream.time))
    found = at_starts(stream, starts, positions, [1])

    assert [0, 2, 3, 4, 5] == stream.event[positions[found]].tolist()
    assert {1} == set(slots(starts, stream.inputs[found, 0]))
    assert (stream.time[moments_of(stream)] == stream.time).all()
