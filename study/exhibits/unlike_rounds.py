"""Which contrasts are of sequence models that were refitted for unlike long: a search may choose a round by noise."""

from study.exhibits.prose import count
from study.exhibits.records import Contrast
from study.exhibits.results import Results

FACTOR = 2
"""How many times the rounds of the other side are told of."""


def told(results: Results, contrast: Contrast) -> str:
    """The rounds of both refits, where one has twice those of the other or more; nothing where none has.

    Rounds of one size alone compare: those of sides that have the same cap.
    """
    if {results.row(variant).family for variant in contrast.variants} != {"sequence"}:
        return ""
    left, right = (results.search(variant) for variant in contrast.variants)
    few, many = sorted((left.rounds, right.rounds))
    if left.last_round != right.last_round or many < FACTOR * few:
        return ""
    return f", refits of {count(left.rounds)} and {count(right.rounds)} rounds"
