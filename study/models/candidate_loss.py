"""The loss over candidates that a roster entry names, built with its options."""

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from torch import Tensor

from study.errors import UserError
from study.nn.losses.base import Loss
from study.params.edit import flow
from study.paths import PARAMS


def build_loss(part: ModuleType, frequency: Tensor, options: Mapping[str, Any]) -> Loss:
    """The loss of a file of `study/nn/losses`.

    Args:
        part: the file, as a module.
        frequency: how often each class is a label in training, [C].
        options: of the loss, as `loss_options` of the roster has them.

    Raises:
        UserError: the loss refuses its options.
    """
    try:
        loss: Loss = part.build(frequency, **options)
    except ValueError as error:
        told = f"loss {part.__name__.rpartition('.')[2]} with loss_options {flow(dict(options))}"
        raise UserError(f"{PARAMS}: roster: {told}: {error}") from None
    return loss
