"""The variants: each entry names the files that it is made of."""

from abc import abstractmethod
from typing import Annotated, ClassVar, Literal

from pydantic import Field, JsonValue

from study.params.base import Frozen
from study.params.budget import Compared

Part = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
VariantName = Annotated[str, Field(pattern=r"^\w[\w.-]*$")]
"""Stages of DVC, their commands and files are named after a variant."""


class Entry(Frozen):
    """What every roster entry says: the name of its question, and the comparison that it belongs to."""

    question: str
    arm: Compared

    is_seeded: ClassVar[bool] = True
    """Whether a fit depends on its seed, so that it is refitted with several."""

    @property
    def runs(self) -> str:
        """The folder that its run is kept in, below `data/runs`."""
        return str(self.arm)


class CountingEntry(Entry):
    """A counting rule, `study/models/counting/<rule>.py`."""

    family: Literal["counting"]
    rule: Part

    is_seeded: ClassVar[bool] = False

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return [f"study.models.counting.{self.rule}"]


class AggregateEntry(Entry):
    """A model of (query, candidate) rows, `study/models/<model>.py`, with the named loss.

    `windows`: only the queries of so many windows at the end of the fit span train it; by default all after the
    warm-up.
    """

    family: Literal["aggregates"]
    model: Literal["linear", "gbdt", "screening_linear", "screening_gbdt"]
    loss: Literal["bce", "lambdarank"]
    windows: int | None = Field(default=None, ge=1)

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return [f"study.models.{self.model}"]


class SequenceEntry(Entry):
    """A neural variant, composed from one file of each folder of `study/nn`.

    `context` is the number of positions that the model sees: events, or tokens for `flat`; it learns from two on.
    `loss_options` are the plain arguments of the loss that define it (the number of negatives, say); they are not
    tuned, and a whole number among them is 1 or more. `pretrain` is the objective of the first quarter of the rounds,
    where another one comes before. `budget_in` says what its budget counts: the same number of events for all, or
    positions, which are tokens for `flat`. `prefixes` trains on one readout per piece, as architectures that see later
    positions must, whatever the architecture. `blocks` is the depth of the architecture.
    """

    family: Literal["sequence"]
    model: Literal["sequence", "screening_sequence"] = "sequence"
    representation: Part
    architecture: Part
    objective: Part
    loss: Part
    head: Part
    context: int = Field(ge=2)
    blocks: int = Field(default=1, ge=1)
    loss_options: dict[str, JsonValue] = {}
    pretrain: Part | None = None
    budget_in: Literal["events", "positions"] = "events"
    prefixes: bool = False

    def parts(self) -> dict[str, str]:
        """Dotted name of the module of each part, by kind."""
        folders = {
            "representation": "representations",
            "architecture": "architectures",
            "objective": "objectives",
            "loss": "losses" if self.model == "sequence" else "user_losses",
            "head": "heads",
            "pretrain": "objectives",
        }
        named = {kind: getattr(self, kind) for kind in folders}
        return {kind: f"study.nn.{folders[kind]}.{name}" for kind, name in named.items() if name is not None}

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return [f"study.models.{self.model}", *self.parts().values()]


class ComposedEntry(Entry):
    """A variant that is made of others of its arm, and trained after them."""

    @property
    def runs(self) -> str:
        """Beside the runs of the arm, which it depends on."""
        return f"{self.arm}-composed"

    @abstractmethod
    def sources(self) -> list[str]:
        """The variants that it is made of, or `best:FAMILY`."""


class HybridEntry(ComposedEntry):
    """LightGBM on aggregates and on the out-of-sample scores of the variant `base`."""

    family: Literal["hybrid"]
    base: str
    loss: Literal["bce", "lambdarank"]

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return ["study.models.hybrid"]

    def sources(self) -> list[str]:
        """See `ComposedEntry`."""
        return [self.base]


class AverageEntry(ComposedEntry):
    """The mean of standardised scores of the variants `members`, each fitted with `fits` seeds."""

    family: Literal["average"]
    members: list[str] = Field(min_length=1)
    fits: int = Field(ge=1)

    def modules(self) -> list[str]:
        """Dotted names of the modules that this entry loads by name."""
        return ["study.models.average"]

    def sources(self) -> list[str]:
        """See `ComposedEntry`."""
        return self.members


Single = Annotated[CountingEntry | AggregateEntry | SequenceEntry, Field(discriminator="family")]
Composed = Annotated[HybridEntry | AverageEntry, Field(discriminator="family")]
Variant = Single | Composed
