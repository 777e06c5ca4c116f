"""What counting a user's own tokens of earlier moments loses: a yardstick of what the past tells of what comes next."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from study.diagnostics.slots import Floats, Unigram, slots
from study.events.log import Ints
from study.events.stream import Stream

STRENGTHS = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 3000.0, 10_000.0)
"""Of the prior: as many tokens of the fit span as a user's own are mixed with."""


@dataclass(frozen=True)
class OwnTokens:
    """How often users had a token in the moments before, for positions of a stream of tokens.

    Attributes:
        token: the tokens at the positions, int64 [M].
        same: how often their user had them, in the last `reach` tokens before but those of the same moment, int64 [M].
        every: how many of these tokens are of the same slot, int64 [M].
    """

    token: Ints
    same: Ints
    every: Ints

    @classmethod
    def before(cls, stream: Stream, starts: Ints, positions: Ints, reach: int) -> "OwnTokens":
        """Of positions, int64 [M]; `starts` is the first token of each slot, int64 [S]."""
        tokens = stream.inputs[:, 0].astype(np.int64)
        high = moments_of(stream)[positions]
        low = np.minimum(np.maximum(positions - reach, stream.offsets[stream.user[positions]]), high)
        same, every = (_within(kinds, positions, low, high) for kinds in (tokens, slots(starts, tokens)))
        return cls(tokens[positions], same, every)

    def losses(self, unigram: Unigram, strength: Floats) -> Floats:
        """-log p, float64 [M], of p = (same + a q) / (every + a), the posterior mean under a Dirichlet prior.

        Args:
            unigram: q, the frequency of a token in its slot in the fit span.
            strength: a, one for each slot, float64 [S].
        """
        prior = strength[slots(unigram.starts, self.token)]
        mixed = (self.same + prior * np.exp(unigram.logp_in_slot[self.token])) / (self.every + prior)
        found: Floats = -np.log(mixed)
        return found

    def fitted(self, unigram: Unigram) -> Floats:
        """For each slot the one of `STRENGTHS` with the lowest loss, float64 [S]; the largest where it has no token."""
        slot, count = slots(unigram.starts, self.token), len(unigram.starts)
        sums = [
            np.bincount(slot, weights=self.losses(unigram, np.full(count, strength)), minlength=count)
            for strength in reversed(STRENGTHS)
        ]
        best: Floats = np.array(STRENGTHS[::-1])[np.argmin(sums, axis=0)]
        return best


def moments_of(stream: Stream) -> Ints:
    """The first position of the moment of each position, int64 [P]."""
    begins = np.ones(len(stream.time), dtype=bool)
    begins[1:] = stream.moment_end[:-1]
    first: Ints = np.maximum.accumulate(np.where(begins, np.arange(len(begins)), 0))
    return first


def at_starts(stream: Stream, starts: Ints, positions: Ints, ranked: list[int]) -> NDArray[np.bool_]:
    """Whether positions hold a token of these slots in the first event of a moment, of which only the past can tell.

    bool [M], of positions int64 [M].
    """
    first = moments_of(stream)[positions]
    is_first = stream.event[first] == stream.event[positions]
    of_slot = np.isin(slots(starts, stream.inputs[positions, 0].astype(np.int64)), ranked)
    found: NDArray[np.bool_] = is_first & of_slot
    return found


def _within(kinds: Ints, positions: Ints, low: Ints, high: Ints) -> Ints:
    """How many positions of [low, high) are of the same kind as each of `positions`; linear but for a sort."""
    size = len(kinds) + 1
    keys = np.sort(kinds * size + np.arange(len(kinds)))
    asked = kinds[positions] * size
    found: Ints = np.searchsorted(keys, asked + high) - np.searchsorted(keys, asked + low)
    return found
