"""The (query, candidate) rows that models of aggregates train on."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from study.events.fold import Fold, take
from study.events.log import Ints, Labels, Log
from study.events.ragged import expand, first_at
from study.events.spans import Window
from study.features.aggregates import Aggregates
from study.prepared import latest, made
from study.seeds import seed_of

LATELY = 50
"""Of how many events before a cut-off, whatever their type, the candidates are worth a row: views before a purchase."""
LAID_OUT = 2_000_000
"""How many pairs of a query and a candidate are drawn from at once: some 0.1 GB, but for a larger catalogue."""


@dataclass(frozen=True)
class TrainingRows:
    """R rows of Q queries, by query, then candidate.

    Attributes:
        features: float32 [R, F].
        relevant: whether the user acted on the candidate in the window, bool [R].
        weights: how many candidates of the catalogue a row stands for, float32 [R].
        sizes: rows of each query, int64 [Q].
        parts: the same rows, window by window.
    """

    features: NDArray[np.float32]
    relevant: NDArray[np.bool_]
    weights: NDArray[np.float32]
    sizes: Ints
    parts: list["Part"]


@dataclass(frozen=True)
class Part:
    """The rows of the queries of one window: their users and candidates, int64 [rows]."""

    window: Window
    users: Ints
    candidates: Ints


@dataclass(frozen=True)
class _Block:
    window: Window
    rows: Ints
    candidates: Ints
    weights: NDArray[np.float32]
    users: Ints
    labels: Labels


def training_rows(fold: Fold, seed: int, windows: int | None = None) -> TrainingRows:
    """At most `max_queries` queries of the windows after the warm-up, with the candidates that are worth a row.

    Those are the user's own (of any key action before the cut-off, and of the last `LATELY` events of any type that
    have one), the `popular` most acted on before the cut-off and `sampled` of the rest, drawn without looking at the
    label: a relevant candidate that was not drawn has no row. Weighing a drawn one by rest / sampled keeps the sums
    over the catalogue, and so probabilities, unbiased.

    Args:
        windows: only so many at the end of the fold; None for all after the warm-up.
    """
    index, candidates = Aggregates.kept(fold.log), _Candidates.of(fold.log)
    blocks = [
        _block(fold, candidates, window, users, labels, seed) for window, users, labels in _queries(fold, seed, windows)
    ]
    features = np.empty((sum(len(block.rows) for block in blocks), len(index.names)), dtype=np.float32)
    begin = 0
    for block in blocks:
        end = begin + len(block.rows)
        features[begin:end] = index.rows(block.window.local, block.users[block.rows], block.candidates)
        begin = end
    return TrainingRows(
        features=features,
        relevant=np.concatenate([np.zeros(0, bool), *(_is_relevant(b, len(fold.log.catalogue)) for b in blocks)]),
        weights=np.concatenate([np.zeros(0, np.float32), *(block.weights for block in blocks)]),
        sizes=np.concatenate([np.zeros(0, np.int64), *(np.bincount(b.rows, minlength=len(b.users)) for b in blocks)]),
        parts=[Part(b.window, b.users[b.rows], b.candidates) for b in blocks],
    )


def held(fold: Fold, last: int | None) -> list[Window]:
    """The training windows after the warm-up, at most the `last` of them, but never all windows of the fold.

    Before the warm-up is over, aggregates would mostly tell how young the log is.
    """
    warm = fold.spans.first.toordinal() + fold.features.warmup_days
    windows = fold.windows()
    kept = [window for window in windows if window.day.toordinal() >= warm]
    return kept if last is None else kept[-max(1, min(last, len(windows) - 1)) :]


def kept_rows(fold: Fold, seed: int, windows: int | None) -> TrainingRows:
    """`training_rows`, made once for all trials that learn from the same fold with the same seed; one is held."""
    key = ("training rows", seed, windows, fold.features)
    make = partial(made, fold.memo, key, partial(training_rows, fold, seed, windows))
    return latest(fold.memo, key[0], key, make)


def _queries(fold: Fold, seed: int, last: int | None) -> list[tuple[Window, Ints, Labels]]:
    """The users and labels of each window, sampled over all windows alike."""
    windows = held(fold, last)
    found = []
    for window in windows:
        found.append(fold.asked(window))
    window_of = np.repeat(np.arange(len(windows)), [len(users) for users, _ in found])
    rng = np.random.default_rng(seed_of(seed, "training queries"))
    chosen = rng.permutation(len(window_of))[: fold.features.max_queries]
    begins = np.searchsorted(window_of, np.arange(len(windows) + 1))
    kept = [np.sort(chosen[window_of[chosen] == w]) - begins[w] for w in range(len(windows))]
    return [
        (window, users[rows], take(labels, rows))
        for window, (users, labels), rows in zip(windows, found, kept, strict=True)
        if len(rows)
    ]


@dataclass(frozen=True)
class _Candidates:
    """When each of C known candidates was met: what comes after the fit span moves no draw.

    Attributes:
        first: the time of its first event, of one that has none the greatest there is; int64 [C].
        times: of key actions, those of candidate c being times[offsets[c]:offsets[c + 1]], ascending; int64.
        offsets: int64 [C + 1].
    """

    first: Ints
    times: Ints
    offsets: Ints

    @classmethod
    def of(cls, log: Log) -> "_Candidates":
        count, met = log.known, np.flatnonzero(log.candidate >= 0)
        first = np.full(count, np.iinfo(np.int64).max)
        np.minimum.at(first, log.candidate[met], log.time[met])
        acted = np.flatnonzero(log.key)
        acted = acted[np.lexsort((log.time[acted], log.candidate[acted]))]
        sizes = np.bincount(log.candidate[acted], minlength=count)
        return cls(first, log.time[acted], np.concatenate(([0], np.cumsum(sizes))))

    def acted(self, cutoff: int) -> Ints:
        """Key actions of each candidate before a cut-off, int64 [C]."""
        rows = np.arange(len(self.first))
        return first_at(self.times, self.offsets, rows, np.full(len(rows), cutoff)) - self.offsets[:-1]


def _block(fold: Fold, met: _Candidates, window: Window, users: Ints, labels: Labels, seed: int) -> _Block:
    settings, acted = fold.features, met.acted(window.cutoff)
    count = len(acted)
    exists = met.first < window.cutoff
    popular = np.zeros(count, dtype=bool)
    popular[np.lexsort((np.arange(count), -acted))[: settings.popular]] = True
    own_rows, own = _own(fold.log, window.cutoff, users)
    rng = np.random.default_rng(seed_of(seed, "training candidates", window.day))
    found = []
    for begin in range(0, len(users), step := max(LAID_OUT // count, 1)):
        end = min(begin + step, len(users))
        worth = np.tile(popular, (end - begin, 1))
        some = slice(*np.searchsorted(own_rows, [begin, end]))
        worth[own_rows[some] - begin, own[some]] = True
        rows, candidates, weights = _chosen(worth & exists, ~worth & exists, settings.sampled, rng)
        found.append((begin + rows, candidates, weights))
    rows, candidates, weights = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return _Block(window, rows, candidates, weights, users, labels)


def _chosen(
    worth: NDArray[np.bool_], rest: NDArray[np.bool_], sampled: int, rng: np.random.Generator
) -> tuple[Ints, Ints, NDArray[np.float32]]:
    """The (row, candidate) that are worth a row, and some drawn of the rest of each row, with their weights.

    Args:
        worth, rest: bool [rows, catalogue], nowhere both.
        sampled: how many of the rest, at most.
    """
    order = np.where(rest, rng.random(rest.shape, dtype=np.float32), 2)
    drawn = np.argpartition(order, min(sampled, rest.shape[1]) - 1, axis=1)[:, :sampled]
    is_drawn = np.zeros_like(rest)
    np.put_along_axis(is_drawn, drawn, values=True, axis=1)
    rows, candidates = np.nonzero(worth | (is_drawn & rest))
    sizes = rest.sum(axis=1)
    share = (sizes / np.clip(sizes, 1, sampled)).astype(np.float32)
    return rows, candidates, np.where(worth[rows, candidates], np.float32(1), share[rows])


def _own(log: Log, cutoff: int, users: Ints) -> tuple[Ints, Ints]:
    """The (row, candidate) of all that the users had acted on, or had lately met; with repetitions."""
    rows, events = expand(log.offsets[users], first_at(log.time, log.offsets, users, np.full(len(users), cutoff)))
    met = log.candidate[events] >= 0
    rows, events = rows[met], events[met]
    later = np.cumsum(np.bincount(rows, minlength=len(users)))[rows] - np.arange(len(rows))  # of the user, with itself
    worth = log.key[events] | (later <= LATELY)
    return rows[worth], log.candidate[events[worth]].astype(np.int64)


def _is_relevant(block: _Block, count: int) -> NDArray[np.bool_]:
    relevant = block.labels.rows * count + block.labels.codes
    return np.isin(block.rows * count + block.candidates, relevant)
