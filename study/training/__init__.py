"""The one training loop, batching and checkpoints."""
