"""The page Scaling: what the size of a log costs, and what larger ones would take by it."""

from collections.abc import Callable, Iterable

from study.exhibits import cost_model
from study.exhibits.figures import grid, logarithmic
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.measurements import Sizes, Spent, Training, latest
from study.exhibits.prose import DASH, count, number, percent, plural, seconds
from study.exhibits.results import Results
from study.exhibits.speed import LOG, missing, origin
from study.exhibits.tables import Cell, decimal, table, whole, words

FORESEEN = (10**9, 10**11)
FORESEEN_VARIANTS = ("sum-horizon", "flat-horizon")
TERABYTE = 10**12


def sizes() -> Html:
    """Seconds and memory of the stages that read the log, against its events."""
    found = latest("size", Sizes)
    if found is None or not found.events:
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
        [whole(events), words(step), decimal(one.seconds, 1), whole(one.peak_mb), *_over_plain(one, spent.get("plain"))]
        for events, spent in sorted(sizes.items())
        for step, one in spent.items()
    ]
    caption = (
        f"Processor seconds and peak memory of each stage on {LOG}, each measured once; plain is a scan, sort and "
        "write of it by Polars"
    )
    return table(["events", "stage", "seconds", "peak, MB", "times plain"], rows, caption)


def _over_plain(one: Spent, plain: Spent | None) -> Iterable[Cell]:
    return [Cell(DASH, None) if plain is None else decimal(one.seconds / plain.seconds, 1)]


def catalogue() -> Html:
    """Seconds and memory of scoring, and of a step of training, against the candidates."""
    found = latest("size", Sizes)
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
        "Milliseconds and peak memory beyond that of the catalogue itself, each from one run, the mean over its "
        "queries or steps: score, a query with the ranks of its relevant candidates; a step of training of the head, "
        "by its loss. The steps on the page Catalogue are another measurement, with the code of their own run: seconds "
        "of the clock, and memory beyond what is held before the first step of a size; here: seconds of the processor, "
        "and memory beyond what is held after a first step"
    )
    return joined(
        [paragraphs([told]), grid(figures), table(["candidates", "what", "milliseconds", "MB"], rows, caption)]
    )


def foreseen(results: Results) -> Html:
    """What larger logs would take, by lines through the measurements."""
    read, trained = latest("size", Sizes), latest("training", Training)
    if read is None:
        return missing("size")
    if cost_model.reading_seconds(read, 1, 1) is None:
        return paragraphs([f"Lines take two sizes of the log: {code('python benchmarks/size.py')} measures more."])
    if trained is None:
        return missing("training")
    rows = [row for events in FORESEEN for row in _foreseen(results, read, trained, events)]
    head = ["events", "work", "core hours", f"machines of {read.cores} cores for a day, if divided", "kept, TB"]
    caption = "What larger logs would take, by the model above; kept: the files that stay on the disk, in terabytes"
    return joined([paragraphs([_model(results, read), _left_out()]), table(head, rows, caption)])


def _model(results: Results, read: Sizes) -> str:
    passes = cost_model.passes(results.budget)
    return (
        f"The model: each stage that reads the log takes a start and a share per event, fitted to the sizes above "
        f"({_error(read)}){_asked(results)}; memory is that of a partition and of one numeric column; training holds "
        "its span whole; a fit that is not stopped early reads every event once, which makes "
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


def _left_out() -> str:
    return (
        f"Not in the model: {code('score')}, the readings of select and {code('compare')}, which grow with users. To "
        "be done within a day the hours would have to be divided among machines: this version divides separate fits "
        "alone, no stage that reads the log, and nothing was run on many machines."
    )


def _foreseen(results: Results, read: Sizes, trained: Training, events: int) -> list[list[Cell]]:
    questions = len(results.params.questions)
    kept = cost_model.bytes_per_event(read, questions)
    work: dict[str, tuple[float | None, float | None]] = {
        "stages that read the log": (
            cost_model.reading_seconds(read, events, questions),
            None if kept is None else kept * events / TERABYTE,
        )
    }
    for variant in FORESEEN_VARIANTS:
        if variant in results.params.variants:
            spent = cost_model.training_seconds(trained, variant, results.budget, events)
            work[f"search and refits of {variant}"] = (spent, None)
    return [
        [
            whole(events),
            words(label),
            whole(spent / 3600),
            decimal(cost_model.machines(spent, read.cores), 1),
            decimal(stored, 2),
        ]
        for label, (spent, stored) in work.items()
        if spent is not None
    ]
