"""The mean of the standardised scores of several fits: of one variant with several seeds, or of several variants."""

import json
from pathlib import Path
from typing import Self

import numpy as np

from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.models.base import Recommender, Report, Scores
from study.models.sources import Source, Sources
from study.models.standardised import standardised
from study.params.base import Frozen
from study.params.roster import AverageEntry
from study.seeds import seed_of

RANKS = "candidates"
RECORD = "sources.json"


class Settings(Frozen):
    """Nothing is tuned: the members bring their own chosen settings."""


class Average(Recommender):
    """A `Recommender` with one round, in which each member is fitted for its own chosen number of rounds."""

    def __init__(self, entry: AverageEntry, sources: Sources) -> None:
        self.entry, self.sources = entry, sources
        self.fitted: list[tuple[Source, Recommender]] = []

    def fit(self, fold: Fold, *, rounds: int, seed: int, report: Report) -> None:
        """See `Recommender`."""
        self.fitted = []
        for side in self.entry.members:
            source = self.sources.of(side)
            self.fitted.append((source, self.sources.fit(source, fold, seed)))
            for number in range(1, self.entry.fits):
                own = seed_of(seed, "average", number)
                self.fitted.append((source, self.sources.fit_anew(source, fold, own)))
        report(self, 1)

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`; a candidate that no member knows is unknown."""
        total = np.zeros((len(queries.users), len(candidates)), dtype=np.float32)
        count = np.zeros_like(total)
        for _, model in self.fitted:
            scores = model.scores(queries, candidates)
            total += np.nan_to_num(standardised(scores))
            count += ~np.isnan(scores)
        return np.where(count > 0, total / np.maximum(count, 1), np.float32(np.nan))

    def parameters(self) -> int:
        """See `Recommender`."""
        return sum(model.parameters() for _, model in self.fitted)

    def save(self, folder: Path) -> None:
        """See `Recommender`."""
        sources = [source.model_dump() for source, _ in self.fitted]
        (folder / RECORD).write_text(json.dumps(sources), encoding="utf-8")
        for number, (_, model) in enumerate(self.fitted):
            (folder / str(number)).mkdir()
            model.save(folder / str(number))

    def load(self, folder: Path) -> Self:
        """See `Recommender`."""
        sources = [Source(**raw) for raw in json.loads((folder / RECORD).read_text(encoding="utf-8"))]
        built = ((source, self.sources.build(source), folder / str(n)) for n, source in enumerate(sources))
        self.fitted = [(source, model.load(path)) for source, model, path in built]
        return self


def build(entry: AverageEntry, settings: Settings, sources: Sources) -> Average:
    """The variant of an entry."""
    return Average(entry, sources)
