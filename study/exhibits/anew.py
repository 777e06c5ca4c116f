"""What another run on the same events, or another snapshot, says of a contrast wherever that is named."""

from collections.abc import Callable, Iterator, Sequence

from study.exhibits import agreement, effect_changes
from study.exhibits.markup import code, listing
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
    there = one.there if contrast.left == one.here.left else flipped(one.there)
    sides = "" if one.there.variants == one.here.variants else f" by {over(there)}"
    told = f"{signed(there.effect)}{sides}, {there.verdict}{to_margin(there, one.margin)}"
    return f" ({lead} {told}{one.open_there}{changed})"


def is_better_anew(results: Results, asked: Sequence[Contrast]) -> bool:
    """Whether another run on the same events finds one of these contrasts *better*."""
    names = {contrast.name for contrast in asked}
    return any(one.there.verdict == "better" for one in _anew(results) if one.here.name in names)


def unlike(results: Results, contrast: Contrast) -> str:
    """Which other verdict a contrast has in a run on the same events; nothing where it has none."""
    there = dict.fromkeys(one.there.verdict for one in _anew(results) if one.here.name == contrast.name)
    others: list[str] = [verdict for verdict in there if verdict != contrast.verdict]
    return f"{listing(others)} where it was run anew" if others else ""


def _anew(results: Results) -> Iterator[agreement.Repeated]:
    """The contrasts of all other runs on the same events."""
    for other in results.params.compare_with:
        found, both = agreement.on_both(results, other)
        if any(pair.is_one_log for pair in found):
            yield from both
