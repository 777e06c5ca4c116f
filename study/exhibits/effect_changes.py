"""Did the effects of declared contrasts change between two snapshots? It is tested, not read from two verdicts."""

from collections import Counter
from collections.abc import Sequence

from study.errors import UserError
from study.exhibits.markup import code, listing
from study.exhibits.prose import late, over, plural, signed, to_margin
from study.exhibits.records import Contrast, variants_of
from study.exhibits.snapshot_pairs import Pair, comparison, comparison_file
from study.exhibits.snapshot_records import Change
from study.exhibits.tables import Cell, effect, words
from study.params.statistics import Outcome

WORDS: dict[Outcome, str] = {
    "better": "risen",
    "worse": "fallen",
    "equivalent": "the same",
    "undetermined": "undetermined",
}
"""What a verdict says of here against there. Effects have signs: one that turns to the left side has risen."""
CHANGED = ("better", "worse")
HEAD = ["change", "tested"]
Alike = Sequence[tuple[Contrast, Contrast]]
"""The contrasts that are declared alike, each there and here."""
ROUNDING = 1e-9
LUCK = "One search per variant and snapshot lies behind these effects, and no interval covers its luck."
LUCK_ALONE = (
    "The events are the same: beside the seeds of training, which the intervals cover, what can move an effect is the "
    "luck of one search each and of the order inside a moment, which no interval covers, or the code."
)
UNMOVED = "the very same"


def known(pair: Pair, alike: Alike) -> dict[str, Change] | None:
    """The change of each contrast by its name; None where it was not computed for these very results.

    Raises:
        UserError: the changes are not those of the effects that both snapshots publish.
    """
    found = comparison(pair)
    if found is None or found.changes is None:
        return None
    changes = {change.name: change for change in found.changes}
    for there, here in alike:
        told = changes.get(here.name)
        if told is None or abs(told.effect - (here.effect - there.effect)) > ROUNDING:
            raise UserError(
                f"{comparison_file(pair)}: the change of {here.name} is not that from {there.effect:+.4f} to "
                f"{here.effect:+.4f}; run `dvc repro snapshots@{pair.names[0]}`"
            )
    return changes


def names_of_changed(pair: Pair) -> set[str]:
    """The names of the contrasts whose effects are shown to have changed, as the stage found; `known` checks them."""
    found = comparison(pair)
    changes = [] if found is None else found.changes or []
    return {change.name for change in changes if change.verdict in CHANGED}


def sentences(pair: Pair, alike: Alike) -> str:
    """How many effects are shown to have changed, which, and how many to be the same; that the rest is open."""
    changes = known(pair, alike)
    if changes is None:
        return _not_computed(pair)
    margin = pair.here.margin
    moved = [change for change in changes.values() if change.verdict in CHANGED]
    same = [change for change in changes.values() if change.verdict == "equivalent"]
    unmoved = [change for change in changes.values() if _is_unmoved(change)]
    rest = len(changes) - len(moved) - len(same) - len(unmoved)
    clauses = [
        f"{len(moved) or 'none'} of {plural(len(changes), 'effect')} {_is(moved)} shown to have "
        f"<strong>changed</strong>{_size(moved, margin)}{_named(moved, alike)}",
        f"{len(same) or 'none'} {_is(same)} shown to be <strong>the same</strong> within ±{margin:g}",
        *([f"{len(unmoved)} {_is(unmoved)} {UNMOVED} number on both"] if unmoved else []),
        *([f"whether the other {rest if rest > 1 else 'one'} changed is <strong>open</strong>"] if rest else []),
    ]
    contrasts = [here for _, here in alike if changes[here.name] in moved]
    shared = _shared(contrasts, [here for _, here in alike]) + _refitted(pair, contrasts, [here for _, here in alike])
    luck = LUCK_ALONE if pair.is_one_log else LUCK
    return f"The changes of the effects, tested by themselves and Holm-adjusted: {'; '.join(clauses)}. {shared}{luck}"


def _shared(moved: Sequence[Contrast], every: Sequence[Contrast]) -> str:
    """The variant that most of the changed effects have in common: what moved it moved them all.

    Told with how many contrasts it is a side of: one that is a side of many is a side of changed ones by chance.
    """
    sides = Counter(variant for one in moved for variant in set(one.variants))
    variant, times = max(sides.items(), key=lambda item: (item[1], item[0]), default=("", 0))
    if times < 2:
        return ""
    others = sum(variant in one.variants for one in every) - times
    rest = len(every) - len(moved)
    shared = f", and of {others or 'none'} of the {rest} others" if rest > 1 else ", as of the other" if others else ""
    seen = f"which may be one change seen {times} times"
    return f"{code(variant)} is a side of {times} of those that changed, {seen}{shared}. "


