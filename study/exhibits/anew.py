"""What another run on the same events, or another snapshot, says of a contrast wherever that is named."""

from collections.abc import Callable, Sequence

from study.exhibits import agreement, effect_changes, hedges, unlike_rounds
from study.exhibits.markup import code, listing
from study.exhibits.others import Pair, pair_of
from study.exhibits.prose import count, flipped, over, signed, to_margin
from study.exhibits.records import Contrast
from study.exhibits.results import Results

ANEW = "run anew"
ANEW_OPEN = f"{ANEW}: undetermined"


def changed_since(results: Results) -> Callable[[Contrast], str]:
    """What is said behind a contrast that another snapshot or another run gives a reason to doubt, if anything.

    Its effect is shown to have changed there, or its verdict there is another one, which of other events has to be a
    settled one; or, on the same events, both are equivalent and a difference below the margin is shown on one alone.
    """
    told: dict[str, list[tuple[Pair, agreement.Repeated, str]]] = {}
    pairs = [pair for other in results.params.compare_with if (pair := pair_of(results, other))]
    for pair in pairs:
        moved = effect_changes.names_of_changed(pair)
        for one in agreement.repeated(pair):
            changed = "; that the effect changed is shown" if one.here.name in moved else ""
            if changed or _is_told_otherwise(pair, one):
                told.setdefault(one.here.name, []).append((pair, one, changed))

    def behind(contrast: Contrast) -> str:
        found = [_there(contrast, *one) for one in told.get(contrast.name, [])]
        return f" ({'; '.join(found)})" if found else ""

    return behind


def _is_told_otherwise(pair: Pair, one: agreement.Repeated) -> bool:
    """Whether what the other run says may mislead whoever reads of this one alone.

    It has another verdict, or, of one of two equivalences alone, a difference is shown. Of another log, whose fewer
    events may leave open what is settled here, the other verdict must be a settled one.
    """
    if not pair.is_one_log:
        return one.there.verdict not in (one.here.verdict, "undetermined")
    small = hedges.is_small(pair.there, one.there), hedges.is_small(pair.here, one.here)
    return one.there.verdict != one.here.verdict or small[0] != small[1]


def _there(contrast: Contrast, pair: Pair, one: agreement.Repeated, changed: str) -> str:
    """Effect and verdict of the other snapshot, told in the direction of the contrast, and its sides if they differ."""
    lead = f"run anew as {code(pair.names[0])}" if pair.is_one_log else f"on {code(pair.names[0])}"
    lead += ", with other candidates held back," * pair.has_another_draw
    there = _directed(contrast, one.there)
    sides = "" if one.there.variants == one.here.variants else f" by {over(there)}"
    told = f"{signed(there.effect)}{sides}, {there.verdict}{to_margin(there, one.margin)}"
    behind = f"{one.open_there}{hedges.of_the_verdict(pair.there, one.there)}{unlike_rounds.told(pair.there, there)}"
    small = [hedges.is_small(side, found) for side, found in ((pair.here, one.here), (pair.there, one.there))]
    none = ", no difference shown" * (one.there.verdict == one.here.verdict and small == [True, False])
    return f"{lead} {told}{none}{behind}{changed}"


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
    pairs = [pair for other in results.params.compare_with if (pair := pair_of(results, other)) and not pair.is_one_log]
    return [
        code(pair.names[0])
        for pair in pairs
        for one in agreement.repeated(pair)
        if one.here.name == contrast.name
        and _directed(contrast, one.there).variants == contrast.variants
        and one.there.verdict == "undetermined"
    ]


def _anew(results: Results, contrast: Contrast) -> list[Contrast]:
    """A contrast in every other run on the same events that has declared it alike, in its direction."""
    runs = [pair for other in results.params.compare_with if (pair := pair_of(results, other)) and pair.is_one_log]
    declared = {(one.name, one.left, one.right) for one in results.contrasts if one.name == contrast.name}
    found = [
        there for pair in runs for there in pair.there.contrasts if (there.name, there.left, there.right) in declared
    ]
    return [_directed(contrast, there) for there in found]
