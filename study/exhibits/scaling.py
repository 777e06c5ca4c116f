"""The page Scaling: what the size of a log costs, and that of a catalogue."""

from collections.abc import Callable

from study.exhibits import cost_model
from study.exhibits.figures import grid, logarithmic
from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.measurements import Sizes, Spent, latest, with_largest_log
from study.exhibits.prose import DASH, count, number, plural, seconds
from study.exhibits.speed import LOG, missing, origin, spread
from study.exhibits.tables import Cell, decimal, table, whole, words

PLAIN, KEPT = "plain", "plain kept"
"""The sides that stages are held against: Polars as it comes, and with the setting that stages give its allocator."""


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
    plain = spent.get(PLAIN)
    beside = f", {number(stages[slow].seconds / plain.seconds, 1)} times a plain scan, sort and write" if plain else ""
    return (
        f"{code(slow)} is the slowest stage ({seconds(stages[slow].seconds)} of the processor{beside}), and "
        f"{code(fat)} takes most memory ({count(stages[fat].peak_mb)} MB)."
    )


def _together(spent: dict[str, Spent]) -> str:
    """How many times a plain scan, sort and write all stages take that read the log; nothing without it."""
    stages = [spent[stage] for stage in cost_model.STAGES if stage in spent]
    if PLAIN not in spent or len(stages) < len(cost_model.STAGES):
        return ""
    told = (
        f" Together {listing(list(map(code, cost_model.STAGES)))} take {_times(stages, spent[PLAIN])} of the plain "
        "scan, sort and write"
    )
    if KEPT not in spent:
        return f"{told}."
    return f"{told}; where that keeps freed memory, as the stages do, they take {_times(stages, spent[KEPT])}."


def _times(stages: list[Spent], plain: Spent) -> str:
    """How many times its seconds they take, of the processor and, where all tell them, of the clock."""
    told = f"{number(sum(one.seconds for one in stages) / plain.seconds, 1)} times the processor seconds"
    clocks = [one.clock for one in stages if one.clock is not None]
    if plain.clock is None or len(clocks) < len(stages):
        return told
    return f"{told} and {number(sum(clocks) / plain.clock, 1)} times the seconds of the clock"


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
        [whole(events), words(step), *_measured(one, spent.get(PLAIN))]
        for events, spent in sorted(sizes.items())
        for step, one in spent.items()
    ]
    caption = (
        f"Processor seconds and peak memory of each stage on {LOG}, {_often(sizes)}; {PLAIN} is a scan, sort and write "
        "of it by Polars"
    )
    if any(KEPT in spent for spent in sizes.values()):
        caption += (
            f", {KEPT} the same where its allocator keeps what is freed for ten seconds, as that of the stages does"
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
    took = seconds(found.catalogue[most]["score"].seconds)
    told = f"With {count(most)} candidates the product and the ranks of a query take {took}."
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
        "Milliseconds and peak memory beyond that of the catalogue itself, each from one process: score, the product "
        "of a vector with those of all candidates, without the network that makes it, and the ranks of a query's "
        f"relevant candidates, {_passes(found)}; a step of training of the head, by its loss, the "
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
