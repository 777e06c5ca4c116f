"""The effect of a representation and an objective together, as the sum of those of either change alone."""

from collections.abc import Callable
from itertools import pairwise

from study.exhibits import choose
from study.exhibits.markup import listing
from study.exhibits.prose import flipped, over, signed, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results

CHANGED = ("objective", "representation")


def apart(results: Results) -> Callable[[Contrast], str]:
    """What is said behind a contrast that changes both: how much of its effect either change makes alone.

    Nothing behind one that changes one of them, or where no variant lies between its sides in two contrasts of their
    own.
    """
    asked = {one.variants: one for contrast in results.contrasts for one in (flipped(contrast), contrast)}

    def told(contrast: Contrast) -> str:
        left, right = contrast.variants
        for middle in dict.fromkeys(variant for pair in asked for variant in pair):
            steps = [asked.get(pair) for pair in pairwise((left, middle, right))]
            by_change = {_changed(results, step): step for step in steps if step is not None}
            if set(by_change) == {(one,) for one in CHANGED}:
                halves = [(one, by_change[(one,)]) for one in CHANGED]
                return f", the sum of {listing([_alone(*half) for half in halves])}"
        return ""

    return told


def _changed(results: Results, contrast: Contrast) -> tuple[str, ...]:
    """Which of both the sides of a contrast differ in."""
    left, right = (choose.parts_of(results, variant) for variant in contrast.variants)
    return tuple(one for one in CHANGED if left.get(one) != right.get(one))


def _alone(change: str, step: Contrast) -> str:
    return f"{signed(step.effect)} by the {worded(change)} alone ({over(step)}, {step.verdict})"
