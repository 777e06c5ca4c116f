"""A device that is none: tensors on it compute on the CPU, but may not meet one of the CPU, as on a real one.

Torch's own `meta` lends its name, since torch knows how to place tensors and gradients there; theirs hold numbers.
"""

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map

ELSEWHERE = torch.device("meta")
BETWEEN = {"aten::_to_copy", "aten::copy_", "aten::_local_scalar_dense"}
"""What may be given tensors of both."""


class There(Tensor):
    """A tensor on the device; `held` has its numbers."""

    @staticmethod
    def __new__(cls, held: Tensor):
        made = Tensor._make_wrapper_subclass(
            cls, held.shape, held.stride(), held.storage_offset(), dtype=held.dtype, device=ELSEWHERE
        )
        made.held = held.resolve_conj()  # the wrapper cannot tell that its numbers are to be read so
        return made

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        return run(func, args, kwargs or {})


class Elsewhere(TorchDispatchMode):
    """Inside it, what is made on the device holds numbers, and what would fail on a real one fails."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        return run(func, args, kwargs or {})


def run(func, args, kwargs):
    leaves = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    there = [leaf for leaf in leaves if isinstance(leaf, There)]
    strangers = [leaf for leaf in leaves if not isinstance(leaf, There) and leaf.dim()]
    name = func._schema.name
    if there and strangers and name not in BETWEEN:
        raise RuntimeError(f"{name}: tensors of the CPU and of the device")
    asked = kwargs.get("device")
    goes = bool(there) if asked is None else torch.device(asked) == ELSEWHERE
    if name == "aten::_local_scalar_dense":
        goes = False
    held = tree_map(lambda leaf: leaf.held if isinstance(leaf, There) else leaf, (args, kwargs))
    given = held[1] | ({"device": torch.device("cpu")} if asked is not None else {})
    if not asked and name == "aten::copy_":
        goes = isinstance(args[0], There)
    found = func(*held[0], **given)
    if func._schema.is_mutable and found is not None and there:  # in place: the same tensor
        return args[0]
    return tree_map(lambda leaf: There(leaf) if goes and isinstance(leaf, Tensor) else leaf, found)
