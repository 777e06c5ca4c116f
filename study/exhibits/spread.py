"""What an arm that ranks users publishes of its spread, and what Student's t says of its contrasts by it."""

from collections.abc import Sequence
from pathlib import Path

from study.errors import UserError
from study.exhibits.records import Contrast, Record
from study.exhibits.result_file import REPRODUCE, read
from study.metrics.few_seeds import ByStudent, RankEffect, judge_ranks_by_student

SPREAD = "spread.json"


class SpreadOfRanks(Record):
    """Users of equal weight that the metric is measured on, each contrast's deviation among users, and every seed."""

    users: float
    among_users: dict[str, float]
    by_seed: dict[str, list[float]]


def judged_of_ranks(path: Path, contrasts: Sequence[Contrast], *, margin: float, alpha: float) -> list[ByStudent]:
    """What a t distribution says of each of these contrasts, a family.

    Raises:
        UserError: the file is broken, or lacks a contrast or a variant.
    """
    found = read(path, SpreadOfRanks)
    try:
        effects = [
            RankEffect(one.effect, found.among_users[one.name], tuple(found.by_seed[side] for side in _sides(one)))
            for one in contrasts
        ]
    except KeyError as error:
        raise UserError(f"{path}: it lacks {error}; {REPRODUCE}") from None
    return judge_ranks_by_student(effects, found.users, margin=margin, alpha=alpha)


def _sides(contrast: Contrast) -> Sequence[str]:
    """Those that differ: all of a variant's difference from itself is known."""
    left, right = contrast.variants
    return (left, right) if left != right else ()
