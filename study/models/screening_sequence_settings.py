"""What is tuned of a sequence variant of question `who`, and the sizes that are not."""

from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from study.models.sequence_settings import Settings as SequenceSettings
from study.params.tuned import Range


class Settings(SequenceSettings):
    """As for every sequence variant, and the users of a batch, which are the same for all losses.

    Training reaches further back than in question `what`: the cut-offs are few, and each has few positives.
    """

    UNREAD: ClassVar[dict[str, str]] = SequenceSettings.UNREAD | {
        "batch": "its batches are of users; set users instead"
    }

    recency_days: Annotated[float, Range(60.0, 1000.0, log=True), Field(gt=0, allow_inf_nan=False)] = 200.0
    warmup_steps: Annotated[int, Field(ge=1)] = 20
    users: Annotated[int, Field(ge=2)] = 64
    positives: Annotated[int, Field(ge=1)] = 16

    @model_validator(mode="after")
    def _some_do_not_act(self) -> Self:
        if self.positives >= self.users:
            raise ValueError(f"positives ({self.positives}) must be fewer than users ({self.users})")
        return self
