"""Products in groups are those of the pairs one by one, those with all classes a linear layer's; gradients too."""

import pytest
import torch
import torch.nn.functional as F

from study.nn.products import LINE, affine, products_in_groups

LEFTS, RIGHTS = [2, 1, 3, 0], [3, 0, 2, 4]
"""The second and the fourth group have no pair."""


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), requires_grad=True)


def one_by_one(left, right):
    a, b = torch.split(left, LEFTS), torch.split(right, RIGHTS)
    return torch.stack([x @ y for xs, ys in zip(a, b, strict=True) for x in xs for y in ys])


def test_products_and_gradients_are_those_of_the_pairs():
    left, right = drawn(1, sum(LEFTS), 4), drawn(2, sum(RIGHTS), 4)
    expected, found = one_by_one(left, right), products_in_groups(left, right, LEFTS, RIGHTS)
    weights = drawn(3, len(expected)).detach()
    gradients = [torch.autograd.grad((value * weights).sum(), [left, right]) for value in (expected, found)]

    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(*gradients)


def test_no_group_has_no_products():
    empty = torch.zeros(0, 4)

    assert (0,) == tuple(products_in_groups(empty, empty, [], []).shape)


def test_mixed_precision_leaves_them_in_float32():
    left, right = drawn(1, sum(LEFTS), 4), drawn(2, sum(RIGHTS), 4)
    with torch.autocast("cpu", torch.bfloat16):
        found = products_in_groups(left, right.bfloat16(), LEFTS, RIGHTS)

    assert torch.float32 == found.dtype
    torch.testing.assert_close(found, one_by_one(left, right), rtol=0.05, atol=0.05)


@pytest.mark.parametrize("classes", [1, 16, 67])
def test_logits_and_gradients_are_those_of_a_linear_layer_to_the_last_bit(classes):
    inputs = [drawn(1, 40, 8), drawn(2, classes, 8), drawn(3, classes)]
    weights = drawn(4, 40, classes).detach()
    expected, found = F.linear(*inputs), affine(*inputs)
    gradients = [torch.autograd.grad((logits * weights).sum(), inputs) for logits in (expected, found)]

    assert found.equal(expected)
    assert all(ours.equal(theirs) for theirs, ours in zip(*gradients, strict=True))


def test_rows_of_logits_begin_at_cache_lines():
    found = affine(drawn(1, 3, 4), drawn(2, 17, 4), drawn(3, 17))

    assert (found.shape, found.stride(0) % LINE) == ((3, 17), 0)


def test_mixed_precision_has_logits_in_bf16():
    with torch.autocast("cpu", torch.bfloat16):
        found = affine(drawn(1, 3, 4), drawn(2, 17, 4), drawn(3, 17))

    assert found.dtype == torch.bfloat16
