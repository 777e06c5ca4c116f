"""How fast the study is, as its benchmarks have measured it; the page Scaling shows it."""

from study.exhibits.markup import Html, code, joined, listing, paragraphs
from study.exhibits.measurements import (
    Loop,
    Peers,
    Ranking,
    Rates,
    Run,
    Side,
    Spread,
    Trained,
    Training,
    Tuning,
    Workers,
    every,
    latest,
)
from study.exhibits.prose import DASH, count, number, percent, plural, raised, seconds
from study.exhibits.results import Results
from study.exhibits.scoring_log import beside_other_work
from study.exhibits.tables import Cell, decimal, name, table, whole, words

EQUAL, OWN = "downfunnel", "downfunnel-own"
"""Sides of the benchmark of peers that are this study: with the settings of all sides, and with its own."""

LOG = "a simulated log, the world shop"
"""What the benchmarks of training, ranking and size read."""
FLAT = ("flat-next", "flat-horizon")
"""Variants whose order by seconds depends on the log."""


def missing(benchmark: str) -> Html:
    """That a benchmark was never run, and how it is."""
    return paragraphs([f"Not measured yet: {code(f'python benchmarks/{benchmark}.py')} does it."])


def origin(run: Run) -> Html:
    """When, where and with what a benchmark was run."""
    packages = ", ".join(f"{package} {version}" for package, version in run.versions.items())
    told = f"{run.machine}, {count(run.cores)} cores; {packages}"
    return paragraphs([f"Measured {code(run.date[:10])} at revision {code(run.revision)} on {code(told)}."], "source")


def _spread(value: Spread, digits: int = 0) -> Cell:
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
        f"Events a second of training on {LOG}, on one thread (median, least and most of the repeats), padding not "
        "counted; million operations an event, forward and backward; share of the rate of matrix products, "
        f"{rate} billion operations a second. A bare stack is torch's own layers of the same width over ids of items, "
        "every position asked, with no attributes, times, dropout or padding: what a variant adds, it pays for"
    )
    head = ["variant", "events a second", "million operations", "share of the rate"]
    return joined([origin(found), table(head, rows, caption)])


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
        _spread(one.events_per_second),
        decimal(one.operations_per_event / 1e6, 2),
        Cell(percent(one.share_of_rate.median, 0), one.share_of_rate.median),
    ]


def peers() -> Html:
    """The same model in other libraries."""
    found = latest("peers", Peers)
    if found is None:
        return missing("peers")
    threads = sorted({number for side in found.sides.values() for number in side.rates})
    rows = [_beside(name_, side, threads) for name_, side in found.sides.items()]
    head = ["side", "recall@10"]
    for amount in threads:
        head += [f"{what}, {plural(amount, 'thread')}" for what in ("events a second", "targets a second", "cores")]
    head += ["best after", "peak, MB", "parameters", "ours to its best"]
    shown = table(head, rows, _what_was_alike(found, max(threads)))
    return joined([origin(found), shown, paragraphs(_against_peers(found))])


def _against_peers(found: Peers) -> list[str]:
    """How this study under equal settings stands to the others, a sentence; none where one side is missing."""
    ours, others = found.sides.get(EQUAL), {n: side for n, side in found.sides.items() if n not in {EQUAL, OWN}}
    if ours is None or not others:
        return []
    told, fastest = [], []
    for threads, rates in sorted(ours.rates.items()):
        rivals = {n: side.rates[threads].events.median for n, side in others.items() if threads in side.rates}
        if rivals:
            fastest.append(max(rivals, key=rivals.__getitem__))
            times = number(rates.events.median / rivals[fastest[-1]], 1)
            told.append(f"on {plural(threads, 'thread')} {times} times that of {code(fastest[-1])}")
    ahead = [n for n, side in others.items() if side.ours_to_its_best.get(EQUAL, 0) is None]
    best = [_to_the_best(ours, n, others[n]) for n in dict.fromkeys([*fastest, *ahead])]
    rate = f"The rate of {code(EQUAL)} is {listing(told)}, the fastest of the others." if told else ""
    reached = "; ".join(filter(None, best))
    return [f"{rate} {raised(reached)}." if reached else rate]


def _to_the_best(ours: Side, name_: str, side: Side) -> str:
    """When this study had the best recall of another side, or that it is behind; nothing of one that was not judged."""
    if side.best_recall is None or side.seconds_to_best is None or EQUAL not in side.ours_to_its_best:
        return ""
    best = f"{number(side.best_recall)} after {seconds(side.seconds_to_best)}"
    after, own = side.ours_to_its_best.get(EQUAL), side.ours_to_its_best.get(OWN)
    if after is not None:
        return f"it reached the best recall of {code(name_)}, {best}, after {seconds(after)}"
    cut = ", which was ended while recall still grew" if ours.is_cut else ""
    with_own = f"; {code(OWN)} reached it after {seconds(own)}" if own is not None else ""
    return f"it is behind {code(name_)}, whose best recall, {best}, it did not reach in its own run{cut}{with_own}"


