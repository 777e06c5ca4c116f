"""Vectors of positions to hidden states. A module has `build(width, blocks, heads, dropout)`."""
