"""Work that another thread does while this one prepares the next: writing a file beside reading one."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

Task = Callable[[], None]
Hand = Callable[[Task], None]


@contextmanager
def behind() -> Iterator[Hand]:
    """Yields a function that hands a task over, once the one before has ended; with the block the last has ended.

    What a task raises comes out at the next one, or at the end. Tasks run one after the other, in the order in which
    they are handed over; none waits beside the one that runs.
    """
    running: list[Future[None]] = []
    with ThreadPoolExecutor(max_workers=1) as thread:

        def hand(task: Task) -> None:
            if running:
                running.pop().result()
            running.append(thread.submit(task))

        yield hand
        if running:
            running.pop().result()
