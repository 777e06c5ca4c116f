"""What the page Is it the data? says of histories that are cut: where fewer events cost less, and what a floor is."""

from collections.abc import Sequence
from itertools import pairwise

from study.exhibits.changes import LAST, UNCHANGED, of_kind
from study.exhibits.diagnosis_records import Reached
from study.exhibits.markup import code, listing
from study.exhibits.prose import count, family, number, signed
from study.exhibits.records import Diagnosis
from study.params.statistics import PRIMARY

IMPERSONAL = "impersonal"


def told(contrasts: Sequence[Diagnosis], reached: Sequence[Reached]) -> list[str]:
    """Where fewer of the last events have cost less than more of them, a sentence; nothing where none has."""
    groups = dict.fromkeys(c.family for c in contrasts)
    clauses, changes = [], set()
    for group in groups:
        kept = {int(n): c for c in contrasts if c.family == group and (n := of_kind(c.change, LAST)) is not None}
        pairs = [(few, many) for few, many in pairwise(sorted(kept)) if kept[few].effect > kept[many].effect]
        changes |= {kept[events].change for pair in pairs for events in pair}
        clauses += [
            f"{count(few)} have {signed(kept[few].effect)} and {count(many)} {signed(kept[many].effect)} "
            f"({family(group)})"
            for few, many in pairs
        ]
    if not clauses:
        return []
    return [
        f"Fewer of the last events do not always cost more: {listing(clauses)}, by estimates that no contrast tests "
        f"against each other.{_floor(reached, changes)}"
    ]


def _floor(reached: Sequence[Reached], changes: set[str]) -> str:
    """What a rule that knows nothing of a user has with all events, beside what is left under these changes."""
    found = [one for one in reached if one.metric == PRIMARY and one.estimate is not None]
    rules = [one for one in found if one.family == IMPERSONAL and one.change == UNCHANGED]
    left = [one.estimate or 0.0 for one in found if one.family != IMPERSONAL and one.change in changes]
    if not rules or not left:
        return ""
    floor = max(rules, key=lambda one: one.estimate or 0.0)
    is_floor = " and is the floor here" if (floor.estimate or 0.0) <= min(left) else ""
    return (
        f" So few events leave {PRIMARY} at {number(min(left))} to {number(max(left))}, where {code(floor.variant)}, "
        f"which ranks alike for all users{is_floor}, has {number(floor.estimate)} with all events."
    )
