"""The page Scaling: what logs would take that are larger than those measured."""

from collections.abc import Iterable
from dataclasses import dataclass

from study.events.parts import PART
from study.events.runs import GROUP
from study.exhibits import choose, cost_model
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.measurements import Sizes, Training, latest, with_largest_log
from study.exhibits.prose import DASH, count, number, percent, plural
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.speed import LOG, missing, origin
from study.exhibits.tables import Cell, decimal, table, whole, words

FORESEEN = (10**9, 10**11)
FORESEEN_VARIANTS = ("sum-horizon", "flat-horizon")
TERABYTE = 10**12
FILES = {"snapshot": "the snapshot", "events": "the events of each question", "splits": "the splits of each question"}


@dataclass(frozen=True)
class Work:
    """What is foreseen for a log: core seconds, of which machine's cores there are so many, and the bytes that stay.

    `chain` are the seconds of what runs one after the other however many machines there are.
    """

    label: str
    seconds: float
    cores: int
    stored: float | None = None
    chain: float | None = None
    variant: str = ""


@dataclass(frozen=True)
class Pace:
    """Core seconds that a variant trains for an event: of its refits, made at `revision`, or None of the benchmark.

    `cores` are those of a machine by which hours are divided.
    """

    per_event: float
    cores: int
    revision: str | None


def foreseen(results: Results) -> Html:
    """What larger logs would take, by lines through the measurements."""
    read, trained = with_largest_log(), latest("training", Training)
    if read is None:
        return missing("size")
    if cost_model.reading_seconds(read, 1, 1) is None:
        return paragraphs([f"Lines take two sizes of the log: {code('python benchmarks/size.py')} measures more."])
    paces = {v: pace for v in FORESEEN_VARIANTS if (pace := _pace(results, read, trained, v))}
    if trained is None and not paces:
        return missing("training")
    work = [(events, one) for events in FORESEEN for one in _foreseen(results, read, paces, events)]
    rows = [_row(events, one) for events, one in work]
    hours = ["core hours", "machines for a day, if divided", "cores of each", "hours at least"]
    caption = (
        "What larger logs would take, by the model above; hours at least: of fits that wait for each other, on any "
        f"number of machines; kept: {_kept(read)}, in terabytes, and no other file: neither the log itself, nor copies "
        "in DVC's cache, nor what lies in scratch meanwhile"
    )
    told = [_model(results, read), _paces(results, paces), _left_out(read), _in_turn(results, work)]
    origins = _origins(read, trained if any(not pace.revision for pace in paces.values()) else None)
    shown = table(["events", "work", *hours, "kept, TB"], rows, caption)
    return joined([origins, paragraphs(filter(None, told)), shown])


def _pace(results: Results, read: Sizes, trained: Training | None, variant: str) -> Pace | None:
    """How fast a variant of the roster trains, by its own refits where they tell it."""
    if variant not in results.params.variants:
        return None
    cost, manifest = results.measured.get(variant), results.manifest
    counts_events = choose.counted(choose.parts_of(results, variant)) == "events"
    if cost and cost.positions and cost.refit_seconds and counts_events and (cost.device or manifest.device) == "cpu":
        return Pace(cost.refit_seconds / cost.positions, read.cores, cost.revision or manifest.revision)
    found = trained.variants.get(variant) if trained else None
    return Pace(1 / found.events_per_second.median, trained.cores, None) if trained and found else None


def _paces(results: Results, paces: dict[str, Pace]) -> str:
    """What the hours of training were taken from, in sentences."""
    own = [code(variant) for variant, pace in paces.items() if pace.revision]
    others = [code(variant) for variant, pace in paces.items() if not pace.revision]
    made = [code(revision) for revision in dict.fromkeys(pace.revision for pace in paces.values()) if revision]
    told = [
        f"Training of {listing(own)} takes the seconds an event of their refits on the log of this report "
        f"(the page Cost), at revision {listing(made)}{beside_other_work(results)}. Results do not name their machine; "
        "it is given the cores of that of the stages."
        if own
        else "",
        f"Training of {listing(others)} takes the seconds an event of the benchmark, on {LOG}: on a log with more "
        "tokens an event they are more."
        if others
        else "",
    ]
    return " ".join(filter(None, told))


