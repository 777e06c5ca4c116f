"""Losses across the users of one cut-off. A module has `build(frequency, **options)`, which returns a `Loss`.

A readout is a user, and there is one class, the key action: `rows` are the users of the batch that take it. Options are
told and refused as those of `losses` are.
"""
