"""The data of the comparison: what every side trains on and is asked, and the judge of what it answers.

What the split of a question wrote, as plain files: the key actions of the train span as sequences of candidates, and
the histories of the queries of select. Codes run from 0 over the candidates that occur in the sequences; a candidate
that no side can know is left to the judge, which ranks the whole catalogue as the study does.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from study.events.log import Ints, Log, Queries
from study.events.ragged import expand
from study.models.scorer import Evaluation, mean_recall, sample
from study.params import load
from study.params.statistics import PRIMARY_K
from study.questions.development import read_windows

QUESTION = "categories"


@dataclass(frozen=True)
class Judge:
    """Tells what answers are worth, by the protocol of the study.

    Attributes:
        windows: of select.
        answered: the queries of each window that have a history, as indices into its queries.
        codes: code in the catalogue of each candidate of the sequences, int64 [C].
    """

    windows: list[Evaluation]
    answered: list[Ints]
    codes: Ints

    def recall(self, scores: NDArray[np.float32]) -> float:
        """recall@10 over all queries, of scores [answered queries of all windows, C]."""
        bounds = np.cumsum([len(rows) for rows in self.answered])[:-1]
        given = zip(self.windows, self.answered, np.split(scores, bounds), strict=True)
        of = {window.window.cutoff: (window.queries.users[rows], part) for window, rows, part in given}
        return mean_recall(Answers(of, self.codes), self.windows, PRIMARY_K)


@dataclass(frozen=True)
class Answers:
    """Scores that were given before, as a model that can be ranked: users and scores by cut-off."""

    of: dict[int, tuple[Ints, NDArray[np.float32]]]
    codes: Ints

    def scores(self, queries: Queries, candidates: Ints) -> NDArray[np.float32]:
        """NaN for what no side knows, and for users without a history; float32 [queries, candidates]."""
        users, known = self.of[queries.cutoff]
        result = np.full((len(queries.users), len(candidates)), np.nan, dtype=np.float32)
        rows = np.flatnonzero(np.isin(queries.users, users))
        columns = np.flatnonzero(np.isin(candidates, self.codes))
        told = np.searchsorted(users, queries.users[rows])
        result[np.ix_(rows, columns)] = known[np.ix_(told, np.searchsorted(self.codes, candidates[columns]))]
        return result


def prepare(folder: Path, context: int, users: int | None, queries: int | None) -> Judge:
    """Writes `sequences.npz`, `whole.npz`, `queries.npz` and `facts.json`; needs the split of the question.

    Args:
        context: positions that a side sees; a sequence has one candidate more.
        users: to train on, the first so many; all by default.
        queries: of each window, at most so many; all by default.
    """
    params = load()
    data = read_windows(QUESTION, params.question(QUESTION), params.features, 1, params.seed)
    log = data.fold.log
    acts = np.bincount(log.user[log.key], minlength=len(log.users))
    learners = np.flatnonzero(acts > 1)[:users]
    last = _lines(log, learners, np.arange(log.known), context + 1)
    codes = np.unique(last["codes"])
    windows = [window if queries is None else sample(window, queries, params.seed) for window in data.select]
    asked = [_lines(window.queries.log, window.queries.users, codes, context) for window in windows]
    answered = [np.flatnonzero(np.diff(table["offsets"])) for table in asked]
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "sequences.npz", **_lines(log, learners, codes, context + 1))
    np.savez(folder / "whole.npz", **_lines(log, learners, codes, None))
    np.savez(folder / "queries.npz", **_joined(asked))
    cutoffs = [[window.window.cutoff, window.window.local] for window in windows]
    facts = {"candidates": len(codes), "cutoffs": cutoffs, "horizon_days": data.fold.spans.horizon_days}
    (folder / "facts.json").write_text(json.dumps(facts), encoding="utf-8")
    return Judge(windows, answered, codes)


def _lines(log: Log, users: Ints, codes: Ints, last: int | None) -> dict[str, Ints]:
    """The key actions of some users that have one of the candidates, each user's last ones, in the order of time."""
    kept = np.flatnonzero(log.key & np.isin(log.candidate, codes))
    bounds = np.searchsorted(kept, log.offsets)
    starts, stops = bounds[:-1][users], bounds[1:][users]
    starts = starts if last is None else np.maximum(starts, stops - last)
    events = kept[expand(starts, stops)[1]]
    return {
        "codes": np.searchsorted(codes, log.candidate[events]).astype(np.int64),
        "time": log.time[events],
        "local": log.local[events],
        "offsets": np.concatenate(([0], np.cumsum(stops - starts))).astype(np.int64),
        "window": np.zeros(len(users), dtype=np.int64),
    }


def _joined(tables: list[dict[str, Ints]]) -> dict[str, Ints]:
    """The rows of all windows that are not empty, one window after the other."""
    sizes = [np.diff(table["offsets"]) for table in tables]
    sizes = [some[some > 0] for some in sizes]
    joined = {name: np.concatenate([table[name] for table in tables]) for name in ("codes", "time", "local")}
    window = np.repeat(np.arange(len(tables)), [len(some) for some in sizes])
    return joined | {"offsets": np.concatenate(([0], np.cumsum(np.concatenate(sizes)))), "window": window}
