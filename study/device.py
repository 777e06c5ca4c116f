"""Where networks are trained and score: on a GPU where there is one, unless `params.yaml` says otherwise."""

import importlib.metadata
from typing import TYPE_CHECKING, Literal

from study.errors import UserError

if TYPE_CHECKING:
    import torch

Device = Literal["auto", "cpu", "cuda"]
"""What can be asked for; `auto` is `cuda` where torch sees a GPU, else `cpu`."""


def chosen(asked: Device) -> "torch.device":
    """The device that is meant, of this machine: of GPUs the first that the process sees.

    Raises:
        UserError: a GPU is asked for, and torch sees none.
    """
    import torch  # noqa: PLC0415 - seconds that a stage without a network need not wait for

    if asked != "cpu" and torch.cuda.is_available():
        torch.backends.cudnn.allow_tf32 = False  # float32 is float32, in a GRU too
        return torch.device("cuda")
    if asked == "cuda":
        raise UserError("params.yaml: device: cuda, but torch sees no GPU on this machine; known: auto, cpu")
    return torch.device("cpu")


def name_of(asked: Device) -> str:
    """What a manifest calls the device that is meant: `cpu`, or the GPU's own name.

    A build of torch that has no GPU says so in its version, and need not be loaded to name what remains.
    """
    if asked == "cpu" or (asked == "auto" and importlib.metadata.version("torch").endswith("+cpu")):
        return "cpu"
    device = chosen(asked)
    if device.type == "cpu":
        return device.type
    import torch  # noqa: PLC0415 - likewise

    return torch.cuda.get_device_name(device)
