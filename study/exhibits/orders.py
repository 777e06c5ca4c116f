"""What parts are worth in every order in which they can be changed, from one sequence variant to another."""

from collections.abc import Iterator, Sequence
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
    parts, changes = plan.sequence_parts(results.params, results.arm), plan.changes(results)
    there = {row.variant: row.recall for row in results.leaderboard if row.variant in parts}
    moves = [(part, parts[end][part]) for begin, end in pairwise(way) for part in changes(end, begin)]

    def onward(at: str, left: Sequence[tuple[str, str]], found: Shares) -> Iterator[Shares]:
        if not left:
            yield from [found] * (at == way[-1])
        for place, (part, value) in enumerate(left):
            if part in (earlier for earlier, _ in left[:place]):
                continue
            rest = [*left[:place], *left[place + 1 :]]
            for other, recall in there.items():
                if changes(other, at) == [part] and parts[other][part] == value:
                    yield from onward(other, rest, found | {part: found.get(part, 0.0) + recall - there[at]})

    return list(onward(way[0], moves, {}))
