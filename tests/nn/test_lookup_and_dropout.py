"""What stands in for torch's own embedding bag and dropout gives what those give."""

import torch
import torch.nn.functional as F

from study.nn.dropout import dropout
from study.nn.lookup import summed


def test_rows_are_summed_with_the_gradient_of_torch():
    table = torch.randn(70_000, 6, generator=torch.Generator().manual_seed(1), requires_grad=True)
    for rows in (5, 70_000):  # below and beyond what 16 bits number
        codes = torch.randint(rows, (40, 3), generator=torch.Generator().manual_seed(2))
        part = table[:rows]
        expected, found = F.embedding(codes, part).sum(1), summed(part, codes)
        weights = torch.randn(found.shape, generator=torch.Generator().manual_seed(3))
        gradients = [torch.autograd.grad((value * weights).sum(), table)[0] for value in (expected, found)]

        torch.testing.assert_close(expected, found)
        torch.testing.assert_close(*gradients)


def test_dropout_keeps_the_mean_and_drops_the_share():
    x = torch.ones(1001, 333)
    torch.manual_seed(0)
    dropped = dropout(x, 0.3, training=True)

    assert abs(0.3 - float((dropped == 0).float().mean())) < 0.005
    torch.testing.assert_close(torch.full_like(dropped[dropped > 0], 1 / 0.7), dropped[dropped > 0], rtol=1e-4, atol=0)


def test_dropout_follows_from_the_seed_alone_and_is_new_each_time():
    def masks(seed):
        torch.manual_seed(seed)
        return [dropout(torch.ones(64), 0.5, training=True) for _ in range(2)]

    first, again, other = masks(1), masks(1), masks(2)

    assert torch.equal(torch.stack(first), torch.stack(again))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], other[0])


def test_dropout_is_the_identity_in_use_and_at_zero():
    x = torch.randn(5)

    assert dropout(x, 0.5, training=False) is x
    assert dropout(x, 0.0, training=True) is x


def test_all_is_dropped_at_one():
    assert [0.0, 0.0, 0.0] == dropout(torch.ones(3), 1.0, training=True).tolist()
