"""A causal Transformer of the study's shape with nothing added, of torch's own layers: what the rates are held against.

No attributes, no times, no dropout, no padding: rows of item ids, blocks with fused attention, the logits of every item
at every position, their cross-entropy, and fused AdamW.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

CONTEXT, EXPANSION, RATE = 128, 4, 2e-3
PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16}
BLOCKS = (1, 2)
WARM = 5
"""Steps before the first repeat."""


class Bare(nn.Module):
    """Losses of rows of items.

    Args:
        expansion: how many times as wide as the model its feed-forward layers are inside.
    """

    def __init__(self, items: int, width: int, heads: int, blocks: int, context: int, expansion: int) -> None:
        super().__init__()
        self.items, self.places = nn.Embedding(items, width), nn.Embedding(context, width)
        shape = {"dim_feedforward": expansion * width, "dropout": 0.0, "activation": "gelu"}
        order = {"batch_first": True, "norm_first": True}
        self.blocks = nn.ModuleList(nn.TransformerEncoderLayer(width, heads, **shape, **order) for _ in range(blocks))
        self.logits = nn.Linear(width, items)

    def forward(self, rows: Tensor, mask: Tensor) -> Tensor:
        """The mean over all positions but the last of each row, which are asked for the item that follows.

        Args:
            rows: int64 [B, L].
            mask: -inf where a position must not see, float32 [L, L].
        """
        x = self.items(rows) + self.places.weight
        for block in self.blocks:
            x = block(x, src_mask=mask, is_causal=True)
        return F.cross_entropy(self.logits(x[:, :-1]).flatten(0, 1), rows[:, 1:].flatten())


def training(
    items: int, blocks: int, precision: str, *, width: int, heads: int, batch: int, device: str,
    context: int = CONTEXT, expansion: int = EXPANSION,
) -> tuple[Callable[[], None], int]:  # fmt: skip
    """A step of training, and how many positions it reads: of as many whole rows as `batch` has, one at least."""
    torch.manual_seed(0)
    model = Bare(items, width, heads, blocks, context, expansion).to(device)
    mask = nn.Transformer.generate_square_subsequent_mask(context, device=device)
    optimizer = torch.optim.AdamW(model.parameters(), lr=RATE, fused=True)
    rows = torch.randint(items, (max(batch // context, 1), context)).to(device)

    def step() -> None:
        optimizer.zero_grad()
        with torch.autocast(device, PRECISIONS[precision], enabled=precision != "fp32"):
            loss = model(rows, mask)
        loss.backward()
        optimizer.step()

    for _ in range(WARM):
        step()
    return step, rows.numel()
