"""Training in this study beside other libraries, as the benchmark has measured it; the page Scaling shows it."""

from study.exhibits.markup import Html, bullets, code, joined, listing, paragraphs
from study.exhibits.measurements import Peers, Rates, Side, every, latest
from study.exhibits.prose import DASH, count, number, plural, raised, seconds
from study.exhibits.speed import missing, origin, spread
from study.exhibits.tables import Cell, decimal, name, table, whole

EQUAL, OWN, HORIZON = "downfunnel", "downfunnel-own", "downfunnel-horizon"
"""This study with the settings of all sides, with its own, and with its own objective too."""
OURS = (EQUAL, OWN, HORIZON)
BARE, RECBOLE = "bare-stack", "recbole"
"""Torch's own layers with nothing added, whose rate alone is measured, and the library that learns from prefixes."""


def sides() -> Html:
    """The same model in other libraries: a table, how this study stands, and what is not alike."""
    found = latest("peers", Peers)
    if found is None:
        return missing("peers")
    threads = sorted({number for side in found.sides.values() for number in side.rates})
    rows = [_beside(name_, side, threads) for name_, side in found.sides.items()]
    head = ["side", "recall@10"]
    for amount in threads:
        head += [f"{what}, {plural(amount, 'thread')}" for what in ("events a second", "targets a second", "cores")]
    head += ["best after", "peak, MB", "parameters", "ours to its best"]
    shown = table(head, rows, _caption(found, max(threads)))
    unlike = [paragraphs(["What is not alike:"]), bullets(_not_alike(found, max(threads)))]
    return joined([origin(found), shown, paragraphs(_against(found)), *unlike])


def _against(found: Peers) -> list[str]:
    """How this study under equal settings stands to the others, in sentences; none where one side is missing."""
    ours, others = found.sides.get(EQUAL), {n: side for n, side in found.sides.items() if n not in {*OURS, BARE}}
    if ours is None or not others:
        return []
    told, fastest = [], {}
    for threads, rates in sorted(ours.rates.items()):
        rivals = {n: side.rates[threads].events.median for n, side in others.items() if threads in side.rates}
        if rivals:
            fastest[threads] = max(rivals, key=rivals.__getitem__)
            times = number(rates.events.median / rivals[fastest[threads]], 1)
            told.append(f"on {plural(threads, 'thread')} {times} times that of {code(fastest[threads])}")
    ahead = [n for n, side in others.items() if side.ours_to_its_best.get(EQUAL, 0) is None]
    names = dict.fromkeys([*fastest.values(), *ahead])
    compared = {n: best for n in names if (best := _to_the_best(ours, n, others[n]))}
    rate = [f"The rate of {code(EQUAL)} is {listing(told)}, the fastest of the others."] if told else []
    reached = [f"{raised(sentence)}." for sentence in compared.values()]
    once = [_once(found, list(compared))] if compared else []
    return [" ".join([*rate, *reached, *once, *_bound(found, fastest)])]


def _bound(found: Peers, fastest: dict[int, str]) -> list[str]:
    """What torch's own layers leave room for, by the fastest of the others on so many threads, a sentence; or none."""
    bare, told = found.sides[BARE].rates if BARE in found.sides else {}, []
    for threads, name_ in fastest.items():
        if threads in bare:
            theirs, ours = (
                number(bare[threads].events.median / found.sides[n].rates[threads].events.median, 1)
                for n in (name_, EQUAL)
            )
            on = f"on {plural(threads, 'thread')}"
            told.append(f"{on} {theirs} times that of {code(name_)} and {ours} times that of {code(EQUAL)}")
    what = f"{code(BARE)}, torch's own layers in that shape with nothing added and no padding,"
    return [f"The rate of {what} is {'; '.join(told)}."] if told else []


def _to_the_best(ours: Side, name_: str, side: Side) -> str:
    """When this study had the best recall of another side, or that it is behind; nothing of one that was not judged."""
    if side.best_recall is None or side.seconds_to_best is None or EQUAL not in side.ours_to_its_best:
        return ""
    rounds = f", the best of its {plural(len(side.curve), 'round')} on select" if side.curve else " on select"
    best = f"{number(side.best_recall)} after {seconds(side.seconds_to_best)}{rounds}"
    after, besides = side.ours_to_its_best.get(EQUAL), _besides(name_, side, side.seconds_to_best)
    run = f"a run of {plural(len(ours.curve), 'round')}" if ours.curve else "its own run"
    if after is not None:
        reached = f"it reached the best recall of {code(name_)}, {best}, after {seconds(after)} in {run}"
        return f"{reached}{_ended(ours, name_, side)}{besides}"
    behind = f"it is behind {code(name_)}, whose best recall, {best}, it did not reach in {run}"
    return f"{behind}{_ended(ours, name_, side)}{besides}"


def _besides(name_: str, side: Side, best: float) -> str:
    """When the other runs of this study had the best recall of a side, and in which part of its seconds."""
    reached = {n: after for n in OURS[1:] if (after := side.ours_to_its_best.get(n)) is not None}
    part = {n: f"{number(after / best, 2)} of the seconds of {code(name_)}" for n, after in reached.items()}
    told = [f"by {code(n)} after {seconds(after)} ({part[n]})" for n, after in reached.items()]
    return f"; that recall was reached {listing(told)}" if told else ""


