"""Which contrasts are of sequence models that were refitted for unlike long: a search may choose a round by noise."""

from collections.abc import Sequence

from study.exhibits.markup import listing
from study.exhibits.prose import count, over
from study.exhibits.records import Contrast
from study.exhibits.results import Results

FACTOR = 2
"""How many times the rounds of the other side are told of."""


def told(results: Results, contrast: Contrast) -> str:
    """The rounds of both refits, to stand behind a contrast; nothing where one has less than twice those of the other.

    Rounds of one size alone compare: those of sides that have the same cap.
    """
    if {results.row(variant).family for variant in contrast.variants} != {"sequence"}:
        return ""
    left, right = (results.search(variant) for variant in contrast.variants)
    few, many = sorted((left.rounds, right.rounds))
    if left.last_round != right.last_round or many < FACTOR * few:
        return ""
    return f", refits of {count(left.rounds)} and {count(right.rounds)} rounds"


def named(results: Results, contrasts: Sequence[Contrast]) -> list[str]:
    """All of these contrasts that are so, and why, a sentence; nothing where none is."""
    found = [f"{over(one)} ({rounds.removeprefix(', ')})" for one in contrasts if (rounds := told(results, one))]
    if not found:
        return []
    return [
        f"Trained for unequal numbers of rounds: {listing(found)}. A refit has the rounds after which its search was "
        "best on stop; noise may choose them, and a part of the difference may be that of the rounds. Contrasts of "
        f"which no side has {count(FACTOR)} times the rounds of the other are not named."
    ]
