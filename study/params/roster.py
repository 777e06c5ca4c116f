"""The variants: each entry names the files that it is made of."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue

from study.params.base import Frozen

Part = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Entry(Frozen):
    """What every roster entry says. `arm` is the comparison that it belongs to."""

    question: Literal["what"]
    arm: Literal["main"]

    is_seeded: ClassVar[bool] = True
    """Whether a fit depends on its seed, so that it is refitted with several."""


class CountingEntry(Entry):
    """A counting rule, `study/models/counting/<rule>.py`."""

    family: Literal["counting"]
    rule: Part

    is_seeded: ClassVar[bool] = False

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return [f"study.models.counting.{self.rule}"]


class AggregateEntry(Entry):
    """A model of (query, candidate) rows, `study/models/<model>.py`, with the named loss."""

    family: Literal["aggregates"]
    model: Literal["linear", "gbdt"]
    loss: Literal["bce", "lambdarank"]

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return [f"study.models.{self.model}"]


class SequenceEntry(Entry):
    """A neural variant, composed from one file of each folder of `study/nn`.

    `context` is the number of positions that the model sees: events, or tokens for `flat`. `loss_options` are the
    plain arguments of the loss that define it (the number of negatives, say); they are not tuned.
    """

    family: Literal["sequence"]
    representation: Part
    architecture: Part
    objective: Part
    loss: Part
    head: Part
    context: int = Field(ge=1)
    loss_options: dict[str, JsonValue] = {}

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return [
            "study.models.sequence",
            f"study.nn.representations.{self.representation}",
            f"study.nn.architectures.{self.architecture}",
            f"study.nn.objectives.{self.objective}",
            f"study.nn.losses.{self.loss}",
            f"study.nn.heads.{self.head}",
        ]


Variant = Annotated[CountingEntry | AggregateEntry | SequenceEntry, Field(discriminator="family")]
