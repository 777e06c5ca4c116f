"""What holds for all tests."""

import os

from hypothesis import settings

from study.__main__ import THREADS
from tests.server import server

__all__ = ["server"]  # a fixture, for all tests

# As the command line does, and before anything imports torch: sums depend on the number of threads.
os.environ.update(dict.fromkeys(THREADS, "1"))

# A test asserts no time: a busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(config, items):
    """What takes an hour runs where it is asked for by name; files that take minutes come first, to end together."""
    if "long" not in config.option.markexpr:
        long = [item for item in items if item.get_closest_marker("long")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]
    slow = {item.path for item in items if item.get_closest_marker("slow") or item.get_closest_marker("browser")}
    items.sort(key=lambda item: item.path not in slow)
