"""Work that is handed to another thread: its order, how much of it waits, and what it raises."""

from functools import partial
from threading import Event, current_thread

import pytest

from study.events.behind import behind


def test_tasks_run_in_their_order_in_another_thread_and_have_ended_with_the_block():
    done = []
    with behind() as hand:
        for number in range(20):
            hand(lambda number=number: done.append((number, current_thread())))
    assert [number for number, _ in done] == list(range(20))
    assert {thread for _, thread in done}.isdisjoint({current_thread()})


def test_a_task_is_taken_only_when_the_one_before_has_ended():
    ended, taken = Event(), []

    def second():
        taken.append(ended.is_set())

    with behind() as hand:
        hand(lambda: (ended.wait(0.2), ended.set()))
        hand(second)
        taken.append(ended.is_set())
    assert taken == [True, True]


@pytest.mark.parametrize("later", [0, 1])
def test_what_a_task_raises_comes_out_at_the_next_one_or_at_the_end(later):
    done = []

    def fails():
        raise OSError("no space")

    def block():
        with behind() as hand:
            hand(fails)
            for _ in range(later):
                hand(partial(done.append, "after"))
            done.append("the block went on")

    with pytest.raises(OSError, match="no space"):
        block()
    assert done == ["the block went on"] * (later == 0)


def test_an_error_of_the_block_itself_comes_out_as_it_is_after_the_task_has_ended():
    ended = Event()

    def block():
        with behind() as hand:
            hand(lambda: (ended.wait(0.1), ended.set()))
            raise ValueError("the next table")

    with pytest.raises(ValueError, match="the next table"):
        block()
    assert ended.is_set()
