"""A candidate's vector is composed from its attributes, and one of its own is added where training had it."""

from study.nn.heads.base import HeadModule
from study.nn.heads.composed import Composed

READS_OWN = False
COMPOSES = True


def build(width: int, classes: int, decays: int, described: list[int]) -> HeadModule:
    """The head over candidates that the given attributes describe, with an id table beside."""
    return Composed(width, classes, described, with_ids=True)
