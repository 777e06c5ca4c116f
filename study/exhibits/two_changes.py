"""The effect of a representation and an objective together, as the sum of those of either change."""

from collections.abc import Callable
from itertools import pairwise

from study.exhibits import choose, plan
from study.exhibits.markup import listing
from study.exhibits.prose import over, signed, worded
from study.exhibits.records import Contrast
from study.exhibits.results import Results

CHANGED = ("objective", "representation")


def apart(results: Results) -> Callable[[Contrast], str]:
    """What is said behind a contrast that changes both: how much of its effect either change makes.

    Nothing behind any other one, nor where no variant lies between its sides, one change away from each in a contrast
    of its own.
    """
    change = plan.changes(results)
    asked = {contrast.variants: contrast for contrast in choose.both_ways(results)}

    def told(contrast: Contrast) -> str:
        left, right = contrast.variants
        if sorted(change(left, right)) != sorted(CHANGED):
            return ""
        for middle in dict.fromkeys(variant for pair in asked for variant in pair):
            steps = [asked.get(pair) for pair in pairwise((left, middle, right))]
            by_change = {tuple(change(*step.variants)): step for step in steps if step is not None}
            if set(by_change) == {(one,) for one in CHANGED}:
                return f", the sum of {listing([_half(results, one, by_change[(one,)]) for one in CHANGED])}"
        return ""

    return told


def _half(results: Results, changed: str, step: Contrast) -> str:
    with_it = f" with {plan.HISTORY}" if plan.brings_history(results, *step.variants) else ""
    return f"{signed(step.effect)} by the {worded(changed)}{with_it} ({over(step)}, {step.verdict})"