def _ended(ours: Side, name_: str, side: Side) -> str:
    """Which of two runs were ended by their limit, not since nothing better had come for some rounds."""
    cut = [code(n) for n, run in ((EQUAL, ours), (name_, side)) if run.is_cut]
    runs = "the runs of {} were ended by their limits" if len(cut) > 1 else "the run of {} was ended by its limit"
    return f"; {runs.format(listing(cut))}, soon after a best round" if cut else ""


def _once(found: Peers, others: list[str]) -> str:
    """That each side was trained once, and how often this study had the best recall of others in lines before."""
    each = "Each side that is judged has one long run, with one seed."
    before = [run for run in every("peers", Peers) if run.date < found.date and run.is_usual() and run.is_as(found)]
    if not before:
        return f"{each} No earlier line of the log has the same machine, settings and releases."
    told = []
    for other in others:
        best = [run.sides[other].ours_to_its_best for run in before if other in run.sides]
        reached = sum(seconds_.get(EQUAL) is not None for seconds_ in best)
        told.append(f"of {code(other)} in {count(reached) if reached else 'none'}")
    return (
        f"{each} In {plural(len(before), 'earlier line')} of the log with the same machine, settings and releases "
        f"{code(EQUAL)} reached the best recall {listing(told)}."
    )


def _caption(found: Peers, threads: int) -> str:
    anchor = f", {HORIZON} the key actions of the next days" if HORIZON in found.sides else ""
    has_cut = any(side.is_cut for side in found.sides.values())
    cut = "; + was ended by its limit, soon after its best round" if has_cut else ""
    s, versions = found.settings, listing([_installed(peer, told) for peer, told in found.peers.items()])
    return (
        f"Causal Transformers that learn the next line{anchor} with the full softmax, of width "
        f"{count(s['width'])}, {count(s['blocks'])} blocks and a feed-forward layer of {count(s['feed_forward'])}, on "
        f"sequences of {count(s['context'])} positions. Real events, and targets that are learned from, a second "
        "(median, least and most), and cores in use: RecBole computes a whole prefix for each "
        f"target. One long run on {plural(threads, 'thread')} is judged on the windows of select, which come before "
        f"those of test, of the study as it was set up then; recall@10: the best of its rounds{cut}; ours to its best: "
        f"seconds after which {EQUAL}, under equal settings, had reached that recall. {versions}"
    )


def _not_alike(found: Peers, threads: int) -> list[str]:
    s = found.settings
    context, batch = count(s["context"]), count(s["batch"])
    own = (
        [
            f"{code(OWN)} has the same shape, but the batches, learning rate, dropout, heads and thinning by age that "
            "the study starts its searches from, and pieces of whole histories. These settings were found by hand on "
            "stop and select of the log that the study was made with, where select judges here; no setting of the "
            "others was tuned."
        ]
        if OWN in found.sides
        else []
    )
    if HORIZON in found.sides:
        own += [
            f"{code(HORIZON)} is {code(OWN)} with the objective of the study's anchor: at the end of every moment, and "
            "at cut-offs, it learns all key actions of the days that recall is asked about, where the others learn the "
            "next one. So it is another training of the same shape on the same candidates, not the same one sooner."
        ]
    return [
        _dropout(found),
        f"Batches and padding: RecTools and RePlay pad {batch} sequences to {context} positions each, and so does "
        f"RecBole with the prefixes of {batch} targets{_prefixes(found, threads)}. A batch of this study has about as "
        f"many positions as {batch} whole sequences, but is filled with sequences sorted by length and padded to the "
        "longest of them, so short ones are more in a batch, and fewer steps make a round.",
        "RecTools and RePlay compute attention by torch, which has a fused kernel for it where its weights are not "
        "dropped out; RecBole computes it by two products and a softmax.",
        "The AdamW of this study decays weights, the Adam of the others does not. It averages its weights, clips "
        "gradients and warms up.",
        "This study tells each event's time and that of the cut-off, has two tables and a bias where the others share "
        "one, and rotary phases for learned positions.",
        "Processes of this study keep the memory that a step has freed for the next one (decision 0067). The others, "
        "and the bare stack, run as they come.",
        *own,
        *_bare(found),
    ]


def _bare(found: Peers) -> list[str]:
    """What the bare stack is, a bullet; none where it was not measured."""
    told = (
        f"{code(BARE)} is not judged: it reads rows of items drawn at random, all of them whole, drops nothing out, "
        "and learns with torch's AdamW."
    )
    return [told] if BARE in found.sides else []


def _dropout(found: Peers) -> str:
    """Where each side drops out; that of the weights of attention by the line of the log."""
    attention = found.attention_dropout
    weights = (
        f"in this line of the log the others drop out the weights of attention too, with probability "
        f"{attention:g}, this study does not"
        if attention
        else "no side drops out the weights of attention"
    )
    return (
        "Dropout has one probability, but not one place: all that are judged drop out what enters the first block and "
        "what a feed-forward layer gives, this study and RecBole also what attention gives, RecTools and RePlay also "
        f"the inside of the feed-forward layer; {weights}."
    )


def _prefixes(found: Peers, threads: int) -> str:
    """How many positions of RecBole's sequences are real, on average."""
    rates = found.sides[RECBOLE].rates.get(threads) if RECBOLE in found.sides else None
    return (
        f", of which {count(rates.events.median / rates.targets.median)} positions are real on average" if rates else ""
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
    return [spread(found.events), spread(found.targets), decimal(found.cores.median, 1)]
