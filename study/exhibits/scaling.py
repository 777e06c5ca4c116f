"""The page Scaling: what the size of a log costs, and what larger ones would take by it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from study.events.parts import PART
from study.events.runs import GROUP
from study.exhibits import choose, cost_model
from study.exhibits.figures import grid, logarithmic
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.measurements import Sizes, Spent, Training, latest, with_largest_log
from study.exhibits.prose import DASH, count, number, percent, plural, seconds
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.speed import LOG, missing, origin, spread
from study.exhibits.tables import Cell, decimal, table, whole, words

FORESEEN = (10**9, 10**11)
FORESEEN_VARIANTS = ("sum-horizon", "flat-horizon")
TERABYTE = 10**12
FILES = {"snapshot": "the snapshot", "events": "the events of each question", "splits": "the splits of each question"}


def sizes() -> Html:
    """Seconds and memory of the stages that read the log, against its events."""
    found = with_largest_log()
    if found is None:
        return missing("size")
    by_stage = {stage: cost_model.exponent(found, stage) for stage in cost_model.STAGES}
    slopes = [f"{code(stage)} {number(slope, 2)}" for stage, slope in by_stage.items() if slope is not None]
    largest = max(found.events)
    spent = found.events[largest]
    told = [
        f"Seconds grow with events to the power e; between the two largest logs e is {listing(slopes)}."
        if slopes
        else "How seconds grow takes two sizes to tell, and one alone was measured.",
        f"At {count(largest)} events {_slowest(spent)}{_together(spent)}{_waited(spent, found.cores)}",
    ]
    figures = [
        _by_size(found.events, lambda one: one.seconds, "processor seconds"),
        _by_size(found.events, lambda one: one.peak_mb, "peak memory, MB"),
    ]
    return joined([origin(found), paragraphs(told), grid(figures), _size_table(found.events)])


def _slowest(spent: dict[str, Spent]) -> str:
    stages = {stage: spent[stage] for stage in cost_model.STAGES if stage in spent}
    slow = max(stages, key=lambda stage: stages[stage].seconds)
    fat = max(stages, key=lambda stage: stages[stage].peak_mb)
    plain = spent.get("plain")
    beside = f", {number(stages[slow].seconds / plain.seconds, 1)} times a plain scan, sort and write" if plain else ""
    return (
        f"{code(slow)} is the slowest stage ({seconds(stages[slow].seconds)} of the processor{beside}), and "
        f"{code(fat)} takes most memory ({count(stages[fat].peak_mb)} MB)."
    )


def _together(spent: dict[str, Spent]) -> str:
    """How many times a plain scan, sort and write all stages take that read the log, a sentence; nothing without it."""
    stages, plain = [spent[stage] for stage in cost_model.STAGES if stage in spent], spent.get("plain")
    if plain is None or len(stages) < len(cost_model.STAGES):
        return ""
    clocks = [one.clock for one in stages if one.clock is not None]
    waited = ""
    if plain.clock is not None and len(clocks) == len(stages):
        waited = f", and {number(sum(clocks) / plain.clock, 1)} times its seconds of the clock"
    told = number(sum(one.seconds for one in stages) / plain.seconds, 1)
    return (
        f" Together {listing(list(map(code, cost_model.STAGES)))} take {told} times the processor seconds of the plain "
        f"scan, sort and write{waited}."
    )


def _waited(spent: dict[str, Spent], cores: int) -> str:
    clocks = [spent[stage].clock for stage in cost_model.STAGES if stage in spent]
    if None in clocks:
        return ""
    together = seconds(sum(filter(None, clocks)))
    return f" One after the other they take {together} of the clock on {plural(cores, 'core')}."


def _by_size(
    sizes: dict[int, dict[str, Spent]], measure: Callable[[Spent], float], title: str, across: str = "events"
) -> Html:
    steps = list(dict.fromkeys(step for spent in sizes.values() for step in spent))
    lines = {step: [(n, measure(spent[step])) for n, spent in sorted(sizes.items()) if step in spent] for step in steps}
    least, most = min(sizes), max(sizes)
    caption = f"{title[:1].upper()}{title[1:]} from {count(least)} to {count(most)} {across}, logarithmic."
    return logarithmic(lines, caption, across, title)


def _size_table(sizes: dict[int, dict[str, Spent]]) -> Html:
    rows = [
        [whole(events), words(step), *_measured(one, spent.get("plain"))]
        for events, spent in sorted(sizes.items())
        for step, one in spent.items()
    ]
    caption = (
        f"Processor seconds and peak memory of each stage on {LOG}, {_often(sizes)}; plain is a scan, sort and write "
        "of it by Polars"
    )
    return table(["events", "stage", "seconds", "peak, MB", "times plain"], rows, caption)


def _often(sizes: dict[int, dict[str, Spent]]) -> str:
    most = max(one.repeats for spent in sizes.values() for one in spent.values())
    many = f"each measured once, or {count(most)} times where the least and the most seconds stand beside the median"
    return "each measured once" if most == 1 else many


def _measured(one: Spent, plain: Spent | None) -> list[Cell]:
    took = spread(one.spread, 1) if one.spread else decimal(one.seconds, 1)
    return [took, whole(one.peak_mb), Cell(DASH, None) if plain is None else decimal(one.seconds / plain.seconds, 1)]


def catalogue() -> Html:
    """Seconds and memory of scoring, and of a step of training, against the candidates."""
    found = latest("size", Sizes, ["catalogue"])
    if found is None or not found.catalogue:
        return missing("size")
    most = max(found.catalogue)
    told = f"With {count(most)} candidates a query takes {seconds(found.catalogue[most]['score'].seconds)} to score."
    figures = [
        _by_size(found.catalogue, lambda one: one.seconds, "processor seconds", "candidates"),
        _by_size(found.catalogue, lambda one: one.peak_mb, "peak memory, MB", "candidates"),
    ]
    rows = [
        [whole(candidates), words(step), Cell(f"{1000 * one.seconds:.2f}", one.seconds), whole(one.peak_mb)]
        for candidates, spent in sorted(found.catalogue.items())
        for step, one in spent.items()
    ]
    caption = (
        "Milliseconds and peak memory beyond that of the catalogue itself, each from one process: score, a query with "
        f"the ranks of its relevant candidates, {_passes(found)}; a step of training of the head, by its loss, the "
        "mean over its steps. The steps on the page Catalogue are another measurement, with the code of their own run: "
        "seconds of the clock, and memory beyond what is held before the first step of a size; here: seconds of the "
        "processor, and memory beyond what is held after a first step. Left out: what would hold gigabytes"
    )
    shown = table(["candidates", "what", "milliseconds", "MB"], rows, caption)
    return joined([origin(found), paragraphs([told]), grid(figures), shown])


def _passes(found: Sizes) -> str:
    """Over how many passes the seconds of a query were taken."""
    known = [score.passes for spent in found.catalogue.values() if (score := spent.get("score")) and score.passes]
    return (
        f"the median over its queries in {count(min(known))} passes after a first one, on one thread"
        if known
        else "the mean over its queries in one pass, the first"
    )


@dataclass(frozen=True)
class Work:
    """What is foreseen for a log: core seconds, of which machine's cores there are so many, and the bytes that stay."""

    label: str
    seconds: float
    cores: int
    stored: float | None = None


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
    rows = [_row(events, work) for events in FORESEEN for work in _foreseen(results, read, paces, events)]
    head = ["events", "work", "core hours", "machines for a day, if divided", "cores of each", "kept, TB"]
    caption = f"What larger logs would take, by the model above; kept: {_kept(read)}, in terabytes, and no other file"
    told = [_model(results, read), _paces(results, paces), _left_out(read)]
    origins = _origins(read, trained if any(not pace.revision for pace in paces.values()) else None)
    return joined([origins, paragraphs(filter(None, told)), table(head, rows, caption)])


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
        f"The model: each stage that reads the log takes a start and a share per event, fitted to the sizes above "
        f"({_error(read)}){_asked(results)}; memory is that of a part in each worker and of one numeric "
        "column; training holds its span whole; a fit that is not stopped early reads every event once, which makes "
        f"{number(passes, 1)} readings for the search and the refits of a variant at the budget "
        f"{code(results.params.budget)}. Sizes beyond the largest above are extrapolated."
    )


