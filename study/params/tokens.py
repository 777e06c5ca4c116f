"""Token accounting: which flat model it is about, and when its loss counts as earned by token statistics."""

from typing import Annotated

from pydantic import Field

from study.errors import UserError
from study.params.base import Frozen
from study.params.messages import unknown_name
from study.params.roster import SequenceEntry, Variant
from study.paths import PARAMS

ASKED = {"representation": "flat", "objective": "next_token", "head": "plain", "loss": "softmax"}


class Tokens(Frozen):
    """`variant` is a flat next-token variant of the main arm; the twins have the defaults of its settings.

    What a search chose for recall after a few rounds may suit no loss after many. Batches are smaller, so that the
    budget has more steps: `batch` is what `Settings.batch` of sequence variants is. The accounting of a loss that still
    falls would blame the past for what was not learned yet.

    "It learns token statistics instead of behaviour" holds if at least `statistics_share` of the drop of its loss
    below the unigram loss is reached by the twin that sees one event at a time.
    """

    variant: str
    batch: Annotated[int, Field(ge=1)]
    statistics_share: Annotated[float, Field(gt=0, lt=1)]

    def entry(self, variants: dict[str, Variant]) -> SequenceEntry:
        """The entry of the flat variant.

        Raises:
            UserError: there is none, or it is none that predicts the next token with a plain softmax, or of
                another arm.
        """
        place = f"{PARAMS}: tokens.variant"
        if self.variant not in variants:
            raise UserError(unknown_name(place, self.variant, list(variants)))
        found = variants[self.variant]
        if not isinstance(found, SequenceEntry) or any(getattr(found, part) != name for part, name in ASKED.items()):
            asked = ", ".join(f"{part} {name}" for part, name in ASKED.items())
            raise UserError(f"{place}: '{self.variant}' is no sequence variant with {asked}")
        if found.arm != "main":
            raise UserError(f"{place}: '{self.variant}' is of the arm {found.arm}; name one of the arm main")
        return found
