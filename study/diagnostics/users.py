"""Do more users help? Only a part of them is there to learn from."""

from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold, take
from study.events.log import Ints, Labels
from study.events.spans import Window
from study.models.base import Recommender
from study.models.sources import Source, Sources
from study.params.roster import Variant
from study.seeds import hash_text, mix64, seed_of

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class FewerFold(Fold):
    """A fold that asks about some users alone, bool [U]; the log is that of all, and so is every count as of a time."""

    learners: Mask = field(kw_only=True)

    def asked(self, window: Window) -> tuple[Ints, Labels]:
        """See `Fold`."""
        users, labels = super().asked(window)
        rows = np.flatnonzero(self.learners[users])
        return users[rows], take(labels, rows)

    def alone(self) -> Fold:
        """The fold of `fewer_events` with the same users."""
        plain = {part.name: getattr(self, part.name) for part in fields(Fold)}
        return Fold(**plain | {"log": self.log.kept(self.learners[self.log.user]), "memo": {}})


class FewerSources(Sources):
    """Sources that learn from the users that what is composed of them learns from, each source as its family does."""

    def fit_anew(self, source: Source, fold: Fold, seed: int) -> Recommender:
        """See `Sources`."""
        if isinstance(fold, FewerFold) and not learns_by_counts(self.params.variants[source.variant]):
            fold = fold.alone()
        return super().fit_anew(source, fold, seed)


def learns_by_counts(entry: Variant) -> bool:
    """Whether a variant learns from counts as of training cut-offs, not from the events themselves.

    A hybrid does, and its base learns as its own family does.
    """
    return entry.family in {"aggregates", "hybrid"}


def fewer_events(fold: Fold, seed: int, share: float) -> Fold:
    """The fold without the events of the other users, for variants that learn from the events themselves.

    What was fitted before any model, the codes of values and the popularity that breaks ties, stays that of all users.
    """
    return replace(fold, log=fold.log.kept(drawn(fold, share, seed)[fold.log.user]), memo={})


def fewer_queries(fold: Fold, seed: int, share: float) -> Fold:
    """The fold without the training queries of the other users, for variants that learn from counts as of a cut-off.

    Their events stay: counts over fewer users would be of another scale than those that a query reads at test.
    """
    plain: dict[str, Any] = vars(fold) | {"memo": {}}
    return FewerFold(**plain, learners=drawn(fold, share, seed))


def drawn(fold: Fold, share: float, seed: int) -> Mask:
    """Which users are left, bool [U], one at least; drawn by a hash, so that a larger share holds a smaller."""
    places = mix64(hash_text(fold.log.users) ^ np.uint64(seed_of(seed, "users"))) / 2.0**64
    left: Mask = (places < share) | (places == places.min())
    return left
