"""What another run on the same events, or another snapshot, says of a contrast wherever that is named."""

from collections.abc import Callable, Sequence

from study.exhibits import agreement, effect_changes
from study.exhibits.markup import code, listing
from study.exhibits.others import pair_of
from study.exhibits.prose import flipped, over, signed, to_margin
from study.exhibits.records import Contrast
from study.exhibits.results import Results


def changed_since(results: Results) -> Callable[[Contrast], str]:
    """What is said behind a contrast that another snapshot or another run gives a reason to doubt, if anything.

    Its effect is shown to have changed there, or its verdict is another one though the events are the same.
    """
    told: dict[str, list[tuple[str, agreement.Repeated, str]]] = {}
    for other in results.params.compare_with:
        found, known = agreement.on_both(results, other)
        moved = {name for pair in found for name in effect_changes.names_of_changed(pair)}
        is_one_log = any(pair.is_one_log for pair in found)
        lead = f"run anew as {code(other)}" if is_one_log else f"on {code(other)}"
        if any(pair.has_another_draw for pair in found):
            lead += ", with other candidates held back,"
        for one in known:
            changed = "; that the effect changed is shown" if one.here.name in moved else ""
            if changed or (is_one_log and one.there.verdict != one.here.verdict):
                told.setdefault(one.here.name, []).append((lead, one, changed))
    return lambda contrast: "".join(_there(contrast, *one) for one in told.get(contrast.name, []))


def _there(contrast: Contrast, lead: str, one: agreement.Repeated, changed: str) -> str:
    """Effect and verdict of the other snapshot, told in the direction of the contrast, and its sides if they differ."""
    there = _directed(contrast, one.there)
    sides = "" if one.there.variants == one.here.variants else f" by {over(there)}"
    told = f"{signed(there.effect)}{sides}, {there.verdict}{to_margin(there, one.margin)}"
    return f" ({lead} {told}{one.open_there}{changed})"


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
    runs = "run anew" if len(found) == 1 else f"{len(others)} of {len(found)} runs anew"
    return f"{runs}: {listing(list(dict.fromkeys(others)))}"


def _anew(results: Results, contrast: Contrast) -> list[Contrast]:
    """A contrast in every other run on the same events that has declared it alike, in its direction."""
    runs = [pair for other in results.params.compare_with if (pair := pair_of(results, other)) and pair.is_one_log]
    declared = {(one.name, one.left, one.right) for one in results.contrasts if one.name == contrast.name}
    found = [
        there for pair in runs for there in pair.there.contrasts if (there.name, there.left, there.right) in declared
    ]
    return [_directed(contrast, there) for there in found]
