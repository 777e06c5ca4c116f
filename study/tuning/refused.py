"""What ends a fit whatever its worker does: a loss that is no number, or memory that the machine refuses."""

from collections.abc import Iterator
from contextlib import contextmanager

from study.errors import UserError
from study.failures import AGAIN

DIED = "its worker died at every attempt, most likely for want of memory"
NO_MEMORY = "there was not enough memory"
MORE_MEMORY = f"give it more memory or fewer workers, {AGAIN}"
_SAID = ("can't allocate memory", "out of memory")


def died(what: str) -> UserError:
    """What to raise where the worker of something that nothing can take the place of died at every attempt."""
    return UserError(f"{what}: {DIED}; {MORE_MEMORY}")


def reason_of(error: Exception) -> str | None:
    """Why a fit cannot go on; None where the error is another one.

    Memory is refused by a MemoryError of Python or numpy; torch raises a RuntimeError that only its text tells from
    others.
    """
    if isinstance(error, FloatingPointError):
        return str(error)
    if isinstance(error, MemoryError) or any(said in str(error).lower() for said in _SAID):
        return NO_MEMORY
    return None


@contextmanager
def telling(work: str, advice: str, room: str = MORE_MEMORY) -> Iterator[None]:
    """What no other trial can take the place of: a fit outside of a search, an export, a ranking.

    Args:
        work: what is done, of a fit with its seed, for messages.
        advice: what to do where the loss is no number.
        room: what to do where memory is refused.

    Raises:
        UserError: it cannot go on.
    """
    try:
        yield
    except (FloatingPointError, MemoryError, RuntimeError) as error:
        reason = reason_of(error)
        if reason is None:
            raise
        raise UserError(f"{work}: {reason}; {room if reason == NO_MEMORY else advice}") from None
