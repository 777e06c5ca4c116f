"""Dropout of the weights of attention in torch's own layer, which RecTools and RePlay give that of all others."""

from exchange import Side
from torch import nn


def set_dropout(network: nn.Module, side: Side) -> None:
    """Gives every layer of attention the dropout that the settings want.

    Raises:
        SystemExit: there is not one for each block.
    """
    layers = [part for part in network.modules() if isinstance(part, nn.MultiheadAttention)]
    if len(layers) != side.settings["blocks"]:
        raise SystemExit(f"{len(layers)} layers of attention in {side.settings['blocks']} blocks: their dropout stays")
    for layer in layers:
        layer.dropout = side.settings["attention_dropout"]
