"""What another run on the same events, or another snapshot, says of a contrast wherever that is named."""

from collections.abc import Callable, Sequence

from study.exhibits import agreement, effect_changes, hedges, unlike_rounds
from study.exhibits.markup import code, listing
from study.exhibits.prose import count, flipped, over, signed, to_margin
from study.exhibits.records import Contrast, Tested
from study.exhibits.results import Results
from study.exhibits.snapshot_pairs import Pair, pairs_of

ANEW = "run anew"
ANEW_OPEN = f"{ANEW}: undetermined"


def changed_since(results: Results) -> Callable[[Contrast], str]:
    """What is said behind a contrast that another snapshot or another run gives a reason to doubt, if anything.

    Its effect is shown to have changed there, or its verdict there is another one, which of other events has to be a
    settled one; or, on the same events, both are equivalent and a difference below the margin is shown on one alone.
    """
    told: dict[str, list[tuple[Pair, agreement.Repeated, str]]] = {}
    for pair in pairs_of(results):
        moved = effect_changes.names_of_changed(pair)
        for one in agreement.repeated(pair):
            changed = "; that the effect changed is shown" if one.here.name in moved else ""
            if changed or is_told_otherwise(pair, one.here, one.there):
                told.setdefault(one.here.name, []).append((pair, one, changed))

    def behind(contrast: Contrast) -> str:
        found = [_there(contrast, *one) for one in told.get(contrast.name, [])]
        return f" ({'; '.join(found)})" if found else ""

    return behind


def is_told_otherwise(pair: Pair, here: Tested, there: Tested) -> bool:
    """Whether what the other run says may mislead whoever reads of this one alone.

    It has another verdict, or, of one of two equivalences alone, a difference is shown. Of another log, whose fewer
    events may leave open what is settled here, the other verdict must be a settled one.
    """
    if not pair.is_one_log:
        return there.verdict not in (here.verdict, "undetermined")
    return there.verdict != here.verdict or hedges.is_small(pair.there, there) != hedges.is_small(pair.here, here)


def lead(pair: Pair) -> str:
    """What another run is called where that which it says follows, HTML."""
    which = f"{ANEW} as {code(pair.names[0])}" if pair.is_one_log else f"on {code(pair.names[0])}"
    return f"{which}, with other candidates held back" if pair.has_another_draw else which


def none_shown(pair: Pair, here: Tested, there: Tested) -> str:
    """That the other of two equivalences hides no difference, as this one does; or nothing."""
    both = here.verdict == there.verdict and hedges.is_small(pair.here, here) and not hedges.is_small(pair.there, there)
    return ", no difference shown" if both else ""


def _there(contrast: Contrast, pair: Pair, one: agreement.Repeated, changed: str) -> str:
    """Effect and verdict of the other snapshot, told in the direction of the contrast, and its sides if they differ."""
    there = _directed(contrast, one.there)
    sides = "" if one.there.variants == one.here.variants else f" by {over(there)}"
    told = f"{signed(there.effect)}{sides}, {there.verdict}{to_margin(there, one.margin)}"
    behind = f"{one.open_there}{hedges.of_the_verdict(pair.there, one.there)}{unlike_rounds.told(pair.there, there)}"
    return f"{lead(pair)}{',' * pair.has_another_draw} {told}{none_shown(pair, one.here, one.there)}{behind}{changed}"


def _directed(contrast: Contrast, there: Contrast) -> Contrast:
    """The same contrast of another run, told in the direction of this one."""
    return there if contrast.left == there.left else flipped(there)


def is_better_anew(results: Results, asked: Sequence[Contrast]) -> bool:
    """Whether another run on the same events finds one of these contrasts *better*."""
    return any(there.verdict == "better" for contrast in asked for there in _anew(results, contrast))


def unlike(results: Results, contrast: Contrast) -> str:
    """Which other verdict a contrast of the same variants has in a run on the same events; nothing without one."""
    found = [there for there in _anew(results, contrast) if there.variants == contrast.variants]
    others = [there.verdict for there in found if there.verdict != contrast.verdict]
    if not others:
        return ""
    runs = ANEW if len(found) == 1 else f"{len(others)} of {len(found)} runs anew"
    return f"{runs}: {listing(list(dict.fromkeys(others)))}"


def doubts(results: Results, contrast: Contrast) -> str:
    """What `unlike` says, and on which other logs the contrast is undetermined; nothing without one."""
    again, others = unlike(results, contrast), _open_on(results, contrast)
    if others and again == ANEW_OPEN:
        return f"undetermined in {count(1 + len(others))} other runs"
    return "; ".join(filter(None, [again, f"undetermined on {listing(others)}" if others else ""]))


def _open_on(results: Results, contrast: Contrast) -> list[str]:
    """The other logs on which a contrast of the same variants is undetermined."""
    return [
        code(pair.names[0])
        for pair in pairs_of(results)
        if not pair.is_one_log
        for one in agreement.repeated(pair)
        if one.here.name == contrast.name
        and _directed(contrast, one.there).variants == contrast.variants
        and one.there.verdict == "undetermined"
    ]


def _anew(results: Results, contrast: Contrast) -> list[Contrast]:
    """A contrast in every other run on the same events that has declared it alike, in its direction."""
    declared = {one.declared for one in results.contrasts if one.name == contrast.name}
    return [
        _directed(contrast, there)
        for pair in pairs_of(results)
        if pair.is_one_log
        for there in pair.there.contrasts
        if there.declared in declared
    ]