def _what_was_alike(found: Peers, threads: int) -> str:
    s, versions = found.settings, listing([_installed(peer, told) for peer, told in found.peers.items()])
    own = (
        f" {OWN} has that shape, but the batches, learning rate, dropout and heads that the study starts its searches "
        "from, and pieces of whole histories."
        if OWN in found.sides
        else ""
    )
    return (
        f"Causal Transformers that learn the next line with the full softmax, of width {count(s['width'])}, "
        f"{count(s['blocks'])} blocks and a feed-forward layer of {count(s['feed_forward'])}, on sequences of "
        f"{count(s['context'])} positions, {count(s['batch'])} in a batch.{own} Real events, and targets that are "
        "learned from, a second (median, least and most), and cores in use: RecBole computes a whole prefix for each "
        f"target. One long run on {plural(threads, 'thread')} is judged on select; + was ended by its limit; ours "
        f"to its best: seconds after which {EQUAL}, under equal settings, had reached that recall. What is not alike: "
        "this study tells each event's time and that of the cut-off, has two tables and a bias where the others share "
        f"one, rotary phases for learned positions, averages its weights, clips gradients and warms up. {versions}"
    )


def _installed(peer: str, told: str) -> str:
    """The releases of a peer and of what it computes with; the log has the bare numbers."""
    return " ".join(
        f"{package} {version}" for package, version in zip((peer, "torch", "numpy"), told.split(), strict=False)
    )


def _beside(side: str, row: Side, threads: list[int]) -> list[Cell]:
    ours = row.ours_to_its_best.get(EQUAL)
    best = DASH if row.seconds_to_best is None else f"{seconds(row.seconds_to_best)}{' +' if row.is_cut else ''}"
    return [
        name(side),
        decimal(row.best_recall),
        *(cell for number in threads for cell in _rates(row.rates.get(number))),
        Cell(best, row.seconds_to_best),
        whole(row.peak_mb),
        whole(row.parameters),
        Cell(DASH if ours is None else seconds(ours), ours),
    ]


def _rates(found: Rates | None) -> list[Cell]:
    if found is None:
        return [Cell(DASH, None)] * 3
    return [_spread(found.events), _spread(found.targets), decimal(found.cores.median, 1)]


def tuning() -> Html:
    """Two workers against one."""
    found = latest("tuning", Tuning)
    if found is None:
        return missing("tuning")
    rows = [
        [name(variant), _spread(one.one_seconds, 1), _spread(one.two_seconds, 1), _spread(one.ratio, 2)]
        for variant, one in found.variants.items()
    ]
    caption = (
        f"Seconds of one search of the budget {found.budget} with one worker and with two, taking turns, and how many "
        "times as fast two are (median, least and most of the repeats)"
    )
    return joined([origin(found), table(["variant", "one worker", "two workers", "times as fast"], rows, caption)])


def workers() -> Html:
    """What the engine adds to a task."""
    found = latest("workers", Workers)
    if found is None:
        return missing("workers")
    rows = [
        [words(label), *(decimal(value, 3) for value in (one.first_result, one.whole, one.added_per_task))]
        for label, one in {"with their start": found.first, "started before": found.again}.items()
    ]
    caption = (
        f"Wall seconds of {plural(found.tasks, 'task')} that sleep {found.seconds:g} s each, on "
        f"{plural(found.workers, 'worker')} of {found.engine}, once: until the first result, until the last, and what "
        "the engine adds to each task"
    )
    return joined([origin(found), table(["workers", "first result", "all results", "added a task"], rows, caption)])


def ranking() -> Html:
    """How fast `rank` is."""
    found = latest("rank", Ranking)
    if found is None:
        return missing("rank")
    rows = [
        [
            name(variant),
            _spread(one.ranked_per_second),
            _spread(one.users_per_second),
            _spread(one.seconds, 1),
            whole(one.peak_mb),
        ]
        for variant, one in found.variants.items()
    ]
    caption = (
        f"Users a second of rank on one core, {_ranked(found)} of {LOG}: ranking alone, and with the reading of the "
        "log; processor seconds of all (median, least and most of the repeats); peak memory of a process of its own"
    )
    return joined([origin(found), table(["variant", "ranked", "with reading", "seconds", "peak, MB"], rows, caption)])


def _ranked(found: Ranking) -> str:
    """Whom, and what, the benchmark ranks."""
    one = next(iter(found.variants.values()))
    each = count(one.events / one.users)
    return f"{plural(one.users, 'user')} with {each} events each and {plural(one.catalogue, 'candidate')}"


def loop() -> Html:
    """What a user waits for: every command as the last run measured it that did not leave it out."""
    last = {command: run for run in every("loop", Loop) for command in run.seconds}
    if not last:
        return missing("loop")
    rows = [[words(command), _spread(run.seconds[command], 2), words(run.date[:10])] for command, run in last.items()]
    caption = (
        "Seconds of the clock until a command has ended (median, least and most of the repeats), as the last run "
        "measured it that did not leave it out"
    )
    runs = sorted({run.date: run for run in last.values()}.values(), key=lambda run: run.date, reverse=True)
    return joined([*map(origin, runs), table(["command", "seconds", "measured"], rows, caption)])
