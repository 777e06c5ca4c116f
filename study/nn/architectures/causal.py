"""A causal Transformer with pre-normalisation, as GPT-2's (Radford et al., 2019), and rotary positions and times."""

import torch.nn.functional as F
from torch import Tensor, nn

from study.nn.time import rotate, rotation

EXPANSION = 4


class Block(nn.Module):
    """Attention over this and earlier positions, then a feed-forward layer four times as wide."""

    def __init__(self, width: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.heads, self.dropout = heads, dropout
        self.before_attention = nn.LayerNorm(width)
        self.attend = nn.Linear(width, 3 * width)
        self.join = nn.Linear(width, width)
        self.before_forward = nn.LayerNorm(width)
        self.widen = nn.Linear(width, EXPANSION * width)
        self.narrow = nn.Linear(EXPANSION * width, width)

    def forward(self, x: Tensor, phases: Tensor) -> Tensor:
        """[B, L, D] to [B, L, D]; phases as of `rotation`."""
        batch, length, width = x.shape
        joint = self.attend(self.before_attention(x)).view(batch, length, 3 * self.heads, -1)
        turned = rotate(joint[:, :, : 2 * self.heads], phases).transpose(1, 2)
        query, key = turned.chunk(2, dim=1)
        value = joint[:, :, 2 * self.heads :].transpose(1, 2)
        mixed = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        joined = self.join(mixed.transpose(1, 2).reshape(batch, length, width))
        x = x + F.dropout(joined, self.dropout, self.training)
        forward = self.narrow(F.gelu(self.widen(self.before_forward(x))))
        return x + F.dropout(forward, self.dropout, self.training)


class Causal(nn.Module):
    """A stack of blocks; a position sees itself and what lies before it."""

    def __init__(self, width: int, blocks: int, heads: int, dropout: float) -> None:
        super().__init__()
        self.rotary_pairs, self.dropout = width // heads // 2, dropout
        self.blocks = nn.ModuleList(Block(width, heads, dropout) for _ in range(blocks))
        self.last = nn.LayerNorm(width)

    def forward(self, x: Tensor, days: Tensor) -> Tensor:
        """Hidden states [B, L, D] of vectors [B, L, D] at times in days [B, L]. Padding must stand on the right."""
        phases = rotation(days, self.rotary_pairs)
        x = F.dropout(x, self.dropout, self.training)
        for block in self.blocks:
            x = block(x, phases)
        hidden: Tensor = self.last(x)
        return hidden


def build(width: int, blocks: int, heads: int, dropout: float) -> nn.Module:
    """The architecture of the given size."""
    return Causal(width, blocks, heads, dropout)
