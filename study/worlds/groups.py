"""Contexts and the items that belong to them."""

import numpy as np

from study.events.log import Ints
from study.seeds import seed_of
from study.worlds.diary import Floats


def groups_of(contexts: int, size: int, seed: int) -> Ints:
    """The items of each context, disjoint and drawn by the seed, int64 [contexts, size]."""
    shuffled = np.random.default_rng(seed_of(seed, "groups")).permutation(contexts * size)
    return shuffled.reshape(contexts, size).astype(np.int64)


def draw_items(
    groups: Ints, context: Ints, follows: np.typing.NDArray[np.bool_], generator: np.random.Generator
) -> Ints:
    """An item for each context, int64 like `context`: one of its group where it `follows` and is known, else any.

    Args:
        context: -1 where it is unknown, int64 [N].
    """
    chosen = groups[context, generator.integers(groups.shape[1], size=len(context))]
    anything = generator.integers(groups.size, size=len(context))
    return np.where(follows & (context >= 0), chosen, anything)


def spread(groups: Ints, contexts: Floats) -> Floats:
    """Probabilities of items from those of contexts, float64 [Q, items]; what the contexts lack goes to any item.

    Args:
        contexts: probability that the item is drawn from the group of each context, float64 [Q, contexts].
    """
    result = np.empty((len(contexts), groups.size))
    result[:, groups] = contexts[:, :, None] / groups.shape[1]
    result += (1 - contexts.sum(axis=1, keepdims=True)) / groups.size
    return result
