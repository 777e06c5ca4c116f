"""Events or tokens to vectors.

A module has `LAYOUT` (one position per "event" or per "token") and `build(sizes, width, fitted)`;
`READS_CANDIDATE_ALONE = True` where an event's other attributes make no difference. One that is fitted to the codes of
the fit span, int32 [N, K], also has `fit(codes, sizes, candidate)`, which is told which columns make the candidate and
returns the int64 array that `build` is given as `fitted`; to the others `fitted` is None.
"""
