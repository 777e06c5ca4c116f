"""How fast the study is, as its benchmarks have measured it; the page Scaling shows it."""

import statistics

from study.exhibits.markup import Html, code, escape, joined, listing, paragraphs
from study.exhibits.measurements import (
    Loop,
    Ranking,
    Revisions,
    Run,
    Spread,
    Trained,
    Training,
    Tuning,
    Workers,
    every,
    latest,
)
from study.exhibits.prose import count, number, percent, plural, seconds, signed
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.tables import Cell, decimal, name, table, whole, words

LOG = "a simulated log, the world shop"
"""What the benchmarks of training, ranking and size read."""
PRECISIONS = ("fp32", "bf16")
FLAT = ("flat-next", "flat-horizon")
"""Variants whose order by seconds depends on the log."""


def missing(benchmark: str) -> Html:
    """That a benchmark was never run, and how it is."""
    return paragraphs([f"Not measured yet: {code(f'python benchmarks/{benchmark}.py')} does it."])


def origin(run: Run, what: str = "") -> Html:
    """When, where and with what a benchmark was run; `what` it measured, where a page shows several at one place."""
    packages = ", ".join(f"{package} {version}" for package, version in run.versions.items())
    told = f"{run.machine}, {plural(run.cores, 'core')}; {packages}"
    at = code(run.revision) + (f", which was {code(run.revision_at_end)} at its end," if run.revision_at_end else "")
    begun = f"{what}: measured" if what else "Measured"
    return paragraphs([f"{begun} {code(run.date[:10])} at revision {at} on {code(told)}."], "source")


def spread(value: Spread, digits: int = 0) -> Cell:
    """The median of some repeats, with the least and the most."""

    def shown(one: float) -> str:
        return f"{one:,.{digits}f}"

    return Cell(f"{shown(value.median)} ({shown(value.least)} to {shown(value.most)})", value.median)


def training() -> Html:
    """How fast variants train."""
    found = latest("training", Training)
    if found is None:
        return missing("training")
    rows = [[name(variant), *_trained(one)] for variant, one in found.variants.items()]
    rows += [[words(f"bare stack, {stack}"), *_trained(one)] for stack, one in found.bare.items()]
    rate = f"{found.products_per_second / 1e9:.0f}"
    caption = (
        f"Events a second of training on {LOG}, on one thread (median, least and most of the repeats); padding is not "
        "counted, but events that are spared are: those after the last one that a piece is asked at, and those of "
        "pieces that are not asked, which nothing computes. Million operations an event, forward and backward: "
        "attention counts all pairs of positions of a piece, though each sees only those up to itself. Share of the "
        f"rate of matrix products in fp32, {rate} billion operations a second, in bf16 too. A bare stack is torch's "
        "own layers of the same width over ids of items, every position asked, with no attributes, times, dropout or "
        "padding: what a variant adds, it pays for"
    )
    head = ["variant", "events a second", "million operations", "share of the rate"]
    return joined([origin(found), table(head, rows, caption)])


def precisions() -> Html:
    """Whether bf16 is faster than fp32, by the width of a bare stack; nothing where a line does not tell."""
    found = latest("training", Training)
    if found is None or not found.widths:
        return Html("")
    ratios = {
        width: of["bf16"].events_per_second.median / of["fp32"].events_per_second.median
        for width, of in found.widths.items()
    }
    rows = [
        [
            whole(width),
            *(spread(of[precision].events_per_second) for precision in PRECISIONS),
            decimal(ratios[width], 2),
        ]
        for width, of in found.widths.items()
    ]
    faster = [f"{width}" for width, ratio in ratios.items() if ratio > 1]
    told = f"at width {listing(faster)}" if faster else "at none of these widths"
    caption = (
        "Events a second of training a bare stack of two blocks on one thread by its width, with products of matrices "
        "in fp32 and by autocast in bf16 (median, least and most of the repeats), and how many times as fast bf16 is"
    )
    ours = [found.bare[f"blocks: 2, {precision}"].events_per_second.median for precision in PRECISIONS]
    text = (
        f"On this processor bf16 is faster {told}. Networks of the study train in fp32 on processors: of the width "
        f"that they have by default, as the bare stacks above, bf16 is {number(ours[1] / ours[0], 2)} times as fast. "
        "A bare stack is not yet a network of the study: what bf16 does to their seconds and their recall is in "
        "report/log.md, in the rows about it."
    )
    return joined([paragraphs([text]), table(["width", *PRECISIONS, "times as fast"], rows, caption)])


def on_this_log(results: Results) -> Html:
    """How two flat models compare on the log of the report and on that of the benchmark; nothing without either."""
    found = latest("training", Training)
    if found is None or not all(v in found.variants and v in results.measured for v in FLAT):
        return Html("")
    rates = [found.variants[variant].events_per_second.median for variant in FLAT]
    spent = [results.measured[v].refit_seconds / max(results.search(v).rounds, 1) for v in FLAT]
    one, other = map(code, FLAT)
    differ = (rates[0] > rates[1]) == (spent[0] > spent[1])
    text = (
        f"In the table {one} reads {number(rates[0] / rates[1], 1)} times as many events a second as {other}. On the "
        f"log of this report a round of a refit takes {seconds(spent[0])} of {one} and {seconds(spent[1])} of {other}, "
        f"each at the settings that its search chose{beside_other_work(results)}"
    )
    return paragraphs([f"{text}{': which of the two is dearer depends on the log and on the settings' * differ}."])


