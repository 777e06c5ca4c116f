"""What parts are worth in every order in which they can be changed, from one sequence variant to another."""

from collections.abc import Sequence
from itertools import pairwise

from study.exhibits import plan
from study.exhibits.results import Results

Shares = dict[str, float]
"""What each part adds to the recall on test, of a part that changes twice the sum."""


def shares(results: Results, way: Sequence[str]) -> list[Shares]:
    """By recalls on test, whether a contrast of two variants is declared or not.

    Args:
        results: of an arm.
        way: sequence variants, each of which differs in one part from the one before it.

    Returns:
        One entry for each order of these changes of which the roster has every variant between; a part that changes
        twice keeps the order of its two values.
    """
    found: dict[tuple[tuple[str, str], ...], Shares] = {}
    parts, changes = plan.sequence_parts(results.params, results.arm), plan.changes(results)
    there = {row.variant: row.recall for row in results.leaderboard if row.variant in parts}
    moves = [(part, parts[end][part]) for begin, end in pairwise(way) for part in changes(end, begin)]

    def onward(at: str, order: tuple[tuple[str, str], ...], gained: Shares) -> None:
        left = [move for move in moves if move not in order]
        if not left and at == way[-1]:
            found.setdefault(order, gained)
        for part in dict.fromkeys(part for part, _ in left):
            move = next(one for one in left if one[0] == part)
            for other, recall in there.items():
                if changes(other, at) == [part] and parts[other][part] == move[1]:
                    onward(other, (*order, move), gained | {part: gained.get(part, 0.0) + recall - there[at]})

    onward(way[0], (), {})
    return list(found.values())
