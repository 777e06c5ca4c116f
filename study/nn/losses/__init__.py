"""Logits and label sets to a loss. A module has `build(**options)`, which returns a callable `Loss`."""
