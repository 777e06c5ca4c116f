"""What is tuned of a sequence variant of question `who`, and the sizes that are not."""

from typing import Annotated

from pydantic import Field

from study.models.sequence_settings import Settings as SequenceSettings
from study.params.tuned import Range


class Settings(SequenceSettings):
    """As for every sequence variant, and the users of a batch, which are the same for all losses.

    Training reaches further back than in question `what`: the cut-offs are few, and each has few positives.
    """

    recency_days: Annotated[float, Range(60.0, 1000.0, log=True), Field(gt=0, allow_inf_nan=False)] = 200.0
    warmup_steps: Annotated[int, Field(ge=1)] = 20
    users: Annotated[int, Field(ge=2)] = 64
    positives: Annotated[int, Field(ge=1)] = 16
