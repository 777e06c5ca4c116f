"""Worlds with a known truth, one file each: a simulator and the oracle that ranks best in it.

A file has `simulate(settings, seed)`, a log in the form of a snapshot, and `oracle(settings, seed, history, users,
cutoff)`, for each user and item

    g(c) = E[1{c in R} / |R| given the user's history and R not empty],

where R is the set of items of the key actions in [cutoff, cutoff + 7 days). The mean recall@k of a ranking is the sum
of g over its first k items, whatever k, so ranking by g is optimal; ranking by P(c in R) is not, since a hit among few
relevant items counts for more. The oracle knows the law of the world (its dials, and which items belong to which
context), but of a user only the history before the cut-off, as any model does.
"""