def _trained(one: Trained) -> list[Cell]:
    return [
        spread(one.events_per_second),
        decimal(one.operations_per_event / 1e6, 2),
        Cell(percent(one.share_of_rate.median, 0), one.share_of_rate.median),
    ]


def tuning() -> Html:
    """Two workers against one."""
    found = latest("tuning", Tuning)
    if found is None:
        return missing("tuning")
    rows = [
        [name(variant), spread(one.one_seconds, 1), spread(one.two_seconds, 1), spread(one.ratio, 2)]
        for variant, one in found.variants.items()
    ]
    caption = (
        f"Seconds of one search on the log that the study had, with the budget {found.budget}, one worker and two, "
        "taking turns, and how many times as fast two are (median, least and most of the repeats)"
    )
    return joined([origin(found), table(["variant", "one worker", "two workers", "times as fast"], rows, caption)])


def revisions() -> Html:
    """Searches with their refits at an earlier revision and at a later one."""
    found = latest("revisions", Revisions)
    if found is None:
        return missing("revisions")
    rows = [
        [
            name(variant),
            *(decimal(side.seconds, 1) for side in (one.before, one.after)),
            decimal(one.before.seconds / one.after.seconds, 2),
            *(decimal(side.select) for side in (one.before, one.after)),
        ]
        for variant, one in found.variants.items()
    ]
    before, after = (sum(getattr(one, side).seconds for one in found.variants.values()) for side in ("before", "after"))
    gains = [one.after.select - one.before.select for one in found.variants.values()]
    budget = ", ".join(f"{key} {value}" for key, value in found.budget.items())
    text = (
        f"All {plural(len(gains), 'variant')} of the arm {code(found.arm)} whose entry of the roster is the same at "
        f"revision {code(found.before)} took {seconds(before)} there and take {seconds(after)} here, once each, with "
        f"short searches: {number(before / after, 2)} times as fast. What they reach on select changed by "
        f"{signed(statistics.mean(gains))} on average: entries are alike, what training does with them is not always."
    )
    caption = (
        "Seconds of the clock of a search and its refits, process included, on the log of the study at either revision "
        f"(sides take turns; the same of the budget: {escape(budget)}), how many times as fast the later one is, and "
        "the recall@10 on select of the trial that was chosen"
    )
    head = ["variant", "seconds before", "seconds now", "times as fast", "select before", "select now"]
    return joined([origin(found), paragraphs([text]), table(head, rows, caption)])


def workers() -> Html:
    """What the engine adds to a task."""
    found = latest("workers", Workers)
    if found is None:
        return missing("workers")
    often = f"{count(found.repeats)} times (median, least and most)" if found.repeats > 1 else "once"
    rows = [
        [words(label), *(_repeated(value, found) for value in (one.first_result, one.whole, one.added_per_task))]
        for label, one in {"with their start": found.first, "started before": found.again}.items()
    ]
    caption = (
        f"Wall seconds of {plural(found.tasks, 'task')} that sleep {found.seconds:g} s each, on "
        f"{plural(found.workers, 'worker')} of {found.engine}, {often}: until the first result, until the last, and "
        "what the engine adds to each task"
    )
    return joined([origin(found), table(["workers", "first result", "all results", "added a task"], rows, caption)])


def _repeated(value: Spread, found: Workers) -> Cell:
    return spread(value, 3) if found.repeats > 1 else decimal(value.median, 3)


def ranking() -> Html:
    """How fast `rank` is."""
    found = latest("rank", Ranking)
    if found is None:
        return missing("rank")
    rows = [
        [
            name(variant),
            spread(one.ranked_per_second),
            spread(one.users_per_second),
            spread(one.seconds, 1),
            whole(one.peak_mb),
        ]
        for variant, one in found.variants.items()
    ]
    caption = (
        f"Users a second of rank on one core, {_ranked(found)} of {LOG}: ranking alone, and with the reading of the "
        "log; processor seconds of both (median, least and most of the repeats), without the start of Python and the "
        "loading of the model; peak memory of a process of its own"
    )
    return joined([origin(found), table(["variant", "ranked", "with reading", "seconds", "peak, MB"], rows, caption)])


def _ranked(found: Ranking) -> str:
    """Whom, and what, the benchmark ranks."""
    one = next(iter(found.variants.values()))
    each = count(one.events / one.users)
    return f"{plural(one.users, 'user')} with {each} events each and {plural(one.catalogue, 'candidate')}"


def loop() -> Html:
    """What a user waits for: every command as the last run measured it that did not leave it out."""
    last = {command: run for run in every("loop", Loop) if run.is_usual({"repeats"}) for command in run.seconds}
    if not last:
        return missing("loop")
    rows = [[words(command), spread(run.seconds[command], 2), words(run.date[:10])] for command, run in last.items()]
    caption = (
        "Seconds of the clock until a command has ended (median, least and most of the repeats), as the last run "
        "measured it that did not leave it out"
    )
    runs = sorted({run.date: run for run in last.values()}.values(), key=lambda run: run.date, reverse=True)
    return joined([*map(origin, runs), table(["command", "seconds", "measured"], rows, caption)])
