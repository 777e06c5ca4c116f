"""What is tuned of a sequence variant, and the size that is not."""

import importlib
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from study.params.base import Frozen
from study.params.roster import SequenceEntry
from study.params.tuned import Range

NO_KEY_WEIGHT = {"key_weight": "its objective does not weigh key actions"}
NO_CONTRAST = {"contrast_weight": "its objective has no contrastive term"}


class Settings(Frozen):
    """The nuisance settings of every sequence variant, tuned alike, and the size, which is fixed.

    Attributes:
        UNREAD: the settings that nothing reads, and why.
    """

    UNREAD: ClassVar[dict[str, str]] = NO_KEY_WEIGHT | NO_CONTRAST

    learning_rate: Annotated[float, Range(3e-4, 6e-3, log=True), Field(gt=0, allow_inf_nan=False)] = 2e-3
    weight_decay: Annotated[float, Range(1e-3, 0.3, log=True), Field(ge=0, allow_inf_nan=False)] = 0.03
    dropout: Annotated[float, Range(0.0, 0.4), Field(ge=0, lt=1)] = 0.1
    recency_days: Annotated[float, Range(20.0, 400.0, log=True), Field(gt=0, allow_inf_nan=False)] = 60.0
    key_weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    contrast_weight: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 0.1
    width: Annotated[int, Field(ge=1)] = 64
    heads: Annotated[int, Field(ge=1)] = 4
    batch: Annotated[int, Field(ge=1)] = 2048
    warmup_steps: Annotated[int, Field(ge=1)] = 50

    @model_validator(mode="after")
    def _splits(self) -> "Settings":
        if self.width % (2 * self.heads):
            raise ValueError(f"width {self.width} must be a multiple of twice the heads, {2 * self.heads}")
        return self


class WeightedSettings(Settings):
    """With the weight of key actions in the loss, for the objective that has one."""

    UNREAD: ClassVar[dict[str, str]] = NO_CONTRAST

    key_weight: Annotated[float, Range(1.0, 30.0, log=True), Field(gt=0, allow_inf_nan=False)] = 5.0


class ContrastiveSettings(Settings):
    """With the weight of the contrastive term beside the next token's loss, for the objective that has one."""

    UNREAD: ClassVar[dict[str, str]] = NO_KEY_WEIGHT

    contrast_weight: Annotated[float, Range(0.01, 1.0, log=True), Field(gt=0, allow_inf_nan=False)] = 0.1


def settings_of(entry: SequenceEntry) -> type[Settings]:
    """The settings of an entry: its objective decides whether a weight of its own is tuned with the others."""
    objective = importlib.import_module(entry.parts()["objective"])
    if hasattr(objective, "WEIGHS_KEY"):
        return WeightedSettings
    return ContrastiveSettings if hasattr(objective, "CONTRASTS_PARTS") else Settings