def _refitted(pair: Pair, moved: Sequence[Contrast], every: Sequence[Contrast]) -> str:
    """The sequence models on the sides of changed effects whose refits are not as long here as there; or nothing.

    Told with how many of the other contrasts have such a side too.
    """
    unlike = {name: rounds for name in variants_of(every) if (rounds := _rounds(pair, name)) and rounds[0] != rounds[1]}
    named = [name for name in variants_of(moved) if name in unlike]
    if not named:
        return ""
    rest = len(every) - len(moved)
    times, in_all = (sum(bool(unlike.keys() & set(one.variants)) for one in some) for some in (moved, every))
    told = listing([f"{code(name)} ({unlike[name][0]} there, {unlike[name][1]} here)" for name in named])
    have = "has" if times == 1 else "have"
    others = in_all - times
    shared = "; so has the other" if others else ""
    if rest > 1:
        shared = f"; so {'has' if others == 1 else 'have'} {others or 'none'} of the {rest} others"
    return (
        f"{times} of those that changed {have} a sequence model on a side whose refits are longer on one snapshot, in "
        f"rounds: {told}"
        f"{shared}. "
    )


def _rounds(pair: Pair, variant: str) -> list[int]:
    """How many rounds the refits of a sequence variant have there and here; none of another."""
    return [side.search(variant).rounds for side in (pair.there, pair.here)] if _tuned(pair, variant) else []


def _tuned(pair: Pair, variant: str) -> bool:
    return all(variant in side.tuning and side.row(variant).family == "sequence" for side in (pair.there, pair.here))


def _is_unmoved(change: Change) -> bool:
    """Whether an effect is one number there and here, as of rules on the same events: no resample shows a change."""
    return change.effect == 0 and change.verdict == "undetermined"


def _is(shown: Sequence[Change]) -> str:
    return "is" if len(shown) < 2 else "are"


def _size(moved: Sequence[Change], margin: float) -> str:
    """How the changes lie to the margin, never more than each of them shows."""
    beyond = sum(not to_margin(change, margin) for change in moved)
    if not moved:
        return ""
    if beyond in (0, len(moved)):
        return f", {'' if beyond else 'perhaps '}by {'more' if beyond else 'less'} than the margin of {margin:g}"
    return f", {beyond} of them by more than the margin of {margin:g}"


def _named(moved: Sequence[Change], alike: Alike) -> str:
    found = {here.name: (over(here), unplanned(there, here)) for there, here in alike}
    told = [(one, *found[one.name]) for one in moved]
    shown = [
        f"{which} ({', '.join([f'{signed(one.there)} there, {signed(one.here)} here', *late])})"
        for one, which, late in told
    ]
    return f": {listing(shown)}" if shown else ""


def unplanned(there: Contrast, here: Contrast) -> list[str]:
    """That a contrast is no plan made beforehand on this snapshot, or on the other alone; or nothing."""
    told = [f"{late(side)}{place}" for side, place in ((here, ""), (there, " there")) if side.after_test]
    return [one.removeprefix(", ") for one in told[:1]]


def _not_computed(pair: Pair) -> str:
    if pair.here.arm != "main":
        return "Whether the effects changed was not computed: that is done for the arm <code>main</code> alone."
    run = code(f"dvc repro snapshots@{pair.names[0]}")
    return f"Whether the effects themselves changed was not computed for these very results yet: {run} does."


def cells(change: Change) -> list[Cell]:
    """The change with the interval that its verdict used, and the word for it; as in `HEAD`."""
    if _is_unmoved(change):
        return [Cell(signed(change.effect), change.effect), words(UNMOVED)]
    return [effect(change), words(WORDS[change.verdict])]


def legend(pair: Pair) -> str:
    """What the cells say, for a caption; plain text."""
    return (
        "; change: the effect here less that there, with users paired over both snapshots, seeds drawn independently "
        "on each, and the interval that its verdict used, Holm-adjusted over all changes; risen: in favour of the "
        f"left side, fallen: of the right one, the same: within ±{pair.here.margin:g}"
    )
