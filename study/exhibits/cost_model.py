"""What much larger logs would take: lines through the measurements of the page Scaling, and what they assume."""

from dataclasses import dataclass

import numpy as np

from study.events.parts import PART
from study.events.runs import GROUP
from study.exhibits.measurements import Sizes
from study.params.budget import Budget

STAGES = ("check", "snapshot", "split", "features")
"""The stages that read the log."""
OF_EACH_QUESTION = ("split", "features", "events", "splits")
"""The stages that every question has of its own, and the files."""
KEPT = ("snapshot", "events", "splits")
"""The files that the study keeps of a log."""
DAY = 24 * 3600


@dataclass(frozen=True)
class Line:
    """Processor seconds of a stage: `start` + `per_event` x events.

    `error` is the relative one at the largest size of a line through the others; None of a line through two sizes,
    which are on it whatever they are.
    """

    start: float
    per_event: float
    error: float | None

    def at(self, events: float) -> float:
        """Seconds for so many events."""
        return self.start + self.per_event * events


def fitted(sizes: Sizes, stage: str) -> Line | None:
    """Least squares of relative errors, so that small logs count as large ones do; None below two sizes.

    Logs of one part go another way than larger ones, and are left out where two of several parts were measured.
    """
    points = _points(sizes, stage)
    if of_several_parts(sizes):
        points = [(events, seconds) for events, seconds in points if events > PART]
    if len(points) < 2:
        return None
    start, per_event = _through(points)
    return Line(start, per_event, _error_ahead(points))


def of_several_parts(sizes: Sizes) -> bool:
    """Whether two sizes were measured that have more than one part."""
    return sum(events > PART for events in sizes.events) > 1


def _points(sizes: Sizes, stage: str) -> list[tuple[float, float]]:
    """Events and seconds, the smallest log first."""
    return [(events, spent[stage].seconds) for events, spent in sorted(sizes.events.items()) if stage in spent]


def _through(points: list[tuple[float, float]]) -> tuple[float, float]:
    events, seconds = np.array(points, dtype=np.float64).T
    design = np.column_stack([np.ones_like(events), events]) / seconds[:, None]
    (start, per_event), *_ = np.linalg.lstsq(design, np.ones_like(events), rcond=None)
    return float(start), float(per_event)


def _error_ahead(points: list[tuple[float, float]]) -> float | None:
    if len(points) < 3:
        return None
    *others, (events, seconds) = points
    start, per_event = _through(others)
    return abs((start + per_event * events) / seconds - 1)


def exponent(sizes: Sizes, stage: str) -> float | None:
    """The slope of seconds over events between the two largest logs, both logarithmic: 1 is linear."""
    points = _points(sizes, stage)
    if len(points) < 2:
        return None
    (few, short), (many, long) = points[-2:]
    return float(np.log(long / short) / np.log(many / few))


def reading_seconds(sizes: Sizes, events: float, questions: int) -> float | None:
    """Core seconds of all stages that read the log, once each or once for each question."""
    lines = {stage: fitted(sizes, stage) for stage in STAGES}
    known = {stage: line.at(events) for stage, line in lines.items() if line}
    return None if len(known) < len(lines) else sum(_times(stage, questions) * known[stage] for stage in known)


def read_again(events: float) -> float:
    """How many times the log is read while its runs become parts of whole users, beside the once that a line holds.

    Each part takes what is its own of every run, and with it a group of rows, as many as a file gives at least. A log
    of one part has no runs.
    """
    if events <= PART:
        return 0
    runs = events / PART
    return runs * runs * GROUP / events


def kept(sizes: Sizes) -> list[str]:
    """Which of the files that are kept were measured, on the largest log."""
    return [name for name in KEPT if name in sizes.bytes[max(sizes.bytes)]] if sizes.bytes else []


def bytes_per_event(sizes: Sizes, questions: int) -> float | None:
    """What the files that are kept, and were measured, hold for each event of the largest log."""
    if not sizes.bytes:
        return None
    largest = max(sizes.bytes)
    return sum(_times(name, questions) * sizes.bytes[largest][name] for name in kept(sizes)) / largest


def _times(name: str, questions: int) -> int:
    return questions if name in OF_EACH_QUESTION else 1


def passes(budget: Budget) -> float:
    """How often a search and its refits read the training events, if a fit that is not stopped reads them once."""
    alive, done, read = 1.0, 0.0, 0.0
    for share in [*budget.rungs, 1.0]:
        read += alive * (share - done)
        alive, done = alive / 2, share
    return budget.trials * read + budget.seeds


def passes_in_turn(budget: Budget) -> float:
    """How many readings wait for each other: batches come one after the other, and then the refits at once."""
    return -(-budget.trials // budget.batch) + 1


def machines(core_seconds: float, cores: int) -> float:
    """Machines with so many cores that do the work within a day, if it were divided among them without loss."""
    return core_seconds / (cores * DAY)