def _asked(results: Results) -> str:
    questions = len(results.params.questions)
    if questions == 1:
        return ""
    return f", {code('split')} and {code('features')} once for each of {plural(questions, 'question')}"


def _error(read: Sizes) -> str:
    errors = [line.error for stage in cost_model.STAGES if (line := cost_model.fitted(read, stage))]
    known = [error for error in errors if error is not None]
    if not known:
        return f"error {DASH}: it takes three sizes to tell"
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


def _foreseen(results: Results, read: Sizes, paces: dict[str, Pace], events: int) -> Iterable[Work]:
    questions = len(results.params.questions)
    kept, reading = cost_model.bytes_per_event(read, questions), cost_model.reading_seconds(read, events, questions)
    if reading is not None:
        stored = None if kept is None else kept * events / TERABYTE
        yield Work("stages that read the log, at least", reading, read.cores, stored)
    for variant, pace in paces.items():
        spent = cost_model.passes(results.budget) * events * pace.per_event
        by = "its refits" if pace.revision else "the benchmark"
        yield Work(f"search and refits of {variant}, each fit reading all events, by {by}", spent, pace.cores)


def _row(events: int, work: Work) -> list[Cell]:
    return [
        whole(events),
        words(work.label),
        whole(work.seconds / 3600),
        decimal(cost_model.machines(work.seconds, work.cores), 1),
        whole(work.cores),
        decimal(work.stored, 2),
    ]
