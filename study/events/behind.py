"""Work that other threads do while this one prepares the next: writing a file beside reading one."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

Task = Callable[[], None]
Hand = Callable[[Task], None]


@contextmanager
def behind(at_once: int = 1) -> Iterator[Hand]:
    """Yields a function that hands a task over, once there is a thread for it; with the block all tasks have ended.

    What a task raises comes out at a later one, or at the end. One at once, tasks run in the order in which they are
    handed over; none waits beside those that run.
    """
    running: deque[Future[None]] = deque()
    with ThreadPoolExecutor(max_workers=at_once) as threads:

        def hand(task: Task) -> None:
            if len(running) == at_once:
                running.popleft().result()
            running.append(threads.submit(task))

        yield hand
        while running:
            running.popleft().result()
