"""A candidate is composed from its attributes, with a vector of its own and the user's own decayed counts added."""

from study.nn.heads.base import HeadModule
from study.nn.heads.composed import Composed
from study.nn.heads.repeat_aware import RepeatAware

READS_OWN = True
COMPOSES = True


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The head over candidates that the given attributes describe, with an id table and counts beside."""
    return RepeatAware(width, decays, Composed(width, classes, described, with_ids=True))
