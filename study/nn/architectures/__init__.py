"""Vectors of positions to hidden states.

A module has `SEES_LATER`, whether a position sees what lies after it; `READS_ORDER`, whether the order of what happened
at one time makes a difference; `IS_BLIND = True` where nothing that happened does; and `build(width, blocks, heads,
dropout)`, a network of `(x, days, lengths, at)`: vectors [B, L, D], times in days [B, L], the number of positions of
each row before its padding, int64 [B], and the flat positions that are asked for, ascending, int64 [R]; it answers with
[R, D]. All but a blind one mix positions, each in its way, then apply the same feed-forward layer of `blocks`. With two
blocks a position sees what lies seven before it.
"""
