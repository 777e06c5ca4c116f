"""What holds for all tests."""

import os

from hypothesis import settings

from study.__main__ import THREADS

# As the command line does, and before anything imports torch: sums depend on the number of threads.
os.environ.update(dict.fromkeys(THREADS, "1"))

# A test asserts no time: a busy machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
