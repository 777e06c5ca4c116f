"""Logits and label sets to the loss of each readout.

A module has `build(frequency, **options)`, which returns a `Loss` (`base.py`). `frequency` is how often each class is
a label among the training readouts, float [C]; a loss that has no use for it takes it all the same. Options are
numbers, an int is 1 or more, and `build` begins with what else it refuses: `study/params/parts.py` reads its text. What
the sampled losses share is in `negatives.py`.
"""
