"""One simulated log, split and coded as any other: what its fits may see, and what they are asked."""

from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

import numpy as np
import polars as pl

from study.device import Device
from study.events.fold import Fold
from study.events.log import Ints, Queries
from study.events.queries import queries_of
from study.events.spans import make_spans
from study.events.split import TIME, with_candidates
from study.features.vocabulary import fit_vocabulary
from study.models.base import Scores
from study.models.scorer import Evaluation, evaluations, sample
from study.params.features import Features
from study.params.question import WhatQuestion, Windows
from study.params.snapshot import Snapshot
from study.params.worlds import WorldName, WorldSettings
from study.worlds.diary import HORIZON_DAYS, ITEM, KEY_ACTION, Floats

TIMEZONE = "UTC"


@dataclass(frozen=True)
class Site:
    """A log of a world: which world, its dials, how it is split, coded and read in batches, its seed, its device."""

    world: WorldName
    settings: WorldSettings
    windows: Windows
    features: Features
    batch: int
    seed: int
    device: Device = "auto"

    def __hash__(self) -> int:
        """Equal sites have equal texts."""
        parts = (self.settings, self.windows, self.features)
        return hash((self.world, self.batch, self.seed, self.device, *(part.model_dump_json() for part in parts)))

    @property
    def module(self) -> Any:
        """The module of the world."""
        return import_module(f"study.worlds.{self.world}")


@dataclass(frozen=True)
class Scene:
    """What became of a site.

    Attributes:
        events: the whole log as simulated.
        fold: everything before the first stop window.
        before: the windows of stop and select, from which the number of rounds is read.
        test: the test windows.
    """

    events: pl.DataFrame
    fold: Fold
    before: list[Evaluation]
    test: list[Evaluation]


@cache
def scene(site: Site, stop_queries: int) -> Scene:
    """The scene of a site, with at most `stop_queries` queries of each window before test; kept for the process."""
    events = site.module.simulate(site.settings, site.seed)
    attributes = {name: "categorical" for name in events.columns if name not in {"user_id", "timestamp", "event_type"}}
    spec = Snapshot.model_validate({"name": site.world, "source": "", "timezone": TIMEZONE, "attributes": attributes})
    question = WhatQuestion(
        kind="what", key_action=KEY_ACTION, candidate=[ITEM], horizon_days=HORIZON_DAYS, windows=site.windows
    )
    first, last = events.select(TIME.min().alias("first"), TIME.max().alias("last")).row(0)
    spans = make_spans(first, last, TIMEZONE, question, f"worlds.{site.world}")
    derived = with_candidates(events, question, TIMEZONE, site.seed)
    end = spans.stop[0].cutoff
    fitted = fit_vocabulary(derived.filter(end > TIME), spec, site.features, [ITEM], question.fixed)
    log = fitted.encode(derived)
    before = [*spans.stop, *spans.select]
    tables = queries_of(derived, {"stop": before, "test": spans.test}, question, f"worlds.{site.world}")
    read = evaluations(log, tables["stop"], before)
    return Scene(
        events=events,
        fold=Fold(log.before(end), spans, end, site.features),
        before=[sample(window, stop_queries, site.seed) for window in read],
        test=evaluations(log, tables["test"], spans.test),
    )


@dataclass(frozen=True)
class Oracle:
    """Ranks by the gains of the world's oracle; scored like any model, by the same code and with the same ties."""

    site: Site
    events: pl.DataFrame

    def scores(self, queries: Queries, candidates: Ints) -> Scores:
        """See `Recommender`."""
        return columns(self.site, self.gains(queries).mean(axis=0), queries, candidates).astype(np.float32)

    def gains(self, queries: Queries) -> Floats:
        """The gains of every item, float64 [H, Q, items]: two independent estimates where they are numerical, else one.

        Made once for the same queries.
        """
        module, key = self.site.module, ("gains", queries.users.tobytes())
        if key not in queries.memo:
            users = [queries.log.users[user] for user in queries.users]
            asked = (self.site.settings, self.site.seed, self.events, users, queries.cutoff)
            queries.memo[key] = module.halves(*asked) if hasattr(module, "halves") else module.oracle(*asked)[None]
        found: Floats = queries.memo[key]
        return found


def is_flat(site: Site) -> bool:
    """Whether the oracle has the same gains for all items, whoever is asked about: no ranking is better than another.

    Of the first test window of the site's log.
    """
    made = scene(site, 1)
    gains = Oracle(site, made.events).gains(made.test[0].queries)
    scene.cache_clear()  # no fit is of this scene
    return bool(np.allclose(gains, gains[..., :1]))


def columns(site: Site, gains: Floats, queries: Queries, candidates: Ints) -> Floats:
    """The gains [..., items] of the candidates of a catalogue, [..., C]."""
    place = {name: code for code, name in enumerate(site.module.values(site.settings)[ITEM])}
    wanted = [place[queries.log.catalogue[code]] for code in candidates]
    return gains[..., wanted]
