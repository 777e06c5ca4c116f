"""Hidden states to logits.

A module has `READS_OWN`, whether it reads the own past of the readouts; `COMPOSES`, whether it makes the vectors of
candidates from their attributes; and `build(width, classes, decays, described)`, for H half-lives of the own past and
the number of codes of each attribute that describes a candidate. Losses ask for all classes or for some.
"""
