"""What the benchmarks have measured: the latest lines of each log in `benchmarks/log`."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any, TypeVar

from pydantic import BeforeValidator, ValidationError

from study.errors import UserError
from study.exhibits.records import Record
from study.exhibits.result_file import found_first
from study.paths import benchmark_log

OF_EVENTS = ("events", "items", "repeats")
"""The arguments of the benchmark of sizes that what it measures of the log depends on."""


class Run(Record):
    """A line of any log: when, at which revision, on which machine.

    `revision_at_end` where the code had changed by then; `changed` are arguments by which it is no run of the defaults,
    of which old lines tell none.
    """

    date: str
    revision: str
    revision_at_end: str | None = None
    machine: str
    cores: int
    versions: dict[str, str]
    changed: list[str] = []

    def is_usual(self, arguments: Collection[str] | None = None) -> bool:
        """Whether some arguments, or all, are those that the benchmark has by itself."""
        return not [name for name in self.changed if arguments is None or name in arguments]


class Spread(Record):
    """The median over the repeats, the smallest and the largest."""

    median: float
    least: float
    most: float


def _of_one(value: Any) -> Any:
    return {"median": value, "least": value, "most": value} if isinstance(value, int | float) else value


Repeated = Annotated[Spread, BeforeValidator(_of_one)]
"""Of old lines a number alone, which was measured once."""


class Spent(Record):
    """Processor seconds and peak memory of a process; seconds of the clock where a user waits for it.

    `passes` where the seconds are the median over so many, after one that warmed up; `repeats` where all are medians
    over so many processes, and `spread` that of the seconds.
    """

    seconds: float
    peak_mb: float
    clock: float | None = None
    passes: int | None = None
    repeats: int = 1
    spread: Spread | None = None


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

    `bare` is a stack of the same shape that computes nothing else, by its blocks and precision; `widths` one of two
    blocks by its width and precision, of which old lines tell none.
    """

    products_per_second: float
    variants: dict[str, Trained]
    bare: dict[str, Trained]
    widths: dict[int, dict[str, Trained]] = {}


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

    first_result: Repeated
    whole: Repeated
    added_per_task: Repeated


class Workers(Run):
    """Tasks that take so many seconds and no core: `first` with the start of the workers, `again` without."""

    engine: str
    workers: int
    tasks: int
    seconds: float
    repeats: int = 1
    first: Added
    again: Added


class Rates(Record):
    """Real events and targets a second of training, and cores in use."""

    events: Spread
    targets: Spread
    cores: Spread


class Side(Record):
    """One library: its rates by the number of threads, and one long run judged by recall@10 on select.

    `is_cut` where the limit ended the run, soon after its best round; `curve` has the seconds and the recall of each
    of its rounds; `ours_to_its_best` are the seconds after which runs of this study had reached the best recall of the
    side.
    """

    rates: dict[int, Rates]
    best_recall: float | None = None
    seconds_to_best: float | None = None
    is_cut: bool = False
    curve: list[tuple[float, float]] = []
    peak_mb: float | None = None
    parameters: int | None = None
    ours_to_its_best: dict[str, float | None] = {}


class Peers(Run):
    """Other libraries with the same sequences, shape, batch and threads; `peers` are their versions."""

    peers: dict[str, str]
    settings: dict[str, float | None]
    sides: dict[str, Side]

    @property
    def attention_dropout(self) -> float | None:
        """Of the other libraries; in lines that do not tell it they had that of the rest of the network."""
        return self.settings.get("attention_dropout", self.settings.get("dropout"))

    def is_as(self, other: "Peers") -> bool:
        """Whether both name the same machine, settings and releases."""
        names = ("machine", "cores", "versions", "settings", "peers")
        return all(getattr(self, name) == getattr(other, name) for name in names)


class Loop(Run):
    """Seconds of the clock until a command has ended, by its name."""

    seconds: dict[str, Spread]


class Taken(Record):
    """Seconds of a search with its refits, and the recall@10 on select of what it chose."""

    seconds: float
    select: float


class Revised(Record):
    """A variant at an earlier revision and at that of the run."""

    before: Taken
    after: Taken


class Revisions(Run):
    """Searches of an arm at the revision `before` and at that of the run, with the same of the `budget`."""

    before: str
    arm: str
    budget: dict[str, int]
    variants: dict[str, Revised]


Line = TypeVar("Line", bound=Run)


def latest(name: str, kind: type[Line], arguments: Collection[str] | None = None) -> Line | None:
    """The last run of a benchmark with the arguments that it has by itself; None where there is none.

    Args:
        arguments: those that count for the wanted part of a line; all by default.

    Raises:
        UserError: its line, or a later one, is broken.
    """
    lines = _lines(name)
    runs = (_parsed(name, lines, number, kind) for number in range(len(lines), 0, -1))
    return next((run for run in runs if run.is_usual(arguments)), None)


def with_largest_log() -> Sizes | None:
    """Of the runs of the benchmark of sizes with its own arguments that have the largest log of all, the last one.

    A log that is larger than the default ones is measured now and then: a later run without it does not replace it.

    Raises:
        UserError: a line is broken.
    """
    runs = [run for run in every("size", Sizes) if run.is_usual(OF_EVENTS) and run.events]
    return max(reversed(runs), key=lambda run: max(run.events), default=None)


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
        place = f"{benchmark_log(name)}: line {number}"
        remedy = f"restore the file from git, or remove that line and run python benchmarks/{name}.py"
        raise UserError(f"{place}: {found_first(error)}; {remedy}") from None
