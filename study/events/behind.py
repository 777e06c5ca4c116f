"""Work that other threads do while this one prepares the next: writing a file beside reading one."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

Task = Callable[[], None]
Hand = Callable[[Task], None]


@contextmanager
def behind(at_once: int = 1) -> Iterator[Hand]:
    """Yields a function that hands a task over, and first waits for the oldest of so many; with the block all end.

    What a task raises comes out when it is waited for. Tasks begin in the order in which they are handed over, and
    none is held that has not begun.
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
