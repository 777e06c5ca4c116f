"""What the benchmarks have measured: the latest lines of each log in `benchmarks/log`."""

from collections.abc import Sequence
from typing import TypeVar

from pydantic import ValidationError

from study.errors import UserError
from study.exhibits.records import Record
from study.paths import benchmark_log


class Run(Record):
    """A line of any log: when, at which revision, on which machine."""

    date: str
    revision: str
    machine: str
    cores: int
    versions: dict[str, str]


class Spread(Record):
    """The median over the repeats, the smallest and the largest."""

    median: float
    least: float
    most: float


class Spent(Record):
    """Processor seconds and peak memory of a process; seconds of the clock where a user waits for it."""

    seconds: float
    peak_mb: float
    clock: float | None = None


class Sizes(Run):
    """Every stage that reads the log, by the number of its events; `bytes` are those of the files, by their name.

    Of a `catalogue` of so many candidates it is `score`, a query, and a step of training by its loss.
    """

    events: dict[int, dict[str, Spent]]
    bytes: dict[int, dict[str, int]]
    catalogue: dict[int, dict[str, Spent]]


class Trained(Record):
    """How fast a variant trains on one thread."""

    events_per_second: Spread
    operations_per_event: float
    share_of_rate: Spread


class Training(Run):
    """The rate of training by variant; `products_per_second` of fp32 matrix products on the same thread.

    `bare` is a stack of the same shape that computes nothing else, by its blocks and precision.
    """

    products_per_second: float
    variants: dict[str, Trained]
    bare: dict[str, Trained]


class Ranked(Record):
    """How fast a variant ranks all users on one core, reading and writing included; `peak_mb` of a process of its own.

    `ranked_per_second` leaves the reading out; `events` are those of all users.
    """

    users: int
    events: int
    catalogue: int
    seconds: Spread
    ranked_per_second: Spread
    users_per_second: Spread
    peak_mb: float


class Ranking(Run):
    """The rate of ranking, by variant."""

    variants: dict[str, Ranked]


class Searched(Record):
    """Seconds of one search with one worker and with two, and the ratio of each pair."""

    one_seconds: Spread
    two_seconds: Spread
    ratio: Spread


class Tuning(Run):
    """Two workers against one, by variant."""

    budget: str
    variants: dict[str, Searched]


class Added(Record):
    """Wall seconds until the first result of many tasks and until the last, and what the engine has added to each."""

    first_result: float
    whole: float
    added_per_task: float


class Workers(Run):
    """Tasks that take so many seconds and no core: `first` with the start of the workers, `again` without."""

    engine: str
    workers: int
    tasks: int
    seconds: float
    first: Added
    again: Added


class Rates(Record):
    """Real events and targets a second of training, and cores in use."""

    events: Spread
    targets: Spread
    cores: Spread


class Side(Record):
    """One library: its rates by the number of threads, and one long run judged by recall@10 on select.

    `is_cut` where recall still grew when the run was ended; `ours_to_its_best` are the seconds after which runs of this
    study had reached the best recall of the side.
    """

    rates: dict[int, Rates]
    best_recall: float | None = None
    seconds_to_best: float | None = None
    is_cut: bool = False
    peak_mb: float | None = None
    parameters: int | None = None
    ours_to_its_best: dict[str, float | None] = {}


class Peers(Run):
    """Other libraries with the same sequences, shape, batch and threads; `peers` are their versions."""

    peers: dict[str, str]
    settings: dict[str, float | None]
    sides: dict[str, Side]


class Loop(Run):
    """Seconds of the clock until a command has ended, by its name."""

    seconds: dict[str, Spread]


Line = TypeVar("Line", bound=Run)


def latest(name: str, kind: type[Line]) -> Line | None:
    """The last run of a benchmark; None where it was never run.

    Raises:
        UserError: its line is broken.
    """
    lines = _lines(name)
    return _parsed(name, lines, len(lines), kind) if lines else None


def every(name: str, kind: type[Line]) -> list[Line]:
    """All runs of a benchmark, the last one last.

    Raises:
        UserError: a line is broken.
    """
    lines = _lines(name)
    return [_parsed(name, lines, number, kind) for number in range(1, len(lines) + 1)]


def _lines(name: str) -> list[str]:
    path = benchmark_log(name)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def _parsed(name: str, lines: Sequence[str], number: int, kind: type[Line]) -> Line:
    """The run of a line, counted from 1."""
    try:
        return kind.model_validate_json(lines[number - 1])
    except ValidationError as error:
        first = error.errors()[0]
        place = f"{benchmark_log(name)}: line {number}: {'.'.join(map(str, first['loc']))}"
        raise UserError(f"{place}: {first['msg']}; run python benchmarks/{name}.py") from None
