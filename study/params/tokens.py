"""Token accounting: which flat model it is about, and when its loss counts as earned by token statistics."""

from typing import Annotated

from pydantic import Field

from study.params.base import Frozen


class Tokens(Frozen):
    """`variant` is a flat next-token variant of the main arm, whose chosen settings the twins share.

    Only its batches are smaller, so that the budget has more steps: `batch` is what `Settings.batch` of sequence
    variants is. The accounting of a loss that still falls would blame the past for what was not learned yet.

    "It learns token statistics instead of behaviour" holds if at least `statistics_share` of the drop of its loss
    below the unigram loss is reached by the twin that sees one event at a time.
    """

    variant: str
    batch: Annotated[int, Field(ge=1)]
    statistics_share: Annotated[float, Field(gt=0, lt=1)]