def _origins(read: Sizes, trained: Training | None) -> Html:
    """Where the figures of both logs come from, and whether that is one place."""
    if trained is None:
        return origin(read, "Stages that read the log")
    differ = [name for name in ("machine", "cores", "revision") if getattr(read, name) != getattr(trained, name)]
    flag = [f"The two differ in {listing(differ)}: their hours compare as far as that changes none."] if differ else []
    return joined([origin(read, "Stages that read the log"), origin(trained, "Training"), paragraphs(flag)])


def _kept(read: Sizes) -> str:
    """Which files were counted."""
    return listing([FILES[name] for name in cost_model.kept(read)]) if read.bytes else "not measured"


def _model(results: Results, read: Sizes) -> str:
    passes = cost_model.passes(results.budget)
    return (
        "The model: each stage that reads the log takes a start and a share per event, fitted to the sizes above"
        f"{_which(read)} ({_error(read)}){_asked(results)}; memory is that of a part in each worker and of one numeric "
        "column; training holds its span whole in each of its processes; a fit that is not stopped early reads every "
        "event once, which makes "
        f"{number(passes, 1)} readings for the search and the refits of a variant at the budget "
        f"{code(results.params.budget)}. Sizes beyond the largest above are extrapolated."
    )


def _which(read: Sizes) -> str:
    return f" of more than {count(PART)} events" if cost_model.of_several_parts(read) else ""


def _asked(results: Results) -> str:
    questions = len(results.params.questions)
    if questions == 1:
        return ""
    return f", {code('split')} and {code('features')} once for each of {plural(questions, 'question')}"


def _error(read: Sizes) -> str:
    errors = [line.error for stage in cost_model.STAGES if (line := cost_model.fitted(read, stage))]
    known = [error for error in errors if error is not None]
    if not known:
        return f"error {DASH}: it takes three such sizes to tell"
    return f"lines through the others foresee the largest with an error of at most {percent(max(known), 0)}"


def _left_out(read: Sizes) -> str:
    largest = max(read.events)
    times = [
        f"{number(cost_model.read_again(events), 1)} times the log at {count(events)} events"
        for events in (largest, *FORESEEN)
    ]
    return (
        f"Not in the model: {code('score')}, the readings of select and {code('compare')}, which grow with users. Nor "
        f"is a term that grows with the square of events: a log of more than {count(PART)} events is sorted by way of "
        f"runs of about as many, and each part of its users reads up to a group of {count(GROUP)} rows of every run "
        f"beside its own rows: {listing(times)}. So the hours of the stages are a lower bound, and the larger the "
        "log, the more is missing. To be done within a day the hours would have to be divided among machines: this "
        "version divides separate fits, and what is done with the parts of a log, and nothing was run on many machines."
    )


def _in_turn(results: Results, work: list[tuple[int, Work]]) -> str:
    """Which hours no number of machines brings below a day, and why; nothing where there are none."""
    longer: dict[int, list[str]] = {}
    for events, one in work:
        if one.chain is not None and one.chain > cost_model.DAY:
            longer.setdefault(events, []).append(code(one.variant))
    if not longer:
        return ""
    told = listing([f"{listing(variants)} on {count(events)} events" for events, variants in longer.items()])
    budget = results.budget
    return (
        f"No number of machines trains {told} within a day: a search has "
        f"{plural(budget.batch, 'trial')} at once, batch after batch, and then "
        f"{plural(budget.seeds, 'refit')}, and a fit is trained by one process. Budgets that ask for a given number of "
        "events, as those of the study do, take no more of a larger log."
    )


def _foreseen(results: Results, read: Sizes, paces: dict[str, Pace], events: int) -> Iterable[Work]:
    questions = len(results.params.questions)
    kept, reading = cost_model.bytes_per_event(read, questions), cost_model.reading_seconds(read, events, questions)
    if reading is not None:
        stored = None if kept is None else kept * events / TERABYTE
        yield Work("stages that read the log, at least", reading, read.cores, stored)
    for variant, pace in paces.items():
        spent = cost_model.passes(results.budget) * events * pace.per_event
        by = "its refits" if pace.revision else "the benchmark"
        chain = cost_model.passes_in_turn(results.budget) * events * pace.per_event
        label = f"search and refits of {variant}, each fit reading all events, by {by}"
        yield Work(label, spent, pace.cores, chain=chain, variant=variant)


def _row(events: int, work: Work) -> list[Cell]:
    return [
        whole(events),
        words(work.label),
        whole(work.seconds / 3600),
        decimal(cost_model.machines(work.seconds, work.cores), 1),
        whole(work.cores),
        Cell(DASH, None) if work.chain is None else whole(work.chain / 3600),
        decimal(work.stored, 2),
    ]
