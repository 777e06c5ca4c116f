"""Twins of a flat model that see less of the past: one event, or one moment, at a time."""

from typing import Literal

from study.device import Device
from study.models.sequence import SequenceModel, Settings
from study.nn.sight import NearSighted, Sight
from study.params.budget import Rounds
from study.params.roster import SequenceEntry
from study.training.loop import Trainer

Seen = Literal["event", "moment", "everything"]
SEEN: tuple[Seen, ...] = ("event", "moment", "everything")


class Twin(SequenceModel):
    """The variant of an entry with the sight of its network narrowed; the same batches, alike in all else."""

    def __init__(
        self, entry: SequenceEntry, settings: Settings, budget: Rounds, sight: Sight, device: Device = "auto"
    ) -> None:
        super().__init__(entry, settings, budget, device)
        self.sight = sight

    def _trainer(self, seed: int) -> Trainer:
        assert self.shape is not None
        whole = super()._trainer(seed)
        return Trainer(NearSighted(whole.network, self.sight, self.shape.event_types), whole.how, self.device)


def twin(
    entry: SequenceEntry, settings: Settings, budget: Rounds, seen: Seen, device: Device = "auto"
) -> SequenceModel:
    """The untrained model that sees so much; the whole one where that is everything."""
    if seen == "everything":
        return SequenceModel(entry, settings, budget, device)
    return Twin(entry, settings, budget, seen, device)
