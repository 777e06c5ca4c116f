"""Attention of queries that are padded in groups."""

import pytest
import torch
import torch.nn.functional as F

from study.nn.architectures.blocks import attention

LENGTH, HEADS, WIDTH = 24, 2, 4


@pytest.mark.parametrize("counts", [[20, 19, 7, 6, 2, 1], [1, 20, 2, 19, 1, 7], [0, 5, 0, 0], [3]])
def test_each_query_reads_its_row_up_to_what_it_sees(counts):
    generator = torch.Generator().manual_seed(sum(counts))
    at = torch.cat([row * LENGTH + torch.arange(LENGTH)[-count:] for row, count in enumerate(counts) if count])
    query = torch.randn(len(at), HEADS, WIDTH, generator=generator)
    key, value = torch.randn(2, len(counts), HEADS, LENGTH, WIDTH, generator=generator)
    seen = at % LENGTH
    expected = torch.stack([
        F.scaled_dot_product_attention(
            asking[:, None], key[row, :, : last + 1], value[row, :, : last + 1]
        ).flatten()
        for asking, row, last in zip(query, (at // LENGTH).tolist(), seen.tolist(), strict=True)
    ])  # fmt: skip

    torch.testing.assert_close(expected, attention(query, key, value, at // LENGTH, seen), atol=1e-5, rtol=1e-5)
