"""Does anything leak? The label sets of one cut-off change hands, so that no history says anything of its own label."""

from dataclasses import dataclass, replace

import numpy as np

from study.events.fold import Fold, take
from study.events.log import Ints, Labels
from study.events.spans import Window
from study.events.stream import Readouts
from study.seeds import seed_of


@dataclass(frozen=True)
class PermutedFold(Fold):
    """A fold in which users who are asked at the same time have exchanged their label sets.

    Models of aggregates read their labels from `asked`: permuted among the users of a training cut-off. Those of the
    readouts of sequence variants are permuted among all readouts whose cut-off lies in the same horizon, be it a
    training cut-off, the end of a moment or a token. What a variant could still learn is how often a candidate is
    acted on at all, as of that time.
    """

    seed: int = 0

    def asked(self, window: Window) -> tuple[Ints, Labels]:
        """See `Fold`."""
        users, labels = super().asked(window)
        generator = np.random.default_rng(seed_of(self.seed, "labels", window.day))
        return users, take(labels, generator.permutation(len(users)))

    def relabelled(self, readouts: Readouts) -> Readouts:
        """See `Fold`."""
        return permuted(readouts, (readouts.time - self.end) // self.horizon, self.seed)


def permuted(asked: Readouts, group: Ints, seed: int) -> Readouts:
    """The readouts with their label sets permuted inside each group, int64 [R]."""
    generator = np.random.default_rng(seed_of(seed, "labels"))
    source = np.empty(len(group), dtype=np.int64)
    source[np.argsort(group, kind="stable")] = np.lexsort((generator.random(len(group)), group))
    sets = take(Labels(asked.offsets, asked.labels.astype(np.int32)), source)
    return replace(asked, offsets=sets.offsets, labels=sets.codes.astype(np.int64))


def permuting(fold: Fold, seed: int) -> PermutedFold:
    """The fold with permuted labels."""
    return PermutedFold(fold.log, fold.spans, fold.end, fold.features, fold.eligible_days, {}, seed)
