"""How a setting says what Optuna may do with it: declared beside its type, once.

    class Settings(Frozen):
        half_life_days: Annotated[float, Range(2, 400, log=True)] = 40.0

The default is what the first trial of every search uses.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Range:
    """A number between `low` and `high`, both included; whole where the setting is an int."""

    low: float
    high: float
    log: bool = False
