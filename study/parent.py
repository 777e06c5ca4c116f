"""A process that ends when the one that started it ends, or another one."""

import ctypes
import os
import select
import signal
import sys
from threading import Thread

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ends this process when the process `parent`, which started it, ends, however it does (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it has ended before: the kernel will not tell
            os.kill(os.getpid(), signal.SIGKILL)


def die_with(process: int) -> None:
    """Ends this process when another one ends, which need not have started it (Linux).

    A thread waits for that; it holds nothing that a fork could miss.
    """
    if sys.platform != "linux":
        return
    try:
        held = os.pidfd_open(process)
    except ProcessLookupError:  # it has ended before
        os.kill(os.getpid(), signal.SIGKILL)
    except OSError:  # a kernel without them
        return
    else:
        Thread(target=_wait_for, args=(held,), daemon=True).start()


def _wait_for(held: int) -> None:
    select.select([held], [], [])
    os.kill(os.getpid(), signal.SIGKILL)
