"""A candidate is composed from its attributes, and the user's own decayed counts of it are added."""

from study.nn.heads.base import HeadModule
from study.nn.heads.composed import Composed
from study.nn.heads.repeat_aware import RepeatAware

READS_OWN = True
COMPOSES = True


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The head over candidates that the given attributes describe, with counts at `decays` half-lives."""
    return RepeatAware(width, decays, Composed(width, classes, described, with_ids=False))
