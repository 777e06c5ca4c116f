"""Logits and label sets to the loss of each readout.

A module has `build(frequency, **options)`, which returns a `Loss` (`base.py`). `frequency` is how often each class is
a label among the training readouts, float [C]; a loss that has no use for it takes it all the same. Options are
numbers, an int is 1 or more: `study/params/parts.py` holds those of the roster against the signature of `build`. What
the sampled losses share is in `negatives.py`.
"""
