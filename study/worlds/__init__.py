"""Worlds with a known truth, one file each: a simulator and the oracle that ranks best in it.

A file has `values(settings)`, the values of each attribute by its name, of which `ITEM` has the candidates;
`simulate(settings, seed)`, a log in the form of a snapshot; and `oracle(settings, seed, history, users, cutoff)`, for
each user and item, in the order of `values`, float64 [Q, items],

    g(c) = E[1{c in R} / |R| given the user's history and R not empty],

where R is the set of items of the key actions in [cutoff, cutoff + 7 days). The mean recall@k of a ranking is the sum
of g over its first k items, whatever k, so ranking by g is optimal; ranking by P(c in R) is not, since a hit among few
relevant items counts for more. The oracle knows the law of the world (its dials, and which items belong to which
context), but of a user only the history before the cut-off, as any model does.

Where an oracle is numerical, an average over simulated futures, the file also has `halves`, of the same arguments: two
independent estimates of g, float64 [2, Q, items]. They enclose what the ranking is worth; `oracle` is their mean.
"""
