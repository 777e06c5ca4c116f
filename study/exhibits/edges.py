"""Whether searches ended at the edges of their spaces, where a value beyond might have been better."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from study.exhibits.markup import Html, code, listing, paragraphs
from study.exhibits.prose import count, percent, plural, setting
from study.exhibits.records import Contrast, Search, variants_of
from study.exhibits.results import Results

NEAR = 0.05
"""Of the length of a space, on its own scale, what counts as its edge."""
FEW, TIMES = 2, 2
"""Fewer than so many values at an edge, or no more than so many times those of chance, are nothing to speak of."""


def told(searches: Mapping[str, Search]) -> Html:
    """Of each setting how many chosen values lie at an edge of their space, where that is more than chance leaves.

    Of trials that drew their settings: the first of each search has the declared defaults, one may have been chosen on
    another snapshot. An end at 0 is none: nothing lies beyond it.
    """
    drawn = [search for search in searches.values() if search.chosen not in {0, search.warm}]
    if not drawn:
        return Html("")
    ends = Counter(end for search in drawn for end in _ends(search))
    known = Counter(name for search in drawn for name in search.space if name in search.chosen_trial.settings)
    many = {end: n for end, n in ends.items() if n >= FEW and n > TIMES * NEAR * known[end[0]]}
    lead = f"Of what {plural(len(drawn), 'search')} chose other than the defaults,"
    often = f"more than {count(TIMES)} times as often as by chance"
    edge = f"at an edge, in the lowest or the highest {percent(NEAR, 0)} of a space on its own scale"
    if not many:
        return paragraphs([f"{lead} no setting has {count(FEW)} values or more {edge}, {often}."])
    clauses = [
        f"{count(n)} of {count(known[name])} values of {setting(name)} (at the {side} end)"
        for (name, side), n in sorted(many.items())
    ]
    told = f"{lead} values lie {edge}, {often}: {listing(clauses)}."
    return paragraphs([f"{told} Nothing was tried beyond, where there is something."])


def of_sides(results: Results, contrasts: Sequence[Contrast]) -> str:
    """Which sides of contrasts have a chosen setting at an edge of its space, and which setting, a clause; or nothing.

    Of the declared defaults too, where a search chose these.
    """
    searches = {name: results.tuning[name] for name in variants_of(contrasts) if name in results.tuning}
    found = [
        f"{code(name)} ({listing([f'{setting(one)} at the {side} end' for one, side in ends])})"
        for name, search in searches.items()
        if (ends := list(_ends(search)))
    ]
    if not found:
        return ""
    has = "has" if len(found) == 1 else "have"
    return (
        f"of the variants that settle this answer {listing(found)} {has} a chosen setting at an edge of its space, in "
        f"the lowest or the highest {percent(NEAR, 0)} of it on its own scale, where {percent(2 * NEAR, 0)} of all "
        "draws of a setting would lie by chance; nothing was tried beyond, where there is something"
    )


def _ends(search: Search) -> Iterator[tuple[str, str]]:
    """The settings of the chosen trial that lie at an edge of their space, with which of its ends that is."""
    for name in search.space:
        place = _place(search.space[name], search.chosen_trial.settings.get(name))
        is_low = place is not None and place <= NEAR and search.space[name]["low"] != 0
        if is_low or (place is not None and place >= 1 - NEAR):
            yield name, "lower" if is_low else "upper"


def _place(space: Mapping[str, Any], value: Any) -> float | None:
    """Where a value lies in its space, from 0 to 1, on its own scale; None where that has no scale."""
    ends = [one for one in (space.get("low"), space.get("high"), value) if isinstance(one, int | float)]
    if len(ends) < 3 or ends[0] == ends[1]:
        return None
    low, high, at = (math.log(one) if space.get("log") else float(one) for one in ends)
    return (at - low) / (high - low)
