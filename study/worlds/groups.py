"""Contexts and the items that belong to them."""

import numpy as np

from study.events.log import Ints
from study.seeds import seed_of
from study.worlds.diary import Floats


def groups_of(contexts: int, size: int, seed: int) -> Ints:
    """The items of each context, disjoint and drawn by the seed, int64 [contexts, size]."""
    shuffled = np.random.default_rng(seed_of(seed, "groups")).permutation(contexts * size)
    return shuffled.reshape(contexts, size).astype(np.int64)


def latin_groups(values: int, shades: int, size: int, seed: int) -> Ints:
    """The items of each pair (i, j), a pair being i * values + j; int64 [values^2, size].

    `shades` values of either side mean the same, so that there are n = values / shades meanings of each. Pair (i, j)
    has group (a + b) mod n, where a and b are the meanings of i and j: one of them alone leaves all n groups equally
    likely, and both together leave one.
    """
    generator = np.random.default_rng(seed_of(seed, "latin"))
    meanings = values // shades
    i, j = (generator.permutation(values) for _ in range(2))
    group = (i[:, None] + j) % meanings
    groups: Ints = groups_of(meanings, size, seed)[group.ravel()]
    return groups


def draw_items(
    groups: Ints, context: Ints, follows: np.typing.NDArray[np.bool_], generator: np.random.Generator
) -> Ints:
    """An item for each context, int64 like `context`: one of its group where it `follows` and is known, else any.

    Args:
        context: -1 where it is unknown, int64 [N].
    """
    chosen = groups[context, generator.integers(groups.shape[1], size=len(context))]
    anything = generator.integers(groups.max() + 1, size=len(context))
    return np.where(follows & (context >= 0), chosen, anything)


def spread(groups: Ints, contexts: Floats) -> Floats:
    """Probabilities of items from those of contexts, float64 [Q, items]; what the contexts lack goes to any item.

    Args:
        contexts: probability that the item is drawn from the group of each context, float64 [Q, contexts].
    """
    items = int(groups.max()) + 1
    belongs = np.zeros((len(groups), items))
    np.put_along_axis(belongs, groups, 1 / groups.shape[1], axis=1)
    result: Floats = contexts @ belongs + (1 - contexts.sum(axis=1, keepdims=True)) / items
    return result
